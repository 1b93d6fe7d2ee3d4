"""The lines of one page of a PDF, each with its box: the characters that PDFium gives, mended."""

import ctypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pypdfium2.raw as pdfium

from flows.ingest.formats.pdf_directions import RIGHT_TO_LEFT, is_right_to_left, read_in_order, sort_lines
from flows.ingest.formats.pdf_replacement import Reaches, address, find_reaches
from flows.ingest.formats.pdf_tags import Tag

_COLUMN_GAP: Final = 1.5  # ems of white from which words on one line are in two columns
_WORD_GAP: Final = 0.15  # of a line's height: less white parts no words
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


def read_lines(page: Any, tags: Mapping[int, Tag]) -> tuple[list[Line], str]:
    """The lines of a pypdfium2 page, and its text where it tells no boxes; `tags` are those of its marked contents."""
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        if not text.strip():
            return [], ""
        if len(text) != textpage.count_chars():
            text = _read_characters(textpage)
        lines: list[Line] = []
        if len(text) == textpage.count_chars():
            boxes = _Boxes(textpage, tags, find_reaches(page, textpage, text))
            if boxes.reaches:
                text = _close_gaps(boxes, text)
            lines = (
                _find_turned_lines(boxes, textpage, text) if RIGHT_TO_LEFT.search(text) else _find_lines(boxes, text)
            )
    finally:
        textpage.close()
    return lines, "" if lines else "\n".join(text.translate(_CHARACTERS).splitlines())


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


def _find_turned_lines(boxes: "_Boxes", textpage: Any, text: str) -> list[Line]:
    """The lines of a page that has text from right to left, each in the order in which it is read."""
    standing, boxes.places = sort_lines(textpage, text)
    turned = is_right_to_left(text)
    return [
        replace(line, text=read_in_order(line.text, turned)) if RIGHT_TO_LEFT.search(line.text) else line
        for line in _find_lines(boxes, standing, turned)
    ]


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
