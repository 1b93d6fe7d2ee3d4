"""Text from right to left in a PDF: put in the order in which it is read.

What a PDF tells is where each glyph stands. PDFium guesses the order of lines that have such text, and is wrong where
words of both directions stand beside each other; so the characters are sorted by their places, and what runs from right
to left is turned round (by the rules of Unicode's bidirectional algorithm, UAX #9, read backwards).
"""

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final
from unicodedata import bidirectional, combining

import pypdfium2.raw as pdfium

RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LINE: Final = re.compile(r"[^\r\n]+")
# Of a line's height: less white parts no words, for so much may stand beside a letter that joins no other
_WORD_GAP: Final = 0.2
_LONGEST_LIGATURE: Final = 4  # letters
_BESIDE: Final = 0.001  # points
_PAIRS: Final = {mark: pair for pair in ("()", "[]", "{}", "«»") for mark in pair}
# Which way a bracket is drawn depends on where its reader believed it to stand: which one it is, its neighbours tell
_OPENING: Final = re.compile(r"(?<!\S)[()\[\]{}«»](?=[\"\w])")
_CLOSING: Final = re.compile(r"(?<=[\"\w.!?])[()\[\]{}«»](?=[\s.,;:!?،؛؟]|$)")
_KINDS: Final = {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N", "CS": "S", "ES": "S"}


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character: its number on the page, its origin, and its box in points."""

    number: int
    character: str
    origin: float
    left: float
    bottom: float
    right: float
    top: float


def sort_lines(textpage: Any, text: str) -> tuple[str, list[int]]:
    """The text with the characters of lines that have some from right to left as they stand, from left to right.

    And for each the number of its character on the page; a space that was put in has that of the one before. Where
    places tell no order, it is PDFium's, which turned such text round too.
    """
    characters: list[str] = []
    places: list[int] = []
    end = 0
    for line in _LINE.finditer(text):
        if not RIGHT_TO_LEFT.search(line[0]):
            continue
        glyphs = list(_read_glyphs(textpage, text, *line.span()))
        glyphs = [glyph for glyph in glyphs if not glyph.character.isspace() or glyph.right > glyph.left]
        if not _tell_order(glyphs):
            continue
        placed = _place(glyphs)
        characters += [*text[end : line.start()], *(character for character, _ in placed)]
        places += [*range(end, line.start()), *(number for _, number in placed)]
        end = line.end()
    return "".join(characters) + text[end:], [*places, *range(end, len(text))]


def _read_glyphs(textpage: Any, text: str, start: int, end: int) -> Iterator[_Glyph]:
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    origin, reference = (ctypes.byref(x), ctypes.byref(y)), ctypes.byref(box)
    for number in range(start, end):
        pdfium.FPDFText_GetCharOrigin(textpage.raw, number, *origin)
        pdfium.FPDFText_GetLooseCharBox(textpage.raw, number, reference)
        yield _Glyph(number, text[number], x.value, box.left, box.bottom, box.right, box.top)


def _tell_order(glyphs: Sequence[_Glyph]) -> bool:
    """Whether places tell the order: not of a whole text that is given for one glyph."""
    letters = [len(list(group)) for _, group in groupby(glyphs, key=lambda glyph: glyph.origin)]
    return len(letters) == len({glyph.origin for glyph in glyphs}) and max(letters) <= _LONGEST_LIGATURE


def _place(glyphs: Sequence[_Glyph]) -> list[tuple[str, int]]:
    """The characters from left to right, with spaces where there is white."""
    height = max(glyph.top - glyph.bottom for glyph in glyphs)
    placed: list[tuple[str, int]] = []
    reach: float | None = None
    for glyph in sorted(_carry_marks(list(_join_ligatures(glyphs))), key=lambda glyph: glyph.origin):
        if reach is not None and glyph.left - reach > _WORD_GAP * height and not placed[-1][0].isspace():
            placed.append((" ", placed[-1][1]))
        placed.append((glyph.character, glyph.number))
        reach = glyph.right if reach is None else max(reach, glyph.right)
    return placed


def _join_ligatures(glyphs: Sequence[_Glyph]) -> Iterator[_Glyph]:
    """The glyphs, the letters of each ligature from left to right, each with the box of all of it."""
    for _, group in groupby(glyphs, key=lambda glyph: glyph.origin):
        letters = list(group)
        if len(letters) == 1:
            yield letters[0]
            continue
        letters.sort(key=lambda letter: letter.left)
        left, right = letters[0].left, max(letter.right for letter in letters)
        yield from (replace(letter, left=left, right=right) for letter in letters)


def _carry_marks(glyphs: Sequence[_Glyph]) -> Iterator[_Glyph]:
    """The glyphs, each mark to the left of the letter beside it that it stands on."""
    for number, glyph in enumerate(glyphs):
        if combining(glyph.character):
            middle = (glyph.left + glyph.right) / 2
            beside = [*glyphs[max(0, number - 2) : number], *glyphs[number + 1 : number + 3]]
            letters = [letter for letter in beside if letter.character.isalpha() and letter.origin != glyph.origin]
            letters = [letter for letter in letters if letter.left <= middle <= letter.right]
            glyph = replace(glyph, origin=letters[0].origin - _BESIDE) if letters else glyph
        yield glyph


def is_right_to_left(text: str) -> bool:
    """Whether most of the letters are."""
    letters = [bidirectional(character) for character in text if character.isalpha()]
    return 2 * sum(kind in ("R", "AL") for kind in letters) > len(letters)


def read_in_order(line: str, right_to_left: bool) -> str:
    """A line whose characters stand from left to right, in the order in which it is read."""
    levels = _find_levels(line, right_to_left)
    characters = list(zip(line, levels, strict=True))
    for level in range(max(levels, default=0), 0, -1):
        start: int | None = None
        for place in range(len(characters) + 1):
            inside = place < len(characters) and characters[place][1] >= level
            if inside and start is None:
                start = place
            elif not inside and start is not None:
                characters[start:place] = characters[start:place][::-1]
                start = None
    read = "".join(character for character, _ in characters)
    return _CLOSING.sub(_close, _OPENING.sub(_open, read))


def _open(bracket: re.Match[str]) -> str:
    return _PAIRS[bracket[0]][0]


def _close(bracket: re.Match[str]) -> str:
    return _PAIRS[bracket[0]][1]


def _find_levels(line: str, right_to_left: bool) -> list[int]:
    """How deep each character stands in runs of the other direction: odd where it runs from right to left."""
    kinds = [_KINDS.get(bidirectional(c), "R" if RIGHT_TO_LEFT.match(c) else "O") for c in line]
    for place, kind in enumerate(kinds):
        if kind == "S":  # within a number it is a part of it
            kinds[place] = "N" if kinds[place - 1 : place] == ["N"] == kinds[place + 1 : place + 2] else "O"
    strong = [kind if kind in "LR" else "" for kind in kinds]
    before, after = _look_back(strong), _look_back(strong[::-1])[::-1]
    if right_to_left:
        kinds = ["L" if kind == "O" and before[n] == after[n] == "L" else kind for n, kind in enumerate(kinds)]
        return [2 if kind in "LN" else 1 for kind in kinds]
    levels = [2 if kind == "N" and "L" not in (before[n], after[n]) else kind == "R" for n, kind in enumerate(kinds)]
    turned = ["R" if level else "L" if kind != "O" else "" for kind, level in zip(kinds, levels, strict=True)]
    before, after = _look_back(turned), _look_back(turned[::-1])[::-1]
    return [1 if kind == "O" and before[n] == after[n] == "R" else int(levels[n]) for n, kind in enumerate(kinds)]


def _look_back(kinds: Sequence[str]) -> list[str]:
    """For each place the last kind before it that is not empty; '' where there is none."""
    last = ""
    found = []
    for kind in kinds:
        found.append(last)
        last = kind or last
    return found
