"""Which of the dates that are told of a document is its publication date."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from flows.model import Claim
from flows.recognise.dates import Date, Precision, find_date, parse_date

CLOCK_SLACK: Final = timedelta(days=1)
"""A publication date may be ahead of today by this much: time zones, and editions dated tomorrow."""
_OF_LAST_CHANGE = ("dateline-updated", "date-element-updated")
PRINTED: Final = frozenset(
    ("publication-line", "dateline", "date-element", "date-label", "date-alone", "date-line", *_OF_LAST_CHANGE)
)
"""Origins that print a date for readers."""
MARKUP: Final = frozenset(("og", "meta", "json-ld", "microdata"))
"""Origins of what a page tells machines of its publication."""
PUBLICATION_LINE: Final = "publication-line"
"""The origin of a date that a line says to be of publication, wherever it stands."""
ADDRESS: Final = "url"
"""The origin of a date that the document's own address holds."""

_EXACTNESS: Final[dict[Precision, int]] = {"year": 1, "month": 2, "day": 3, "minute": 4}

Told = tuple[Date, str]
"""A date and the origin of its claim."""


def choose_date(claims: Iterable[Claim], month_first: bool | None, today: date) -> tuple[Date, str] | tuple[None, None]:
    """The first date of the claims, which come by trust, or one less trusted that is the same and more exact.

    `month_first` is as `parse_date` has it. A date that lies more than a day after `today` is not valid.
    """
    latest = datetime(today.year, today.month, today.day) + timedelta(days=1) + CLOCK_SLACK
    dates = [
        (parsed, claim.origin)
        for claim in claims
        if (parsed := _read_date(claim.value, month_first)) and parsed.when < latest
    ]
    # Of several dates beside a heading that nothing else tells, nobody knows which is the article's.
    beside = {date.day for date, origin in dates if origin == "dateline"}
    if len(beside) > 1 and beside.isdisjoint(date.day for date, origin in dates if origin != "dateline"):
        dates = [(date, origin) for date, origin in dates if origin != "dateline"]
    dates = _weigh_month(_weigh_line(_put_first_earliest(dates)))
    if not dates:
        return None, None
    chosen = next((date for date in dates if _is_swapped(dates[0], date)), dates[0])
    for other in dates[1:]:
        if _exactness(*other) > _exactness(*chosen) and _is_within(other, chosen):
            chosen = other
    return chosen


def _put_first_earliest(dates: Sequence[Told]) -> list[Told]:
    """The dates, those of meta elements by time: what is published again has its first date beside the last."""
    earliest = iter(sorted((told for told in dates if told[1] == "meta"), key=lambda told: told[0].when))
    return [next(earliest) if told[1] == "meta" else told for told in dates]


def _weigh_line(dates: Sequence[Told]) -> list[Told]:
    """The dates; a line that says 'published' is trusted least where the page prints and tells machines another day.

    It may speak of a book, or of where the article stood before. Of a day in UTC the printed one may be the next.
    """
    line = {date.day for date, origin in dates if origin == PUBLICATION_LINE}
    beside = {date.day for date, origin in dates if origin == "dateline" and date.day} - line
    markup = {date.day for date, origin in dates if origin in MARKUP and date.day}
    is_another = line.isdisjoint(markup) and any(abs(day - told) <= CLOCK_SLACK for day in beside for told in markup)
    return sorted(dates, key=lambda told: is_another and told[1] == PUBLICATION_LINE)


def _weigh_month(dates: Sequence[Told]) -> list[Told]:
    """The dates, of which an address that tells a month alone leaves those in it; without them it is trusted least."""
    for number, (month, origin) in enumerate(dates):
        if origin == ADDRESS and month.precision == "month":
            less_trusted = dates[number + 1 :]
            start = month.when.timetuple()[:2]
            inside = [told for told in less_trusted if told[0].when.timetuple()[:2] == start]
            return [*dates[:number], *(inside or less_trusted), dates[number]]
    return list(dates)


def _is_within(exact: Told, told: Told) -> bool:
    """Whether a more exact date is the same as another: by UTC, or by the clock that it was read off."""
    known = _exactness(*told)
    same = told[0].when.timetuple()[:known]
    when, day = exact[0].when, exact[0].day
    return when.timetuple()[:known] == same or (
        known == _EXACTNESS["day"] and day is not None and day.timetuple()[:known] == same
    )


def _is_swapped(printed: Told, other: Told) -> bool:
    """Whether a page that printed '9.10.2024' means the 10th of September, as its markup has it."""
    day, told = printed[0].day, other[0].day
    return (
        printed[1] in PRINTED
        and other[1] not in PRINTED
        and day is not None
        and told is not None
        and day != told
        and (day.year, day.month, day.day) == (told.year, told.day, told.month)
    )


def _exactness(printed: Date, origin: str) -> int:
    """How many parts of a date are told. An hour that a page prints is in nobody knows which zone."""
    return min(_EXACTNESS[printed.precision], _EXACTNESS["day"] if origin in PRINTED else _EXACTNESS["minute"])


def _read_date(printed: str, month_first: bool | None) -> Date | None:
    """The date that the value is, or the publication date of a line that tells of updates, too."""
    line = None if (parsed := parse_date(printed, month_first)) else find_date(printed, month_first)
    return line.date if line else parsed
