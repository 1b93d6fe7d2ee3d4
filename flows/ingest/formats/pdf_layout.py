"""The text of one page of a PDF, by its layout: lines, columns, paragraphs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Final

from flows.ingest.formats.pdf_lines import Line, read_lines
from flows.ingest.formats.pdf_tags import Tag
from flows.typesetting.hyphens import Words, join

_FEWEST_LINES: Final = 6  # on each side of a gutter, for it to be one
_MOST_CROSSING: Final = 0.3  # share of lines that may cross it: headings, page furniture
_FEWEST_WITHIN: Final = 0.2  # share of the lines that stand under one of their own paragraph, when most have one line
_WIDE_SPACING: Final = 1.3  # of the usual distance of lines: more parts paragraphs
_NEW_SIZE: Final = 1.15  # ratio of line heights from which one is a heading
_SAME_SIZE: Final = 0.95  # ratio of line heights from which two are in one type
_MOST_ABOVE: Final = 200  # characters above a page's heading: page furniture, a section's name
_LONGEST_HEADING: Final = 200  # characters
_INDENT: Final = (0.8, 4.0)  # ems by which the first line of a paragraph is moved in


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page."""

    text: str
    heading: str = ""
    """The lines in its largest type, as one; '' where it has none."""
    lines: tuple[Line, ...] = ()
    """In the order in which a program drew them."""


def read_page(page: Any, tags: Mapping[int, Tag]) -> PageText:
    """The text of a pypdfium2 page; `tags` are those of its marked contents."""
    lines, text = read_lines(page, tags)
    if not lines:
        return PageText(text)
    ordered = _order_columns(lines)
    return PageText(_join_paragraphs(ordered), find_heading(ordered), tuple(lines))


def find_heading(lines: list[Line]) -> str:
    """The lines in the largest type, if they stand together above the body and are not too long for a title."""
    body = _find_body_height(lines)
    largest = max(line.height for line in lines)
    if largest < _NEW_SIZE * body:
        return ""
    numbers = [number for number, line in enumerate(lines) if line.height > _SAME_SIZE * largest]
    first, last = numbers[0], numbers[-1]
    above = sum(len(line.text) for line in lines[:first] if line.height < _NEW_SIZE * body)
    heading = _join_lines([" ".join(line.text.split()) for line in lines[first : last + 1]])
    together = last - first + 1 == len(numbers) and last + 1 < len(lines)
    told = len(heading.split()) > 1  # "Contents", an initial, a number are no titles
    return heading if together and told and above < _MOST_ABOVE and len(heading) <= _LONGEST_HEADING else ""


def _join_lines(lines: Sequence[str]) -> str:
    """The lines as one, with a compound as it was broken."""
    text = ""
    for line in lines:
        text, start = f"{text}{line}", len(text)
        if start and line:
            _, between = join(text, start, start, Words("", hyphenated=False))
            text = text[:start] + between + text[start:]
    return text


def _find_body_height(lines: list[Line]) -> float:
    """The height of the lines that the middle character of the page stands among."""
    half = sum(len(line.text) for line in lines) / 2
    for line in sorted(lines, key=lambda line: line.height):
        half -= len(line.text)
        if half <= 0:
            return line.height
    raise ValueError("a page without lines")


def _order_columns(lines: list[Line]) -> list[Line]:
    """The lines of a page in columns, column by column between the lines that cross them; others as they are."""
    if _find_gutter(lines) is None:
        return _put_edges_outside(join_parted(lines))
    return _part_columns(lines)


def _part_columns(lines: list[Line]) -> list[Line]:
    """The lines of a column of the page, or of all, where they stand in columns themselves, one after the other."""
    gutter = _find_gutter(lines)
    if gutter is None:
        return lines
    lines = join_parted(lines, " ", gutter)  # words of a line stretched to its column's width
    ordered: list[Line] = []
    crossing = sorted((line for line in lines if line.left < gutter < line.right), key=lambda line: -line.top)
    sides = [line for line in lines if not line.left < gutter < line.right]
    bands: list[tuple[list[Line], list[Line]]] = [([], []) for _ in range(len(crossing) + 1)]
    for line in sorted(sides, key=lambda line: -line.top):
        band = sum(1 for other in crossing if other.bottom > line.bottom) if len(crossing) < 50 else 0
        bands[band][line.left >= gutter].append(line)
    for number, (left, right) in enumerate(bands):
        ordered += _part_columns(left) + _part_columns(right)
        ordered += crossing[number : number + 1]
    return ordered


def _find_gutter(lines: list[Line]) -> float | None:
    """Where the white between two columns is, if the page has two."""
    if len(lines) < 2 * _FEWEST_LINES:
        return None
    start, end = min(line.left for line in lines), max(line.right for line in lines)
    widths = [line.right - line.left for line in lines]
    if end <= start or median(widths) > 0.6 * (end - start):
        return None
    best, fewest = None, len(lines) * _MOST_CROSSING
    for step in range(30, 71):  # the middle two fifths of the page, in hundredths
        place = start + (end - start) * step / 100
        left = [line for line in lines if line.right <= place]
        right = [line for line in lines if line.left >= place]
        crossing = len(lines) - len(left) - len(right)
        wide = [line for line in (*left, *right) if line.right - line.left > 0.25 * (end - start)]
        if min(len(left), len(right)) < _FEWEST_LINES or crossing >= fewest or len(wide) * 2 < len(left) + len(right):
            continue
        if min(line.bottom for line in left) < max(line.top for line in right):  # they stand beside each other
            best, fewest = place, crossing
    return best


def join_parted(lines: list[Line], between: str = "\t", gutter: float | None = None) -> list[Line]:
    """Parts of one line are one line again, a tab between them as between the cells of a table.

    With a gutter, only those on one side of it.
    """
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        beside = last and abs(last.bottom - line.bottom) < 0.3 * line.height and line.left >= last.right
        if last and beside and (gutter is None or line.right <= gutter or last.left >= gutter):
            text = f"{last.text}{between}{line.text}"
            joined[-1] = Line(text, last.left, min(last.bottom, line.bottom), line.right, max(last.top, line.top))
        else:
            joined.append(line)
    return joined


def _put_edges_outside(lines: list[Line]) -> list[Line]:
    """The highest line first and the lowest last, whenever a program drew them: headers and footers."""
    highest, lowest = max(lines, key=lambda line: line.bottom), min(lines, key=lambda line: line.bottom)
    within = [line for line in lines if line is not highest and line is not lowest]
    return [highest, *within, lowest] if highest is not lowest else lines


def _join_paragraphs(lines: list[Line]) -> str:
    """The lines, with a blank one where the layout parts paragraphs."""
    distances = sorted(
        above.bottom - below.bottom
        for above, below in pairwise(lines)
        if 0 < above.bottom - below.bottom < 3 * below.height and _alike(above, below)
    )
    usual = distances[int(_FEWEST_WITHIN * len(distances))] if distances else 0.0
    parts = [lines[0].text]
    for number in range(1, len(lines)):
        above, line = lines[number - 1], lines[number]
        following = lines[number + 1] if number + 1 < len(lines) else None
        parts.append("\n\n" if _parts_paragraphs(above, line, following, usual) else "\n")
        parts.append(line.text)
    return "".join(parts)


def _alike(above: Line, below: Line) -> bool:
    return max(above.height, below.height) < _NEW_SIZE * min(above.height, below.height)


def _parts_paragraphs(above: Line, line: Line, following: Line | None, usual: float) -> bool:
    distance = above.bottom - line.bottom
    if distance < 0:
        return False  # the top of the next column: a sentence may run on
    if not _alike(above, line):
        return True
    if usual and distance > _WIDE_SPACING * usual:
        return True
    if following is None or not _alike(line, following):
        return False
    least, most = (ems * line.height for ems in _INDENT)
    return least < line.left - above.left < most and abs(following.left - above.left) < 0.3 * line.height
