"""What the scores of the other blocks of a page say of each: of its element, of its kind, of its neighbours.

One list of teasers looks like prose block by block; as a whole, beside an article, it does not. So a second forest sees
what the first one says of all, and nothing else: stacked learning (Wolpert, Stacked Generalization, 1992; Cohen and
Carvalho, Stacked Sequential Learning, 2005). Given the features too, it does worse on hosts that it has not seen.
"""

from math import log1p
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flows.forest import Matrix
from flows.ingest.formats.html_blocks import Page
from flows.ingest.formats.html_features import Numbers, Rules, number_kinds, sum_subtrees
from flows.ingest.formats.html_kernels import find_lowest

Amounts = NDArray[np.floating[Any]]

OWNERS: Final = ("element", "parent", "grandparent", "great-grandparent")
STEPS: Final = (-3, -2, -1, 1, 2, 3)
AROUND: Final = (3, 8)
"""Blocks to either side whose scores are looked at together."""
CONTEXT: Final = (
    "score",
    *(f"score of {owner}" for owner in OWNERS),
    "score of kind",
    *(f"score of those like {owner}" for owner in OWNERS[:3]),
    "lowest score above",
    "best scores",
    "score of what is kept",
    "score against what is kept",
    "what is kept",
    *(f"score of block {step:+d}" for step in STEPS),
    *(f"score of {reach} blocks around" for reach in AROUND),
    "kept before",
    "kept after",
)
_LONG: Final = 80  # characters from which a block's score counts among the best
_BEST: Final = 5  # of those
_MOST: Final = 400  # characters of a block that count: no block outweighs its element
_ENOUGH: Final = 150  # characters from which the score of an element counts
_SURE: Final = 7.0  # a score is never farther from 0, which is one of .999


def measure_context(scores: Matrix, page: Page, rules: Rules) -> Matrix:
    """The `CONTEXT` of a page's blocks, a column each, by their scores, as log odds.

    What is told of several blocks is their mean, weighted by their length.
    """
    element = np.array([block.element for block in page.blocks])
    lengths = np.array([block.end - block.start for block in page.blocks], dtype=np.float64)
    elements = page.elements
    scores = np.clip(scores, -_SURE, _SURE).astype(np.float64)
    weights = np.minimum(lengths, _MOST)
    weighted = weights * scores
    kept = scores > 0
    table = np.empty((len(CONTEXT), len(scores)), dtype=np.float32)
    rows = iter(table)

    def put(values: Amounts | float) -> None:
        next(rows)[:] = values

    put(scores)
    parents = np.array([parent for _, _, parent in elements])
    parents[0] = 0
    weight_of, weighted_of = sum_subtrees(element, (weights, weighted), rules.ends)
    score_of = weighted_of / np.maximum(1, weight_of)
    lineage = [element]
    for _ in OWNERS[1:]:
        lineage.append(parents[lineage[-1]])
    for owner in lineage:
        put(score_of[owner])
    kinds_known, kinds = number_kinds(elements)
    put(_average(kinds[element], weights, weighted)[kinds[element]])
    _, alike = np.unique(parents * len(kinds_known) + kinds, return_inverse=True)
    like = _average(alike, weight_of, weighted_of)
    for owner in lineage[:3]:
        put(like[alike[owner]])
    put(find_lowest(parents, score_of, weight_of > _ENOUGH)[element])
    best = np.sort(np.where(lengths > _LONG, scores, 0))[-_BEST:]
    put(float(best.mean()))
    kept_weight = float(weights[kept].sum())
    mean = float(weighted[kept].sum()) / max(1.0, kept_weight)
    put(mean)
    put(scores - mean)
    put(log1p(kept_weight))
    padded = np.pad(scores, max(STEPS), constant_values=-_SURE)
    for step in STEPS:
        put(padded[max(STEPS) + step : max(STEPS) + step + len(scores)])
    numbers = np.arange(len(scores))
    running = np.zeros((2, len(scores) + 1))
    running[:, 1:] = np.cumsum((weights, weighted), axis=1)
    for reach in AROUND:
        first, last = np.maximum(0, numbers - reach), np.minimum(len(scores), numbers + reach + 1)
        around = running[:, last] - running[:, first]
        put(around[1] / np.maximum(1, around[0]))
    before = np.cumsum(weights * kept) / max(1.0, kept_weight)
    put(before)
    put(1 - before)
    return table


def _average(groups: Numbers, weights: Amounts, weighted: Amounts) -> Amounts:
    """The weighted mean of each group, by its number."""
    mean: Amounts = np.bincount(groups, weighted) / np.maximum(1, np.bincount(groups, weights))
    return mean
