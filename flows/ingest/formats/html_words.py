"""What a classifier of blocks may look up of texts and class names: words, and classes of characters."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

SHORT: Final = 120
"""Characters of a block whose words are looked up; what is longer is told by its shape, too."""
SHAPES: Final = ("lower", "upper", "digit", "space", "stop", "clause", "mark", "break")
"""Classes of characters; how many of each a block has is a feature."""
RUN: Final = 5
"""Words of a run by which a description is found in a text."""
MOST_CHARACTERS: Final = 600
"""Of a description that are looked for."""
MOST_TIMES: Final = 4
"""How often a run is looked for: teasers repeat descriptions."""
_CLASS_WORD: Final = re.compile(r"[a-z]+")
_TEXT_WORD: Final = re.compile(r"\w+")


@cache
def load_shapes() -> NDArray[np.uint8]:
    """The class of each character of the Basic Multilingual Plane, as an index of `SHAPES`."""
    table = np.full(1 << 16, SHAPES.index("mark"), dtype=np.uint8)
    kinds = (("space", str.isspace), ("upper", str.isupper), ("lower", str.isalpha), ("digit", str.isdigit))
    for code in range(1 << 16):
        letter = chr(code)
        table[code] = next((SHAPES.index(name) for name, holds in kinds if holds(letter)), SHAPES.index("mark"))
    for name, letters in (("break", "\n\t"), ("stop", ".!?…。！？।؟"), ("clause", ",;:，、；：")):
        table[[ord(letter) for letter in letters]] = SHAPES.index(name)
    return table


def split_words(folded: str) -> list[str]:
    return _TEXT_WORD.findall(folded)


@lru_cache(1 << 14)  # the elements of a page, and the pages of a site, are alike
def list_class_words(tag: str, words: str) -> tuple[str, ...]:
    """What the weights may know of an element: its tag and class, word by word."""
    return (f"<{tag}>", *dict.fromkeys(_CLASS_WORD.findall(words[:300])))


def fold_text(text: str) -> str:
    """The text in small letters, each digit a 0; not a character longer or shorter."""
    folded = text.replace("İ", "I").lower()
    for digit in "123456789":
        folded = folded.replace(digit, "0")
    return folded


def find_runs(description: str, folded: str) -> tuple[int, list[int]]:
    """Of how many runs of `RUN` words a description is made, one behind the other, and where they stand in a text."""
    words = fold_text(description[:MOST_CHARACTERS]).split()
    runs = [" ".join(words[at : at + RUN]) for at in range(0, len(words) - RUN + 1, RUN)]
    places: list[int] = []
    for run in runs:
        place = -1
        for _ in range(MOST_TIMES):
            place = folded.find(run, place + 1)
            if place < 0:
                break
            places.append(place)
    return len(runs), places


def list_text_words(folded: str) -> tuple[list[str], list[str]]:
    """The words of a block's first `SHORT` characters, and what the weights may know: how it begins, and all of it."""
    words = _TEXT_WORD.findall(folded[:SHORT])
    if not words:
        return words, words
    first = words[0]
    terms = [f"{first} …", *words[:5]]
    if len(words) > 1:
        terms.append(f"{first} {words[1]} …")
        if len(words) > 2:
            terms.append(f"{first} {words[1]} {words[2]} …")
    if len(folded) <= SHORT:
        terms += f"… {words[-1]}", f"^ {' '.join(words)} $"
    return words, terms


def weigh_terms(terms: Iterable[str], weights: Mapping[str, float]) -> float:
    """The sum of what is known of the terms, over the square root of how many are."""
    known = [*filter(None, map(weights.get, terms))]
    return sum(known) / sqrt(len(known)) if known else 0.0
