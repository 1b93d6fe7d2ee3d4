"""The day that a text opens with, where it stands on no line of its own: before its title, behind 'For immediate
release', or behind the place that an agency's report begins with.

Nothing is cut: the day is part of a line that says more.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from flows.model import Claim
from flows.recognise.date_search import search_dates
from flows.recognise.date_words import WEEKDAYS, fold, is_label_of_other, leads_on
from flows.recognise.dates import parse_date

REACH: Final = 600
"""Characters in which the opening is looked for."""
MOST_PARTS: Final = 6
"""Of the opening: lines, or what stands apart by three blanks or more."""
MOST_ABOVE: Final = 2
"""Parts above a day that stands alone below a title. With its weekday it is rather that of an event."""
LONGEST_PLACE: Final = 45
SHORTEST_PROSE: Final = 80
LONGEST_TITLE: Final = 160
READ_OF_PART: Final = 120
READ: Final = 20_000
"""Characters in which other parts that begin with a day show that the text is a diary or a list."""
PRINT_TIME: Final = re.compile(r"(?i)\d{1,2}[/.]\d{1,2}[/.]\d{2,4},? \d{1,2}[:.]\d\d(?: ?[AP]M)?$")
"""What a browser prints above a page: when it was printed."""

_GAP = re.compile(r"\n|\s{3,}")
_RELEASE = re.compile(
    r"(?i)\W*(?:for immediate release|(?:press|news|media) (?:release|statement)s?|releases?|news|pressemitteilung"
    r"|presseinformation|medienmitteilung|communiqué(?: de presse)?|comunicado(?: de prensa)?|nota de prensa"
    r"|nota à imprensa|comunicato(?: stampa)?|persbericht|пресс-релиз|прес-реліз|informacja prasowa"
    r"|basın (?:bülteni|açıklaması)|pressmeddelande|pressemelding|pressemeddelelse|lehdistötiedote)(?!\w)\W*"
    r"(?:(?:vom|du|del|van|z|от|від)(?:\s|$))?"
)
_BLANK_NUMBERS = re.compile(r"(\d\d?) (\d\d?) ((?:19|20)\d\d)(?= |$)")
_NUMBER = re.compile(r"\d")
_LONGEST_WORDS = 60  # characters before the first number of a printed day: its weekday and month, and what parts them
_NAME = r"[^\W\d_a-z][\w.'’-]*"
_PLACE = re.compile(rf"\(?{_NAME}(?:,? \(?{_NAME}){{0,5}}[, (–—-]{{0,4}}")
_AFTER_PLACE = re.compile(r"\)?,?\s*(?:[(/][^()/\n]{2,40}[)/])?\s*(?:-{1,2}|–|—|:)(?=\s|$)")
_GOES_ON = re.compile(r"\s*(?:$|[-–—|:]\s|[\"“'‘«„¿¡]?[^\W\d_a-zà-ÿ])")
_SENTENCE_END = re.compile(r"[.!?…。][\"'”’»)\]]*$")


class _Start(NamedTuple):
    printed: str
    end: int


def find_opening_date(text: str) -> list[Claim]:
    """The claim of the day that a text opens with; none where other parts of it begin with days, too."""
    labels_alone = True
    above = ""
    for number, part in enumerate(islice(_list_parts(text, REACH), MOST_PARTS)):
        label = _RELEASE.match(part)
        rest = part[label.end() if label else 0 :]
        is_other = is_other_days_label(above) or PRINT_TIME.match(rest)
        start = None if is_other else _read_start(rest)
        above = part
        below_title = start and start.end == len(rest) and number <= MOST_ABOVE and not _names_weekday(rest)
        if start and (labels_alone or label or below_title):
            return [] if _is_list_of_days(text, start) else [Claim("published", start.printed, "opening-date")]
        printed = _read_behind_place(part)
        if printed:
            return [Claim("published", printed, "place-and-date")]
        if len(part) > LONGEST_TITLE or (len(part) >= SHORTEST_PROSE and _SENTENCE_END.search(part)):
            break
        labels_alone = labels_alone and label is not None and not rest
    return []


def is_release_label(line: str) -> bool:
    """Whether a line is 'For immediate release' or 'Press release' and hardly more: a place, a day."""
    label = _RELEASE.match(line)
    return label is not None and (label.end() == len(line) or _read_start(line[label.end() :]) is not None)


def is_other_days_label(line: str) -> bool:
    """Whether a line above a day says that it is another thing's: 'Stichtag', 'Das Konzert vom', no release's."""
    return is_label_of_other(line) or (leads_on(line) and not is_release_label(line))


def drop_opening_date(line: str) -> str:
    """A line without the day that it begins with, where it goes on as a title does."""
    start = _read_start(line)
    return (line[start.end :].lstrip(" -–—|:") if start else "") or line


def _list_parts(text: str, reach: int) -> Iterator[str]:
    """The parts that lines and wide gaps make, with blanks as single ones."""
    return (" ".join(part.split()) for part in _GAP.split(text[:reach]) if part.strip())


def _read_start(part: str) -> _Start | None:
    """The whole day that a part begins with, where what follows is no rest of a sentence."""
    if _NUMBER.search(part, 0, _LONGEST_WORDS) is None:
        return None
    numbers = _BLANK_NUMBERS.match(part)
    if numbers:
        start = _Start("/".join(numbers.groups()), numbers.end())
        return start if parse_date(start.printed) and _GOES_ON.match(part[start.end :]) else None
    for found in search_dates(part[:READ_OF_PART])[:1]:
        if found.start == 0 and not found.updated and found.date.day and _GOES_ON.match(part[found.end :]):
            return _Start(part[: found.end], found.end)
    return None


def _read_behind_place(part: str) -> str | None:
    """The whole day behind a place, where a dash or a colon leads on from it, or nothing does."""
    for found in search_dates(part[:READ_OF_PART])[:1]:
        place, behind = part[: found.start], part[found.end :]
        if not 3 <= len(place) <= LONGEST_PLACE or not found.date.day or _PLACE.fullmatch(place) is None:
            continue
        if _AFTER_PLACE.match(behind) or (not behind and "," in place):
            return part[found.start : found.end]
    return None


def _names_weekday(part: str) -> bool:
    return any(fold(word) in WEEKDAYS for word in part.split()[:1])


def _is_list_of_days(text: str, first: _Start) -> bool:
    starts = (_read_start(part) for part in _list_parts(text, READ) if part[:1].isalnum())
    return any(start is not None and start.printed != first.printed for start in starts)
