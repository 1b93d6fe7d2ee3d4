"""Two columns that a reader printed beside each other, line by line, are put one after the other.

The gutter shows by where the right column begins: at one place in line after line, behind white space. A page is left
as it is unless sentences run on from line to line in both columns, as they do in no table.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, median_high

from flows.model import Cut

RULE = "column"
FEWEST_LINES = 6  # of the right column on a page
LEAST_SHARE = 0.3  # of a page's lines that have a part in the right column
MOST_CROSSING = 0.2  # of a page's lines that run across the gutter: headings
LEAST_WIDTH = 20  # characters of a column's usual line
FEWEST_BESIDE = 3  # lines that have a part in both columns: else one is the other's indented quotations
FEWEST_RUNNING_ON = 3  # lines of one of the columns that end within a sentence; of the other it is one
MOST_MOVED = 0.1  # of the gutter's place, by which it may be elsewhere on a page with few lines
LEAST_FILLED = 0.65  # of the width up to the gutter, by the usual line of the left column on such a page
MOST_SHIFTED = 2  # characters by which a line may be off: pdftotext counts those that have no width
FAR = 1.5  # line distances from one line of a column to its next, from which they are two paragraphs
LONGEST_LINE = 400  # characters

GAP = re.compile(r"(?:^|\S) {2,}(?=\S)")
DOUBLE_SPACE = re.compile(r"\S {3,}\S")


@dataclass(frozen=True, slots=True)
class Row:
    """A printed line: where it starts, and its parts on both sides of the gutter; '' where there is none."""

    start: int
    left: str
    right: str
    crosses: bool = False

    @property
    def is_blank(self) -> bool:
        return not (self.left.strip() or self.right.strip())


@dataclass(frozen=True, slots=True)
class Gutter:
    """Where the right column of a page begins, if it has one."""

    place: int
    """Characters from the left."""
    lines: int
    """How many begin there anew behind white space."""
    crossing: int
    """How many run across it."""
    printed: int
    """How many the page has, blank ones aside."""


def find_columns(text: str) -> list[Cut]:
    """Cuts of kind 'repair' that put the right column of each page behind its left one, a form feed between them."""
    if not DOUBLE_SPACE.search(text):
        return []
    cuts: list[Cut] = []
    start = 0
    before: int | None = None  # the gutter's place on the page before that was in columns
    for page in text.split("\f"):
        lines = page.split("\n")
        gutter = find_gutter(lines)
        rows = read_columns(lines, start, gutter) if gutter else []
        if gutter and rows:
            before = gutter.place
        elif gutter and before is not None:
            rows = continue_columns(lines, start, gutter, before)
        for band in part_bands(rows):
            cuts += reorder(text, band)
        start += len(page) + 1
    return cuts


def find_gutter(lines: Sequence[str]) -> Gutter | None:
    """The place at which most lines of a page begin anew; None where none does, or the lines are too long for print."""
    printed = [line for line in lines if line.strip()]
    if max(map(len, printed), default=0) > LONGEST_LINE:
        return None
    begins = Counter(match.end() for line in printed for match in GAP.finditer(line) if match.end() >= LEAST_WIDTH)
    if not begins:
        return None
    place, seen = begins.most_common(1)[0]
    crossing = sum(line[place - 2 : place].strip() != "" for line in printed if len(line) > place)
    return Gutter(place, seen, crossing, len(printed))


def read_columns(lines: Sequence[str], start: int, gutter: Gutter) -> list[Row]:
    """The rows of a page that is in columns by all that stands on it; none of another."""
    enough = gutter.lines >= max(FEWEST_LINES, LEAST_SHARE * gutter.printed)
    if not enough or gutter.crossing > MOST_CROSSING * gutter.printed:
        return []
    rows = list(part_rows(lines, gutter.place, start))
    fewer, more = count_running(rows)
    return rows if fewer and more >= FEWEST_RUNNING_ON and count_beside(rows) >= FEWEST_BESIDE else []


def continue_columns(lines: Sequence[str], start: int, gutter: Gutter, before: int) -> list[Row]:
    """The rows of a page with few lines, as the last may have, whose columns go on from those of a page before."""
    few = 1 < gutter.lines < FEWEST_LINES
    if not few or gutter.crossing or abs(gutter.place - before) > MOST_MOVED * before:
        return []
    rows = list(part_rows(lines, gutter.place, start))
    widths = [len(row.left.rstrip()) for row in rows if row.left.strip()]
    fills = median_high(widths or [0]) >= LEAST_FILLED * gutter.place  # the cells of a table leave more room
    return rows if fills and any(count_running(rows)) else []


def part_rows(lines: Sequence[str], gutter: int, start: int) -> Iterator[Row]:
    for line in lines:
        ends = [match.end() for match in GAP.finditer(line) if abs(match.end() - gutter) <= MOST_SHIFTED]
        place = min(ends, key=lambda end: abs(end - gutter), default=gutter)
        crosses = len(line) > place and line[place - 2 : place].strip() != ""
        yield Row(start, line, "", True) if crosses else Row(start, line[:place], line[place:].rstrip())
        start += len(line) + 1


def count_beside(rows: Sequence[Row]) -> int:
    """How many rows have a part in both columns, or stand half a line off those of the other column, line by line."""
    sides = [(bool(row.left.strip()), bool(row.right)) for row in rows]
    both = sides.count((True, True))
    turns = zip(sides, sides[1:], sides[2:], strict=False)
    return both + sum(a == c != b and any(a) and any(b) and (True, True) not in (a, b) for a, b, c in turns) // 2


def count_running(rows: Sequence[Row]) -> list[int]:
    """In how many lines of each column a sentence runs on, the fewer first; in none, where they are not long enough."""
    counts = []
    for parts in ([row.left for row in rows], [row.right for row in rows]):
        printed = [part.strip() for part in parts if part.strip()]
        running = sum(a[-1] not in ".!?:;" and b[0].islower() for a, b in pairwise(printed))
        counts.append(running if printed and median(map(len, printed)) >= LEAST_WIDTH else 0)
    return sorted(counts)


def part_bands(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows between those that cross the gutter."""
    band: list[Row] = []
    for row in (*rows, Row(0, "", "", True)):
        if not row.crosses:
            band.append(row)
        elif any(row.right.strip() for row in band):
            yield band
            band = []
        else:
            band = []


def reorder(text: str, band: Sequence[Row]) -> Iterator[Cut]:
    """Takes the right column out from between the lines of the left one, and puts it behind the last of them."""
    while band[-1].is_blank:
        band = band[:-1]
    end = band[-1].start + len(band[-1].left) + len(band[-1].right)
    lefts = [number for number, row in enumerate(band) if row.left.strip()]
    if not lefts:
        return
    first = band[lefts[0]]
    if text[band[0].start : first.start].strip():
        yield Cut(band[0].start, first.start, "", "repair", RULE)
    for a, b in pairwise(lefts):
        before, following = band[a].start + len(band[a].left.rstrip()), band[b].start
        if text[before:following].strip():
            yield Cut(before, following, part_lines(band, a, b, right=False), "repair", RULE)
    last = band[lefts[-1]].start + len(band[lefts[-1]].left.rstrip())
    rights = [number for number, row in enumerate(band) if row.right.strip()]
    column = band[rights[0]].right.strip()
    for a, b in pairwise(rights):
        column += part_lines(band, a, b, right=True) + band[b].right.strip()
    yield Cut(last, end, f"\n\f{column}", "repair", RULE)


def part_lines(band: Sequence[Row], a: int, b: int, *, right: bool) -> str:
    """What parts two lines of a column that follow each other: a blank line when they stand far apart.

    How far is told by the other column, whose lines stand beside them or, half a line off, between them.
    """
    others = [bool((row.left if right else row.right).strip()) for row in band[a : b + 1]]
    distance = sum(others[1:-1]) + (others[0] + others[-1]) / 2
    return "\n\n" if distance >= FAR or any(row.is_blank for row in band[a + 1 : b]) else "\n"
