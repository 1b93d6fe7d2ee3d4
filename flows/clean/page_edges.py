"""Pages of a text, and the lines of their edges.

A page ends at a form feed; where those got lost, at the lines that count the pages.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import re2

EDGE_LINES = 5  # how far into a page a header or footer may reach
LONGEST_LINE = 400  # characters, column padding included; a longer one is prose, and nothing within it is an edge
DIGITS = re.compile(r"\d+")
CELLS = re.compile(r"\S+(?:[^\S\t]\S+)*")  # parted by tabs and by wide spaces
PAGE_WORD = r"(?i:page|p\.|seite|página|pagina|pág\.|strona|str\.|страница|стр\.|сторінка|стор\.|sayfa|s\.)"
OF = r"(?i:of|von|sur|de|di|van|z|из|із|з|/|\|)"
ENDS_IN_COUNT = re2.compile(rf"\d ?{OF} ?\d{{1,4}}[ \t\r]*(?:\n|$)")  # the cheap test before PAGE_COUNT
PAGE_COUNT = re2.compile(rf"(?m)^(?:[^\n]*[ \t][ \t])?[ \t]*({PAGE_WORD} ?)?(\d{{1,4}}) ?{OF} ?(\d{{1,4}})[ \t\r]*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A line at the edge of a page, or the part of one that wide spaces set off."""

    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        """The text, digits aside: what recurs."""
        return DIGITS.sub("#", " ".join(self.text.split()))

    @property
    def numbers(self) -> list[int]:
        return [int(digits[:9]) for digits in DIGITS.findall(self.text)]


Line = list[Cell]


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page's edges, outermost first."""

    start: int
    end: int
    head: list[Line]
    foot: list[Line]


def find_pages(text: str) -> list[tuple[int, int]]:
    """Where the pages are: parted by form feeds, else by lines that count them, else the whole text is one."""
    breaks = [match.end() for match in re.finditer("\f", text)] or find_page_counts(text)
    borders = [0, *breaks, len(text)]
    return [(start, end) for start, end in pairwise(borders) if text[start:end].strip()]


def find_page_counts(text: str) -> list[int]:
    """The ends of the lines that count pages of the same total, one up from line to line; [] when they do not."""
    if not ENDS_IN_COUNT.search(text):
        return []
    lines = [(int(match[2]), int(match[3]), match[1], match.end()) for match in PAGE_COUNT.finditer(text)]
    if not lines:
        return []
    total, _ = Counter(line[1] for line in lines).most_common(1)[0]
    counts = [line for line in lines if line[1] == total]
    ascending = all(second[0] == first[0] + 1 for first, second in pairwise(counts))
    worded = all(line[2] for line in counts)
    complete = counts[-1][0] == total and len(counts) >= total - 1
    enough = len(counts) >= 2 and (complete or (worded and counts[-1][0] < total))
    return [line[3] for line in counts] if ascending and enough else []


def read_page(text: str, start: int, end: int) -> Page:
    """The outermost lines of the page that are not blank."""
    return Page(start, end, list(read_lines(text, start, end, 1)), list(read_lines(text, start, end, -1)))


def read_lines(text: str, start: int, end: int, direction: int) -> Iterator[Line]:
    """The first lines of text[start:end] that are not blank, as cells, forward (1) or backward (-1)."""
    found = 0
    while start < end and found < EDGE_LINES:
        if direction > 0:
            first, last = start, text.find("\n", start, end)
            last = end if last < 0 else last
            start = last + 1
        else:
            first, last = text.rfind("\n", start, end) + 1, end
            first = max(first, start)
            end = first - 1
        if last - first > LONGEST_LINE:
            return
        line = text[first:last]
        if line.strip():
            found += 1
            yield [Cell(first + cell.start(), first + cell.end(), cell[0]) for cell in CELLS.finditer(line)]
