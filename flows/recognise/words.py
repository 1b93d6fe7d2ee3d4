"""The words of a text, by the code points it is made of; and the text folded for comparison.

A word is a run of letters, digits and marks, bounded as Unicode does without a dictionary (UAX #29): an apostrophe or a
full stop between two of them ("don't", "example.com") and a comma between two digits ("10,000") do not part it. Nor do,
unlike there, a hyphen, a slash or a colon between two digits ("10:30"). Where a script puts no spaces between words,
each letter is one, of Kana too, which Unicode leaves together.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from flows.recognise.sentences import TERMINALS

Points = NDArray[np.uint8] | NDArray[np.uint32]
Classes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


# What a code point is to a word: bits.
WORD, DIGIT, ALONE, ATTACHED, SPACE, JOINER, TERMINAL, KEPT = (np.uint8(1 << bit) for bit in range(8))
WITHOUT_SPACES = (
    "[\u0e00-\u0eff\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u1980-\u19df\u1a20-\u1aaf\uaa80-\uaadf"  # New Tai Lue, Tai Tham, Tai Viet
    "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u3031-\u3035\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001aff0-\U0001b16f]"  # Kana
)
VARIATION_SELECTORS = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
ASSIGNED = (*range(0x40000), *range(0xE0000, 0xE0200))  # elsewhere Unicode has no letters, digits or marks


@dataclass(frozen=True, slots=True)
class Words:
    """For each code point: does it start a word, is it within one, does it belong to the code point before it."""

    starts: Flags
    within: Flags
    attached: Flags


def fold(text: str) -> str:
    """NFKC and case folded; one space for every run of what is no letter, digit or mark. Where all is such: stripped.

    A variation selector, which only chooses between the looks of a character, is no mark here.
    """
    if text.isascii():
        folded = text.encode().translate(_ascii_fold()).decode()
    else:
        points, classes = classify(unicodedata.normalize("NFKC", text).casefold())
        folded = np.where(classes & KEPT, points, ord(" ")).astype(np.uint32).tobytes().decode("utf-32-le")
    return " ".join(folded.split()) or text.strip()


def split_words(text: str) -> list[str]:
    """The words of a text in their order, and the symbols between them, each by itself; a run of full stops is one."""
    points, classes = classify(text)
    words = find_words(points, classes)
    symbol_starts = ~words.within & ~words.attached & (classes & SPACE == 0)
    symbol_starts[1:] &= (points[1:] != ord(".")) | (points[:-1] != ord("."))
    parted = np.insert(points, np.flatnonzero(words.starts | symbol_starts), ord(" "))
    return parted.tobytes().decode("ascii" if text.isascii() else "utf-32-le", "surrogatepass").split()


def find_words(points: Points, classes: Classes) -> Words:
    """The words of a text, by its code points and their classes."""
    attached = np.zeros(len(points), np.bool_)
    attached[1:] = (classes[1:] & ATTACHED != 0) & (classes[:-1] & SPACE == 0)
    if attached.any():  # each has the class of the character it belongs to
        classes = classes[np.maximum.accumulate(np.where(attached, 0, np.arange(len(points))))]
    word = classes & WORD != 0
    joiners = np.flatnonzero(classes[1:-1] & JOINER) + 1
    around = classes[joiners - 1] & classes[joiners + 1]
    word[joiners] = (around & WORD != 0) & ((classes[joiners] & DIGIT == 0) | (around & DIGIT != 0))
    alone = classes & ALONE != 0
    within = word | alone
    starts = within & ~attached
    starts[1:] &= ~word[:-1] | alone[1:]
    return Words(starts, within, attached)


def classify(text: str) -> tuple[Points, Classes]:
    """The code points of a text and the class of each."""
    if text.isascii():
        encoded = text.encode()
        return np.frombuffer(encoded, np.uint8), np.frombuffer(encoded.translate(_ascii_classes()), np.uint8)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return points, code_point_classes().take(points)


@cache
def code_point_classes() -> Classes:
    """The class of every code point."""
    characters = "".join(map(chr, ASSIGNED))
    categories = np.array([*map(unicodedata.category, characters)])
    letters, numbers, marks = (np.char.startswith(categories, kind) for kind in "LNM")
    assigned = np.zeros(len(characters), np.uint8)
    assigned[letters | numbers] = KEPT | WORD
    assigned[letters & _find(WITHOUT_SPACES, characters)] = KEPT | ALONE
    assigned[categories == "Nd"] |= DIGIT
    assigned[marks] = ATTACHED | KEPT
    assigned[marks & _find(VARIATION_SELECTORS, characters)] = ATTACHED
    assigned[categories == "Cf"] = ATTACHED
    assigned[_find("\u200b", characters)] = 0
    assigned[_find(r"\s", characters)] = SPACE
    classes = np.zeros(0x110000, np.uint8)
    classes[list(ASSIGNED)] = assigned
    classes[[ord(mark) for mark in "'’."]] = JOINER
    classes[[ord(mark) for mark in ",:/-"]] = JOINER | DIGIT  # of digits alone
    classes[[ord(mark) for mark in TERMINALS]] |= TERMINAL
    return classes


def _find(pattern: str, characters: str) -> Flags:
    """Which of the characters a pattern of one takes."""
    found = np.zeros(len(characters), np.bool_)
    for match in re.finditer(f"(?:{pattern})+", characters):
        found[match.start() : match.end()] = True
    return found


@cache
def _ascii_classes() -> bytes:
    return code_point_classes()[:256].tobytes()


@cache
def _ascii_fold() -> bytes:
    return bytes(ord(chr(point).lower()) if chr(point).isalnum() else ord(" ") for point in range(128)) + bytes(128)
