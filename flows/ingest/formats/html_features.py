"""The features that the classifier of a page's blocks sees of each: its shape, its elements, its place, its neighbours.

A matrix has a row for each feature and a column for each block: so what is asked of all blocks lies side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flows.forest import Matrix
from flows.ingest.formats.html_blocks import Element
from flows.ingest.formats.html_words import SHAPES

Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]

TAGS: Final = ("p", "li", "div", "h1", "h2", "h3", "h4", "dd", "pre", "blockquote", "figcaption", "section")
_WITHIN = "article main section header footer aside nav ul ol table form figure blockquote details button"
WITHIN: Final = tuple(_WITHIN.split())
"""Tags of elements that a block may stand in."""
OWN: Final = (
    "length",
    "link share",
    "links",
    *(f"{name} share" for name in SHAPES),
    "ends stop",
    "ends clause",
    "starts upper",
    "starts lower",
    "prose",
    "heading",
    "repeated",
    "words",
    "first word",
    "share in title",
    "share of title",
    "share of description",
    "share in description",
)
LINEAGE: Final = ("depth", "class", "class above", "lowest class", "highest class", "class sum", "articles before")
"""Features of the element that a block stands in and those above it."""
OWNERS: Final = ("element", "parent", "grandparent")
OWNED: Final = ("prose", "share of prose", "link share", "blocks", "length")
PLACE: Final = (
    *(f"is {tag}" for tag in TAGS),
    *(f"within {tag}" for tag in WITHIN),
    *LINEAGE,
    "alike",
    "alike prose",
    "rule",
    "in article",
    "depth in article",
    *(f"{what} of {whose}" for whose in OWNERS for what in OWNED),
    "position",
    "prose before",
    "prose after",
    "prose of page",
    "prose share of article",
    "blocks since prose",
    "blocks until prose",
    "blocks since h1",
    "h1 before",
    "blocks since heading",
    "blocks until heading",
    "words of heading",
    "first word of heading",
    "depth against prose",
    "same element as prose before",
    "same element as prose after",
    "blocks since title",
    "steps up to title",
    "depth shared with title",
    "steps up to middle of prose",
    "depth shared with middle of prose",
    "blocks since description",
    "steps up to description",
    "depth shared with description",
)
NEAR: Final = ("length", "link share", "prose", "words", "class", "rule", "heading", "ends stop", "class sum")
BESIDE: Final = (-2, -1, 1, 2)
FEATURES: Final = (*OWN, *PLACE, *(f"{name} of block {step:+d}" for step in BESIDE for name in NEAR))
ROWS: Final = {name: number for number, name in enumerate((*OWN, *PLACE))}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rules say of a page: of each element its region, where its subtree ends, and which is the article."""

    regions: Sequence[str | None]
    ends: Sequence[int]
    root: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """What is asked of a page's blocks more than once."""

    element: Numbers
    lengths: Matrix
    link_share: Matrix
    tags: Numbers
    heading: Truths
    prose: Matrix
    """Characters of running text, links aside."""


class Table:
    """The features of a page's blocks, while they are measured."""

    def __init__(self, blocks: int) -> None:
        self.matrix = np.empty((len(ROWS), blocks), dtype=np.float32)

    def __setitem__(self, names: str | Sequence[str], values: Any) -> None:
        """Puts a feature, or several that follow one another."""
        first = ROWS[names if isinstance(names, str) else names[0]]
        self.matrix[first : first + (1 if isinstance(names, str) else len(names))] = values


def number_kinds(elements: Sequence[Element]) -> tuple[list[tuple[str, str]], Numbers]:
    """The kinds of elements, which are alike in tag and words, and for each element the number of its kind."""
    kinds: dict[tuple[str, str], int] = {}
    numbers = [kinds.setdefault((tag, words), len(kinds)) for tag, words, _ in elements]
    return [*kinds], np.array(numbers)


def sum_subtrees(element: Numbers, amounts: Sequence[Any], ends: Sequence[int]) -> NDArray[np.float64]:
    """For each element the sum of what the blocks in it amount to, of shape (amounts, elements); None counts them.

    `element` is what each block stands in; the elements of a subtree follow one another, up to its end.
    """
    sums = np.zeros((len(amounts), len(ends) + 1))
    for number, amount in enumerate(amounts):
        sums[number, 1:] = np.bincount(element, amount, minlength=len(ends))
    sums = sums.cumsum(axis=1)
    return sums[:, np.array(ends)] - sums[:, :-1]
