"""The text of one page of a PDF, by its layout: lines, columns, paragraphs."""

import ctypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any, Final

import pypdfium2.raw as pdfium

from flows.ingest.formats.pdf_directions import RIGHT_TO_LEFT, is_right_to_left, read_in_order, sort_lines
from flows.ingest.formats.pdf_replacement import Reaches, address, find_reaches
from flows.ingest.formats.pdf_tags import Tag
from flows.typesetting.hyphens import Words, join

_COLUMN_GAP: Final = 1.5  # ems of white from which words on one line are in two columns
_WORD_GAP: Final = 0.15  # of a line's height: less white parts no words
_FEWEST_LINES: Final = 6  # on each side of a gutter, for it to be one
_MOST_CROSSING: Final = 0.3  # share of lines that may cross it: headings, page furniture
_FEWEST_WITHIN: Final = 0.2  # share of the lines that stand under one of their own paragraph, when most have one line
_WIDE_SPACING: Final = 1.3  # of the usual distance of lines: more parts paragraphs
_NEW_SIZE: Final = 1.15  # ratio of line heights from which one is a heading
_SAME_SIZE: Final = 0.95  # ratio of line heights from which two are in one type
_MOST_ABOVE: Final = 200  # characters above a page's heading: page furniture, a section's name
_LONGEST_HEADING: Final = 200  # characters
_INDENT: Final = (0.8, 4.0)  # ems by which the first line of a paragraph is moved in
_LOW: Final = "\udc00"  # the first of the codes that are the second half of a pair
_SURROGATES: Final = re.compile("[\ud800-\udfff]+")
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]|.")
# What PDFium writes for a hyphen at a line's end, for a letter that the file does not give, and for no character at all
_CHARACTERS: Final = str.maketrans({"\x02": "-\n", "\ufffe": "-\n", "\0": "\ufffd", "\uffff": None})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its box, in points from the lower left of the page, or the lower right if it is read so."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    tag: Tag | None = None
    """What the file says that its last word is part of."""

    @property
    def height(self) -> float:
        """Of the font's box, which is about its size."""
        return max(self.top - self.bottom, 0.1)


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
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        if not text.strip():
            return PageText("")
        if len(text) != textpage.count_chars():
            text = _read_characters(textpage)
        lines: list[Line] = []
        if len(text) == textpage.count_chars():
            boxes = _Boxes(textpage, tags, find_reaches(page, textpage, text))
            if boxes.reaches:
                text = _close_gaps(boxes, text)
            if RIGHT_TO_LEFT.search(text):
                standing, boxes.places = sort_lines(textpage, text)
                turned = is_right_to_left(text)
                lines = [
                    replace(line, text=read_in_order(line.text, turned)) if RIGHT_TO_LEFT.search(line.text) else line
                    for line in _find_lines(boxes, standing, turned)
                ]
            else:
                lines = _find_lines(boxes, text)
    finally:
        textpage.close()
    if not lines:
        return PageText("\n".join(text.translate(_CHARACTERS).splitlines()))
    ordered = _order_columns(lines)
    return PageText(_join_paragraphs(ordered), find_heading(ordered), tuple(lines))


def _read_characters(textpage: Any) -> str:
    """The text with every character that PDFium numbers, those too that it leaves out of a page's text."""
    return spell([pdfium.FPDFText_GetUnicode(textpage.raw, number) for number in range(textpage.count_chars())])


def spell(codes: Sequence[int]) -> str:
    """The characters of UTF-16 codes, each in a place of its own, so that numbers and places agree.

    A surrogate pair, which has two numbers, is its character and U+FFFF, which is none; half a pair is U+FFFD.
    """
    return _SURROGATES.sub(lambda run: _spell_pairs(run[0]), "".join(map(chr, codes)))


def _spell_pairs(halves: str) -> str:
    if halves[0] >= _LOW and halves[-1] < _LOW and len(halves) % 2 == 0:  # as PDFium tells them from right to left
        halves = "".join(high + low for low, high in zip(halves[::2], halves[1::2], strict=True))
    return _PAIR.sub(_spell_pair, halves)


def _spell_pair(found: re.Match[str]) -> str:
    character = found[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return character.ljust(len(found[0]), "\uffff")


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


def _close_gaps(boxes: "_Boxes", text: str) -> str:
    """The text with U+FFFF, which is no character, for each space that PDFium put behind a text for several glyphs.

    Where there is a gap it stays, and elsewhere: PDFium has the widths of a font's letters, its height tells less.
    """
    characters = list(text)
    for place in range(1, len(text) - 1):
        if text[place] == " " and pdfium.FPDFText_IsGenerated(boxes.page, place) == 1 and boxes.reaches_on(place - 1):
            _, bottom, right, top = boxes.read(place - 1)
            left, low, _, high = boxes.read(place + 1)
            if abs(left - right) < _WORD_GAP * (top - bottom) and min(top, high) > max(bottom, low):
                characters[place] = "\uffff"
    return "".join(characters)


def _find_lines(boxes: "_Boxes", text: str, turned: bool = False) -> list[Line]:
    """The lines with their boxes, parted where a column ends; of a page that is read from right to left, mirrored."""
    lines: list[Line] = []
    start = 0
    for place, character in enumerate(text + "\n"):
        if character in "\r\n\x02\ufffe":
            end = place + 1 if character in "\x02\ufffe" else place
            if text[start:end].strip():
                parts = _part_line(boxes, text, start, end)
                lines += (
                    [replace(part, left=-part.right, right=-part.left) for part in parts[::-1]] if turned else parts
                )
            start = place + 1
    return lines


def _part_line(boxes: "_Boxes", text: str, start: int, end: int) -> list[Line]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    parts: list[tuple[int, int]] = []
    first = place = start
    _, bottom, _, top = boxes.read(start)
    while (space := text.find(" ", place, end)) >= 0:
        place = space + 1
        while place < end and text[place].isspace():
            place += 1
        if boxes.read(place)[0] - boxes.read(space - 1)[2] > _COLUMN_GAP * max(top - bottom, 1):
            parts.append((first, space))
            first = place
            _, bottom, _, top = boxes.read(place)
    made = (_make_line(boxes, text, *part) for part in (*parts, (first, end)))
    return [line for line in made if line.text.strip()]  # of what is no character nothing is left


def _make_line(boxes: "_Boxes", text: str, start: int, end: int) -> Line:
    first, last = boxes.read(start), boxes.read(end - 1)
    words = text[start:end].translate(_CHARACTERS).strip("\n")
    left, bottom, right, top = min(first[0], last[0]), min(first[1], last[1]), max(first[2], last[2]), first[3]
    return Line(words, left, bottom, right, max(top, last[3]), boxes.find_tag(start, end))


class _Boxes:
    """Reads the boxes of a page's characters, and their tags."""

    __slots__ = ("page", "places", "reaches", "rectangle", "reference", "tags")

    def __init__(self, textpage: Any, tags: Mapping[int, Tag], reaches: Reaches) -> None:
        self.page = textpage.raw
        self.tags = tags
        self.reaches = reaches
        self.places: list[int] = []  # where the characters of the text stand on the page, if not in the same order
        self.rectangle = pdfium.FS_RECTF()
        self.reference = ctypes.byref(self.rectangle)

    def read(self, character: int) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of a character's box; zeros when it has none."""
        rectangle = self.rectangle
        if self.places:
            character = self.places[character]
        if not pdfium.FPDFText_GetLooseCharBox(self.page, character, self.reference):
            return 0.0, 0.0, 0.0, 0.0
        right = rectangle.right
        if self.reaches:
            right = max(right, self.reaches.get(self.find_object(character), right))
        return rectangle.left, rectangle.bottom, right, rectangle.top

    def find_object(self, character: int) -> int:
        """The address of the object that draws a character of the page."""
        return address(pdfium.FPDFText_GetTextObject(self.page, character))

    def reaches_on(self, character: int) -> bool:
        """Whether a character of the page stands for several objects."""
        return self.find_object(character) in self.reaches

    def find_tag(self, start: int, end: int) -> Tag | None:
        """The tag of the last of these characters that a program drew: before it may stand the mark of a list."""
        if not self.tags:
            return None
        for character in self.places[start:end][::-1] or range(end - 1, start - 1, -1):
            drawn = pdfium.FPDFText_GetTextObject(self.page, character)
            if drawn:
                return self.tags.get(pdfium.FPDFPageObj_GetMarkedContentID(drawn))
        return None


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
