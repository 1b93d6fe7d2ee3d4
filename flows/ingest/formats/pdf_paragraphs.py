"""The text of a PDF by its tags: each paragraph is whole, on the page on which it begins, in reading order.

Tags are believed where nearly all of the text has them, and sentences do not run on from one paragraph to the next, as
they do where a program tagged every line. What has none, such as headers and footers, stays at the edges of its page.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from flows.ingest.formats.pdf_layout import PageText, find_heading, join_parted
from flows.ingest.formats.pdf_lines import Line
from flows.ingest.formats.pdf_tags import Path
from flows.model import Cut
from flows.typesetting.hyphens import Words, is_hyphenated, join
from flows.typesetting.printed_lines import is_continued

_LEAST_TAGGED: Final = 0.8  # of the characters, that are in a paragraph by their tags
_MOST_CONTINUED: Final = 0.1  # of the paragraphs, that begin within a sentence of the one before
_LONGEST_ROW: Final = 400  # characters of a row of a table; a longer one lays out a page
_FAR: Final = 1.6  # of the usual distance of a paragraph's lines: what is farther apart was two paragraphs
_ROOM: Final = 1.0  # ems that were left behind a line besides its next word, where it was broken on purpose

_Break = tuple[str, bool]
"""What stands between two lines, and whether the width of the page made it."""
_Piece = tuple[_Break, Line]
_WRAP: Final[_Break] = ("\n", True)
_LINE: Final[_Break] = ("\n", False)
_PARAGRAPH: Final[_Break] = ("\n\n", False)


def join_tagged(pages: Sequence[PageText]) -> tuple[str, list[Cut], str] | None:
    """The text, the cuts that undo its line breaks, and the heading of its first page; None without tags to believe."""
    blocks = _gather(pages)
    order = sorted(blocks)
    if not _is_tagged(pages) or not _is_parted([blocks[path] for path in order]):
        return None
    first_page: dict[int, list[Path]] = defaultdict(list)
    for path in order:
        first_page[blocks[path][0][0]].append(path)
    text = heading = ""
    wraps: list[tuple[int, int]] = []
    broken: list[tuple[str, str]] = []
    for number, page in enumerate(pages):
        parts = _part_blocks(first_page[number], blocks)
        above, below = _find_outside(page.lines)
        pieces = [piece for part in (_part_lines(above), *parts, _part_lines(below)) for piece in part]
        if number == 0:
            heading = find_heading([line for _, line in pieces]) if pieces else page.heading
        text += "\f" * (number > 0)
        if not page.lines:
            text += page.text
        for place, ((between, wrapped), line) in enumerate(pieces):
            between = between if place else ""
            if wrapped:
                wraps.append((len(text), len(text) + len(between)))
                broken.append((pieces[place - 1][1].text, line.text))
            text += between + line.text
    return text, _undo(text, wraps, Words(text, is_hyphenated(broken))), heading


def _gather(pages: Sequence[PageText]) -> dict[Path, list[tuple[int, Line]]]:
    """The lines of each block, and the pages they are on; a row of a table is one, unless it lays out a page."""
    lines = [(number, line) for number, page in enumerate(pages) for line in page.lines if line.tag]
    row_lengths: dict[Path, int] = defaultdict(int)
    for _, line in lines:
        if line.tag:
            row_lengths[line.tag.row] += len(line.text)
    blocks: dict[Path, list[tuple[int, Line]]] = defaultdict(list)
    for number, line in lines:
        if line.tag:
            is_row = line.tag.row and row_lengths[line.tag.row] <= _LONGEST_ROW
            blocks[line.tag.row if is_row else line.tag.block].append((number, line))
    for block in blocks.values():
        block.sort(key=lambda line: line[1].tag.cell if line[1].tag else ())
    return blocks


def _is_tagged(pages: Sequence[PageText]) -> bool:
    lines = [line for page in pages for line in page.lines]
    paragraphs = sum(len(line.text) for line in lines if line.tag and line.tag.is_paragraph)
    return paragraphs >= max(1, _LEAST_TAGGED * sum(len(line.text) for line in lines))


def _is_parted(blocks: Sequence[Sequence[tuple[int, Line]]]) -> bool:
    continued = sum(is_continued(above[-1][1].text, below[0][1].text) for above, below in pairwise(blocks))
    return continued <= _MOST_CONTINUED * len(blocks)


def _find_outside(lines: Iterable[Line]) -> tuple[list[Line], list[Line]]:
    """The lines without tags, from the top: those above all others of the page, and the rest."""
    highest = max((line.bottom for line in lines if line.tag), default=0.0)
    outside = join_parted(sorted((line for line in lines if not line.tag), key=lambda line: (-line.bottom, line.left)))
    return [line for line in outside if line.bottom > highest], [line for line in outside if line.bottom <= highest]


def _part_lines(lines: Sequence[Line]) -> list[_Piece]:
    return [(_LINE if number else _PARAGRAPH, line) for number, line in enumerate(lines)]


def _part_blocks(paths: Sequence[Path], blocks: Mapping[Path, Sequence[tuple[int, Line]]]) -> list[list[_Piece]]:
    """The lines of blocks that follow each other; the rows of a table stand close."""
    parts = [_part_block([line for _, line in blocks[path]]) for path in paths]
    for above, path, part in zip(paths, paths[1:], parts[1:], strict=False):
        line = part[0][1]
        if path[:-1] == above[:-1] and line.tag and line.tag.row == path:
            part[0] = _LINE, line
    return parts


def _part_block(lines: Sequence[Line]) -> list[_Piece]:
    """The lines of a block, with what parts each from the one before."""
    distances = [above.bottom - line.bottom for above, line in pairwise(lines) if above.bottom - line.bottom > 0]
    usual = median(distances) if len(distances) > 1 else 0.0
    margins = _Margins(lines)
    breaks = [_find_break(above, line, margins, usual) for above, line in pairwise(lines)]
    if breaks.count(_LINE) >= breaks.count(_WRAP):  # an address, a verse: the widest line was broken on purpose too
        breaks = [_LINE if between == _WRAP else between for between in breaks]
    return list(zip([_PARAGRAPH, *breaks], lines, strict=True))


def _find_break(above: Line, line: Line, margins: "_Margins", usual: float) -> _Break:
    if above.tag and line.tag and above.tag.cell != line.tag.cell:
        return "\t", False
    if min(above.top, line.top) - max(above.bottom, line.bottom) > 0.5 * line.height and line.left >= above.left:
        return " ", False  # words of a line that is stretched to its column's width
    if usual and above.bottom - line.bottom > _FAR * usual and line.height < _FAR * above.height:
        return _PARAGRAPH
    if not (line.tag and line.tag.is_paragraph):
        return _LINE
    return _LINE if _is_broken(above, line, margins) else _WRAP


def _is_broken(above: Line, line: Line, margins: "_Margins") -> bool:
    """Whether a line was broken on purpose: the first word of the next would have fitted behind it."""
    word = (line.right - line.left) * (len(line.text.split(None, 1)[0]) + 1) / len(line.text)
    right = above.right + word + _ROOM * line.height
    return right < margins.find(above.left, line.height) and right - above.left < margins.widest


class _Margins:
    """How far the lines of a block reach."""

    __slots__ = ("found", "lines", "widest")

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.widest = max((line.right - line.left for line in lines), default=0.0)
        self.found: dict[tuple[float, float], float] = {}

    def find(self, left: float, far: float) -> float:
        """Where the longest line ends that begins less far from there: of few places, since lines stand aligned."""
        place = round(left, 1), round(far, 1)
        if place not in self.found:
            self.found[place] = max((line.right for line in self.lines if abs(line.left - left) < far), default=0.0)
        return self.found[place]


def _undo(text: str, wraps: Sequence[tuple[int, int]], words: Words) -> list[Cut]:
    """The cuts that join lines as they were before they were broken."""
    cuts = []
    for start, end in wraps:
        first, after = join(text, start, end, words)
        if first < start:
            cuts.append(Cut(first, end, after, "repair", "line-break-hyphen"))
        else:
            cuts.append(Cut(start, end, after, "space", "hard-wrap"))
    return cuts
