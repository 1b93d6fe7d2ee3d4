"""Printed dates: read only where the whole string is a date, in the words of `dates.toml`.

A string becomes its *shape*, one letter a token ('16 December 2025' is 'nmy'), and one pattern says which shapes are
dates.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from flows.recognise.date_words import AFTER_DOT, LETTERS, MONTHS, ORDINALS, WEEKDAYS, ZONES, fold

Precision = Literal["year", "month", "day", "minute"]

LONGEST = 120
"""No printed date is longer (characters), labels and all."""
YEARS = range(1500, 2101)
CENTURIES = {range(0, 50): 2000, range(70, 100): 1900}
"""What two-digit years count from; those between say nothing."""
WIDEST_ZONE = 14 * 60
"""Minutes: no clock on earth is further from UTC."""


@dataclass(frozen=True, slots=True)
class Date:
    """A moment in UTC without tzinfo, as exact as `precision` says. A time printed without zone is taken as UTC."""

    when: datetime
    precision: Precision
    offset: int = field(default=0, compare=False)
    """Minutes east of UTC of the clock that it was read off."""
    is_whole: bool = field(default=True, compare=False)
    """Whether it is all that was printed: no seconds are left out, no hour in a zone that nobody knows."""

    @property
    def day(self) -> date | None:
        """The day by that clock; None where only a month or a year is told."""
        if self.precision not in ("day", "minute"):
            return None
        return (self.when + timedelta(minutes=self.offset)).date()


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date and where it stands: line[start:end], labels included. `updated`: its label says it is the last change."""

    date: Date
    start: int
    end: int
    updated: bool


_DAY_HALF = re.compile(r"\b([ap])\. ?m\b\.?|\b([ap]) m\b\.?")
TOKEN = re.compile(r"\d+|(?:[^\W\d_]|(?<=\w)'(?=[^\W\d_]))+|\S")

_TIME = r"(?P<hour{0}>n)(?:[:.h](?P<minute{0}>n)(?:[:.](?P<second{0}>n)(?:[.,][nyx])?)?(?:h\.?)?(?P<half{0}>a)?"
_TIME += r"|h|(?P<half{0}_>a))"
_ZONE = r"(?:[(\[]?(?P<zone{0}>z?(?:[+-](?:n:n|[nxy]))?|Z)[)\]]?(?:\([zZ]\))?)"
_NAMED = (
    r"(?:(?P<day>n)o?\.?c?[-./,]?[\[(]?(?P<month>[mb])[\])]?\.?c{0,2}[-./,]?c?(?P<year>y)"
    r"|[\[(]?(?P<month_>[mb])[\])]?\.?[-/,]?c?(?P<day_>n)o?[-/,.]?c?(?P<year_>y)"
    r"|(?P<year__>y)[g]?[-./,]?(?P<month__>[mb])\.?[-./,]?(?P<day__>n)o?)"
)
_NUMERIC = r"(?:(?P<first>[ny])(?P<mark>[-./|])(?P<middle>n)(?P=mark)(?P<last>[ny]))"
_WEEKDAY = r"(?:[(\[]?(?P<weekday>[wb])(?:-f)?[)\]]?\.?[,-]?c?)"
_LABEL = r"(?:[luca]*[lu][luca]*[:.,|-]?[ca]{0,3}|[ca]{1,2})"
_SHAPE = re.compile(
    rf"(?P<label>{_LABEL})?(?:{_TIME.format(1)}{_ZONE.format(1)}[,|-]?c?)?{_WEEKDAY}?(?:{_NAMED}|{_NUMERIC})(?:\.?g)?\.?"
    rf"(?:,?[(\[]?[wb][)\]]?)?(?:[,:|-]?c{{0,3}}[,:]?\(?{_TIME.format(2)}{_ZONE.format(2)}\)?)?\.?"
)
_UNIX = re.compile(rf"[wb],?(?P<month>[mb])(?P<day>n){_TIME.format(1)}(?P<zone1>z|Z|[+-][nxy])?(?P<year>y)")
_VAGUE = re.compile(rf"(?P<label>{_LABEL})?(?:(?P<month>[mb])\.?[-/,]?c?)?(?P<year>y)(?:\.?g\.?)?")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")

_ISO = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:[T ]?(\d\d)(?::?(\d\d)(?::?(\d\d(?:[.,]\d{1,9})?))?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_EAST_ASIAN = re.compile(
    r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(?:(\d{1,2}) ?[日号號일] ?"
    r"(?:[(（]?(?:(?:星期|周|週)?[一二三四五六日天月火水木金土]"
    r"(?:曜日?)?)[)）]? ?)?(?:(\d{1,2}) ?[时時点點:시] ?(?:(\d{1,2}) ?[分분]?)?)?)?"
)


def parse_date(printed: str, month_first: bool | None = None) -> Date | None:
    """The date that the whole string is, weekday, label, time and zone allowed; None for anything else.

    `month_first` says how to read 3/4/2025, where it is known; otherwise it is no date.
    """
    found = read_labelled(printed, month_first)
    return found[0] if found else None


def find_date(line: str, month_first: bool | None = None) -> PrintedDate | None:
    """The publication date of a line that is nothing but one: a day or more exact, or with a label.

    Of a line with two dates, of which one is labelled as the last change, the other one is meant.
    """
    if len(line) > LONGEST or not any(c.isdigit() for c in line):
        return None
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    found = read_labelled(line, month_first)
    if found:
        date, labels = found
        if date.precision in ("year", "month") and not labels & set("lu"):
            return None
        return PrintedDate(date, start, end, "u" in labels)
    for cut in _label_starts(line):
        halves = line[start:cut].strip(" |,;-–—·•("), line[cut:end].strip(" )")
        parts = read_labelled(halves[0], month_first), read_labelled(halves[1], month_first)
        if parts[0] and parts[1] and ("u" in parts[0][1]) != ("u" in parts[1][1]):
            meant = parts[1] if "u" in parts[0][1] else parts[0]
            return PrintedDate(meant[0], start, end, False)
    return None


def _label_starts(line: str) -> list[int]:
    """Where labels begin that do not begin the line, with the words that bind them ('Last updated')."""
    starts: list[int] = []
    bound = -1
    digits = False
    for token in TOKEN.finditer(line):
        letter = LETTERS.get(fold(token[0]))
        if letter == "c":
            bound = token.start() if bound < 0 else bound
        elif letter in ("l", "u"):
            if digits:
                starts.append(bound if bound >= 0 else token.start())
            digits = False
        else:
            bound = -1
            digits = digits or token[0].isdecimal()
    return starts


def read_labelled(printed: str, month_first: bool | None = None) -> tuple[Date, frozenset[str]] | None:
    """The date that the whole string is, and the letters of its label: 'l' tells of publication, 'u' of a change."""
    return _read_once(printed.strip(), month_first) if 4 <= len(printed) <= LONGEST else None


@lru_cache(1 << 12)  # what a page says of its date it says in many places, and each is asked more than once
def _read_once(printed: str, month_first: bool | None) -> tuple[Date, frozenset[str]] | None:
    iso = _ISO.fullmatch(printed)
    if iso:
        year, _, month, day, hour, minute, second, zone = iso.groups()
        return _label_none(_make(int(year), int(month), int(day), hour, minute, second, None, zone))
    text = _DAY_HALF.sub(r"\1\2m", fold(printed)).replace("’", "'")
    tokens = TOKEN.findall(text)
    shape = _shape(tokens)
    if shape is None:
        east = _EAST_ASIAN.fullmatch(printed)
        if east is None:
            return None
        year, month, day, hour, minute = east.groups()
        return _label_none(_make(int(year), int(month), int(day) if day else None, hour, minute, None, None, None))
    return _read_shape(tokens, shape, month_first)


def _label_none(date: Date | None) -> tuple[Date, frozenset[str]] | None:
    return (date, frozenset()) if date else None


def _shape(tokens: list[str]) -> str | None:
    """One letter a token; None at the first that no date has."""
    letters: list[str] = []
    has_year = False
    for token in tokens:
        letter = LETTERS.get(token)
        if token in ORDINALS and letters and letters[-1] == "n":
            letter = "o"
        elif token.isdecimal():
            letter = "n" if len(token) < 3 else "y" if len(token) == 4 and int(token) in YEARS else "x"
            has_year = True
        elif token == "feira":
            letter = "f"
        if letter is None:
            return None
        letters.append(letter)
    return "".join(letters) if has_year else None


def _read_shape(tokens: list[str], shape: str, month_first: bool | None) -> tuple[Date, frozenset[str]] | None:
    match = _SHAPE.fullmatch(shape) or _UNIX.fullmatch(shape)
    if match is None:
        vague = _VAGUE.fullmatch(shape)
        if vague:
            month = MONTHS[tokens[vague.start("month")]] if vague["month"] else None
            date = _make(int(tokens[vague.start("year")]), month, None, None, None, None, None, None)
            return (date, frozenset(vague["label"] or "")) if date else None
        numeric = _YEAR_MONTH.fullmatch("".join(tokens))
        date = _make(int(numeric[1]), int(numeric[2]), None, None, None, None, None, None) if numeric else None
        return _label_none(date)

    def take(*names: str) -> str | None:
        for name in names:
            if match.re.groupindex.get(name) and match[name]:
                start, end = match.span(name)
                return "".join(tokens[start:end])
        return None

    clock = (
        take("hour1", "hour2"),
        take("minute1", "minute2"),
        take("second1", "second2"),
        take("half1", "half1_", "half2", "half2_"),
        take("zone1", "zone2"),
    )
    name = take("month", "month_", "month__")
    weekday = take("weekday")
    day, year = take("day", "day_", "day__"), take("year", "year_", "year__")
    if name and day and year:
        position = match.start("month") if match["month"] else -1
        dotted = position > 0 and tokens[position - 1] == "."
        month_number = AFTER_DOT.get(name, MONTHS[name]) if dotted else MONTHS[name]
        date = _make(int(year), month_number, int(day), *clock)
    else:
        parts = take("first"), take("middle"), take("last")
        numbers = [part for part in parts if part]
        date = _make_numeric(numbers, take("mark") or "", WEEKDAYS.get(weekday or ""), clock, month_first)
    label = match["label"] if match.re is _SHAPE else None
    return (date, frozenset(label or "")) if date else None


def _make_numeric(
    parts: list[str],
    mark: str,
    weekday: int | None,
    clock: tuple[str | None, str | None, str | None, str | None, str | None],
    month_first: bool | None,
) -> Date | None:
    """Three numbers, in the one order that makes a date, or in the order that is known.

    Dots before a year of four digits are day first, as in every locale of CLDR that has them.
    """
    first, middle, last = (int(part) for part in parts)
    orders: list[tuple[int, int, int]]
    if len(parts[0]) == 4:
        orders = [(first, middle, last)] if len(parts[2]) < 3 else []
    elif len(parts[2]) == 4:
        orders = [(last, middle, first), (last, first, middle)]
    else:
        orders = [
            (century + year, month, day)
            for year, month, day in ((last, middle, first), (last, first, middle), (first, middle, last))
            for years, century in CENTURIES.items()
            if year in years
        ]
    dates = {order: date for order in orders if (date := _make(*order, *clock))}
    if weekday and len(dates) > 1:
        dates = {order: date for order, date in dates.items() if datetime(*order).isoweekday() == weekday}
    elif mark == "." and len(parts[2]) == 4 and orders[:1] and orders[0] in dates:
        return dates[orders[0]]
    elif len(dates) > 1 and len(parts[2]) == 4 and month_first is not None:
        return dates[orders[month_first]]
    distinct = set(dates.values())
    return distinct.pop() if len(distinct) == 1 else None


def _make(
    year: int,
    month: int | None,
    day: int | None,
    hour: str | None,
    minute: str | None,
    second: str | None,
    half: str | None,
    zone: str | None,
) -> Date | None:
    """The date of these parts, or None where there is no such day, hour or zone."""
    if year not in YEARS:
        return None
    try:
        when = datetime(year, month or 1, day or 1)
    except ValueError:
        return None
    if day is None:
        return Date(when, "month" if month else "year")
    if hour is None:
        return Date(when, "day")
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    if hours > 23 or int(minute or 0) > 59 or int((second or "0")[:2]) > 60:
        return None
    offset = _offset(zone or "")
    if offset is None:
        return Date(when, "day", is_whole=False)
    if abs(offset) > WIDEST_ZONE:
        return None
    is_whole = not (second or "").strip("0.,")
    return Date(when + timedelta(hours=hours, minutes=int(minute or 0) - offset), "minute", offset, is_whole)


def _offset(zone: str) -> int | None:
    """Minutes east of UTC; None for an abbreviation that several zones share."""
    name = zone.rstrip("0123456789:+-−–").lower()
    if name and name not in ZONES:
        return None
    digits = re.sub(r"\D", "", zone)
    if not digits:
        return ZONES.get(name, 0)
    minutes = (
        int(digits[:2]) * 60 + int(digits[2:4] or 0) if len(digits) != 3 else int(digits[0]) * 60 + int(digits[1:])
    )
    return minutes if "+" in zone else -minutes
