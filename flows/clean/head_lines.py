"""The lines that a text begins with, down to its prose, and what each is by itself: a date, a byline, names, prose."""

import re
from dataclasses import dataclass
from typing import Final

from flows.clean.opening_date import PRINT_TIME, is_other_days_label
from flows.recognise.date_words import is_event
from flows.recognise.dates import PrintedDate, find_date, parse_date
from flows.recognise.names import is_byline, parse_bare_names

REACH = 4_000
"""Characters in which the head is looked for."""
HEAD_LINES = 8
"""Lines that are no white space, from the first: no head seen in print has more."""
LONGEST_TITLE = 200
LONGEST_STANDFIRST = 400
SHORTEST_PROSE = 80
"""Characters: a line of so many that ends as a sentence does is prose; one longer than any title always is."""

LINE: Final = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_NUMERIC_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d\d)?\d\d")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the head, its borders without white space, and what it is by itself."""

    start: int
    end: int
    text: str
    date: PrintedDate | None
    vague: bool
    """It is a month, or a day in numbers that may be read two ways: a date line for its place alone."""
    byline: bool
    names: tuple[str, ...]
    prose: bool

    @property
    def vouches(self) -> bool:
        """Whether what stands above it heads an article."""
        return self.byline or self.date is not None


def read_lines(text: str) -> list[Line]:
    """The first lines down to the first of prose, or to the one behind it where that is a standfirst above a byline."""
    lines: list[Line] = []
    for match in LINE.finditer(text, 0, REACH):
        line = match[0].strip()
        if not line:
            continue
        start = match.start() + match[0].index(line)
        above = lines[-1].text if lines else ""
        lines.append(_read_line(line, start, start + len(line), is_other_days_label(above)))
        standfirsts = [line for line in lines if line.prose]
        if len(lines) == HEAD_LINES or len(standfirsts) > 1 or (standfirsts and len(line) > LONGEST_STANDFIRST):
            break
    if len(lines) > 2 and is_event(lines[0].text) and lines[2].byline:  # no label stands above a byline
        day = lines[1]
        lines[1] = _read_line(day.text, day.start, day.end, False)
    last = max((index for index, line in enumerate(lines) if line.vouches), default=-1)
    prose = next((index for index, line in enumerate(lines) if line.prose), len(lines))
    return lines[: max(last, prose) + 1]


def _read_line(line: str, start: int, end: int, is_labelled: bool) -> Line:
    """`is_labelled`: the line above says that a date here is another thing's."""
    if len(line) > LONGEST_TITLE or (len(line) >= SHORTEST_PROSE and _SENTENCE_END.search(line)):
        return Line(start, end, line, None, False, False, (), True)
    date = None if is_labelled or PRINT_TIME.match(line) else find_date(line)
    vague = date is None and not is_labelled and _is_vague_date(line)
    byline = date is None and is_byline(line)
    names = () if date or vague or byline else tuple(parse_bare_names(line))
    return Line(start, end, line, date, vague, byline, names, False)


def _is_vague_date(line: str) -> bool:
    parsed = parse_date(line)
    return parsed.precision == "month" if parsed else _NUMERIC_DATE.fullmatch(line) is not None
