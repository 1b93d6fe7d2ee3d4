"""Grows the forests that `flows.forest` evaluates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.forest import Matrix
from flows.machine_code import compiled

BINS = 64
"""Values of a feature that are told apart."""
BEND_OF_F1 = 0.3
"""How far the slope of the F1 is taken to fall as the odds rise, for 1 of the logistic loss: less is bolder."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a forest is grown."""

    trees: int = 100
    last: int = 0
    """Trees after those, which are grown for the F1 of the wholes that the items are parts of, as pages of blocks."""
    depth: int = 6
    rate: float = 0.1
    damping: float = 3.0
    columns: float = 0.15
    """The share of the features that each tree may look at."""
    rows: float = 0.6
    """The share of the items that each tree is grown on."""


def grow_forest(
    table: Matrix,
    share: Floats,
    weight: Floats,
    names: Sequence[str],
    shape: Shape,
    seed: int,
    whole: NDArray[np.integer[Any]] | None = None,
) -> dict[str, Any]:
    """Gradient-boosted trees that ask the same at each level, as `flows.forest` reads them.

    The loss is logistic, and that of the last ones the F1 of each whole, if `whole` numbers the one of each item.
    """
    random = np.random.default_rng(seed)
    count, width = table.shape
    limits = [np.unique(np.quantile(table[:, at], np.linspace(0, 1, BINS)[1:-1]).round(4)) for at in range(width)]
    binned = [np.searchsorted(limit, table[:, at], side="left").astype(np.int32) for at, limit in enumerate(limits)]
    weight = weight / weight.mean()
    bias = float(np.log((weight * share).sum() / (weight * (1 - share)).sum()))
    score = np.full(count, bias)
    trees = []
    for number in range(shape.trees + shape.last):
        probability = find_probability(score)
        slope, bend = weight * (share - probability), weight * probability * (1 - probability)
        if number >= shape.trees and whole is not None:
            slope, bend = bend * (2 * share - find_f1(share, weight, probability, whole)[whole]), BEND_OF_F1 * bend
        chosen = np.flatnonzero(random.random(count) < shape.rows)
        slope, bend = slope[chosen], bend[chosen]
        allowed = np.sort(random.choice(width, max(1, int(width * shape.columns)), replace=False))
        bins = {int(at): binned[at][chosen] for at in allowed}
        node = np.zeros(len(chosen), dtype=np.int32)
        leaf = np.zeros(count, dtype=np.int32)
        splits: list[list[Any]] = []
        for level in range(shape.depth):
            nodes = 1 << level
            best = (-1.0, 0, 0)
            for at, own in bins.items():
                left_slope, left_bend = _sum_bins(node, own, slope, bend, nodes).cumsum(axis=2)
                gain = left_slope**2 / (left_bend + shape.damping)
                gain += (left_slope[:, -1:] - left_slope) ** 2 / (left_bend[:, -1:] - left_bend + shape.damping)
                total = gain.sum(axis=0)[: len(limits[at])]
                if len(total) and total.max() > best[0] + 1e-6:
                    best = (float(total.max()), at, int(total.argmax()))
            _, at, cut = best
            splits.append([names[at], round(float(limits[at][cut]), 4)])
            node += (bins[at] > cut).astype(np.int32) << level
            leaf += (binned[at] > cut).astype(np.int32) << level
        leaves = 1 << shape.depth
        step = np.bincount(node, slope, minlength=leaves) / (np.bincount(node, bend, minlength=leaves) + shape.damping)
        step = (shape.rate * step).round(4)
        score += step[leaf]
        trees.append({"splits": splits, "leaves": step.tolist()})
    return {"bias": round(bias, 4), "trees": trees}


def find_f1(share: Floats, weight: Floats, probability: Floats, whole: NDArray[np.integer[Any]]) -> Floats:
    """Of each whole the F1 of what is found, each item as far as it is probable: a soft F1, or Dice coefficient.

    With an item's probability it rises by the item's weight times twice its share less the F1, over the weights of the
    whole, which the weights of items are taken to allow for: so what is best told of an item depends on how well the
    others are told. (Milletari et al., V-Net, 2016, learn by this loss which parts of an image belong to an organ.)
    """
    common = np.bincount(whole, weight * probability * share)
    f1: Floats = 2 * common / np.maximum(1e-9, np.bincount(whole, weight * (probability + share)))
    return f1


@compiled
def find_probability(odds: Floats) -> Floats:
    """The probability of each logarithm of odds, the same to the last bit on each kind of processor.

    numpy's exponential is another on processors with AVX-512: what is learned with it is another forest there.
    """
    probability: Floats = 1 / (1 + np.exp(-odds))
    return probability


@compiled
def _sum_bins(node: Numbers, own: Numbers, slope: Floats, bend: Floats, nodes: int) -> Floats:
    """The slopes and the bends of the items of each node by the bin of a feature: of shape (2, nodes, bins)."""
    sums = np.zeros((2, nodes, BINS))
    for item in range(len(node)):
        sums[0, node[item], own[item]] += slope[item]
        sums[1, node[item], own[item]] += bend[item]
    return sums


def write_weights(name: str, weights: Mapping[str, float]) -> str:
    """The lines of weights in the JSON of a model, by their name there: one a line."""
    rows = ",\n".join(f"  {json.dumps(term, ensure_ascii=False)}: {weight}" for term, weight in weights.items())
    return f' "{name}": {{\n{rows}\n }}'


def write_forest(name: str, forest: dict[str, Any]) -> str:
    """The lines of a forest in the JSON of a model, by its name there: a tree a line."""
    trees = ",\n".join(f"   {json.dumps(tree)}" for tree in forest["trees"])
    return f' "{name}": {{\n  "bias": {forest["bias"]},\n  "trees": [\n{trees}\n  ]\n }}'
