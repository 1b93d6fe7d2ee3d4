"""Text from right to left in a PDF: put in the order in which it is read.

What a PDF tells is where each glyph stands. PDFium guesses the order of lines that have such text, and is wrong where
words of both directions stand beside each other; so the characters are sorted by their places, and what runs from right
to left is turned round (by the rules of Unicode's bidirectional algorithm, UAX #9, read backwards).
"""

import ctypes
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import pi
from typing import Any, Final
from unicodedata import bidirectional, combining

import pypdfium2.raw as pdfium

RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# PDFium goes on in one line behind a hyphen at a line's end, for which it writes a character of its own
_LINE: Final = re.compile("[^\r\n\x02\ufffe]+[\x02\ufffe]?")
_HYPHENS: Final = "\x02\ufffe"
# Of a line's height: less white parts no words, for so much may stand beside a letter that joins no other
_WORD_GAP: Final = 0.2
_LONGEST_LIGATURE: Final = 4  # letters
_MOST_BETWEEN: Final = 8  # characters, from the first letter of a ligature to its last
_BESIDE: Final = 0.001  # points
_PAIRS: Final = {mark: pair for pair in ("()", "[]", "{}", "«»") for mark in pair}
# Which way a bracket is drawn depends on where its reader believed it to stand: which one it is, its neighbours tell
_OPENING: Final = re.compile(r"(?<!\S)(?:[(\[{«]+|[)\]}»]+)(?=[\"\w])")
_CLOSING: Final = re.compile(r"(?<=[\"\w.!?%$€₪])(?:[(\[{«]+|[)\]}»]+)(?=[\s.,;:!?،؛؟]|$)")
_ADDRESS: Final = re.compile(r"://|@|www\.")
_WITHIN_WORD: Final = re.compile("(?<=L)O+(?=N)")
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
        if line[0][-1] in _HYPHENS:
            placed = [("-" if character in _HYPHENS else character, number) for character, number in placed]
            placed.append(("\n", line.end() - 1))
        characters += [*text[end : line.start()], *(character for character, _ in placed)]
        places += [*range(end, line.start()), *(number for _, number in placed)]
        end = line.end()
    return "".join(characters) + text[end:], [*places, *range(end, len(text))]


def _read_glyphs(textpage: Any, text: str, start: int, end: int) -> Iterator[_Glyph]:
    """The characters of a line, with their places as if it were level: a page may be printed sideways."""
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    origin, reference = (ctypes.byref(x), ctypes.byref(y)), ctypes.byref(box)
    turns = round(max(pdfium.FPDFText_GetCharAngle(textpage.raw, start), 0.0) / (pi / 2)) % 4  # clockwise
    for number in range(start, end):
        pdfium.FPDFText_GetCharOrigin(textpage.raw, number, *origin)
        pdfium.FPDFText_GetLooseCharBox(textpage.raw, number, reference)
        place = x.value, box.left, box.bottom, box.right, box.top
        if turns == 1:
            place = -y.value, -box.top, box.left, -box.bottom, box.right
        elif turns == 2:
            place = -x.value, -box.right, -box.top, -box.left, -box.bottom
        elif turns == 3:
            place = y.value, box.bottom, -box.right, box.top, -box.left
        yield _Glyph(number, text[number], *place)


def _tell_order(glyphs: Sequence[_Glyph]) -> bool:
    """Whether places tell the order: not of a whole text that is given for one glyph."""
    numbers: dict[float, list[int]] = defaultdict(list)
    for glyph in glyphs:
        numbers[glyph.origin].append(glyph.number)
    return all(
        len(letters) <= _LONGEST_LIGATURE and letters[-1] - letters[0] <= _MOST_BETWEEN for letters in numbers.values()
    )


def _place(glyphs: Sequence[_Glyph]) -> list[tuple[str, int]]:
    """The characters from left to right, with spaces where there is white."""
    height = max(glyph.top - glyph.bottom for glyph in glyphs)
    placed: list[tuple[str, int]] = []
    reach: float | None = None
    for glyph in sorted(_carry_marks(list(_join_ligatures(glyphs))), key=lambda glyph: glyph.origin):
        spaced = reach is None or placed[-1][0].isspace() or glyph.character.isspace()
        if reach is not None and not spaced and glyph.left - reach > _WORD_GAP * height:
            placed.append((" ", placed[-1][1]))
        placed.append((glyph.character, glyph.number))
        reach = glyph.right if reach is None else max(reach, glyph.right)
    return placed


def _join_ligatures(glyphs: Sequence[_Glyph]) -> Iterator[_Glyph]:
    """The glyphs, the letters of each ligature from left to right, each with the box of all of it."""
    for _, group in groupby(sorted(glyphs, key=lambda glyph: glyph.origin), key=lambda glyph: glyph.origin):
        letters = list(group)
        if len(letters) == 1:
            yield letters[0]
            continue
        if any(RIGHT_TO_LEFT.match(letter.character) for letter in letters):
            letters.reverse()  # of those that have one box PDFium gives the first one first
        letters.sort(key=lambda letter: letter.left)
        if combining(letters[-1].character) and RIGHT_TO_LEFT.match(letters[0].character):
            letters.reverse()  # a mark follows its letter
        left = min(letters[0].origin, *(letter.left for letter in letters))
        right = max(letter.right for letter in letters)
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
    """Whether most of the letters are, addresses aside."""
    words = [word for word in text.split() if not _ADDRESS.search(word)]
    letters = [bidirectional(character) for word in words for character in word if character.isalpha()]
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


def _open(brackets: re.Match[str]) -> str:
    return "".join(_PAIRS[bracket][0] for bracket in brackets[0])


def _close(brackets: re.Match[str]) -> str:
    return "".join(_PAIRS[bracket][1] for bracket in brackets[0])


def _find_levels(line: str, right_to_left: bool) -> list[int]:
    """How deep each character stands in runs of the other direction: odd where it runs from right to left."""
    kinds = [_KINDS.get(bidirectional(c), "R" if RIGHT_TO_LEFT.match(c) else "O") for c in line]
    if "N" in kinds or "S" in kinds:
        _find_numbers(line, kinds)
    if right_to_left:  # a number at the end of a word in Latin letters, or of an address, is part of it
        spelt = "".join(" " if c.isspace() else kind for c, kind in zip(line, kinds, strict=True))
        for between in _WITHIN_WORD.finditer(spelt):
            kinds[slice(*between.span())] = "L" * len(between[0])
    strong = [kind if kind in "LR" else "" for kind in kinds]
    before, after = _look_back(strong), _look_back(strong[::-1])[::-1]
    if right_to_left:
        kinds = ["L" if kind == "O" and before[n] == after[n] == "L" else kind for n, kind in enumerate(kinds)]
        return [2 if kind in "LN" else 1 for kind in kinds]
    levels = [2 if kind == "N" and "L" not in (before[n], after[n]) else kind == "R" for n, kind in enumerate(kinds)]
    turned = ["R" if level else "L" if kind != "O" else "" for kind, level in zip(kinds, levels, strict=True)]
    before, after = _look_back(turned), _look_back(turned[::-1])[::-1]
    return [1 if kind == "O" and before[n] == after[n] == "R" else int(levels[n]) for n, kind in enumerate(kinds)]


def _find_numbers(line: str, kinds: list[str]) -> None:
    """Tells what is part of a number: a point or hyphen within it, a sign of a currency or per cent beside it.

    But behind Arabic letters, which stand to the right, a hyphen parts two numbers, and a sign is none's part.
    """
    classes = [bidirectional(character) for character in line]
    arabic = [kind == "AL" for kind in _look_back([c if c in ("L", "R", "AL") else "" for c in classes[::-1]])[::-1]]
    for place, kind in enumerate(kinds):
        if kind != "S":
            continue
        within = kinds[place - 1 : place] == ["N"] == kinds[place + 1 : place + 2]
        kinds[place] = "N" if within and not (classes[place] == "ES" and arabic[place]) else "O"
    for places in (range(1, len(line)), range(len(line) - 2, -1, -1)):
        step = places.step
        for place in places:
            if classes[place] == "ET" and kinds[place - step] == "N" and not arabic[place]:
                kinds[place] = "N"


def _look_back(kinds: Sequence[str]) -> list[str]:
    """For each place the last kind before it that is not empty; '' where there is none."""
    last = ""
    found = []
    for kind in kinds:
        found.append(last)
        last = kind or last
    return found
