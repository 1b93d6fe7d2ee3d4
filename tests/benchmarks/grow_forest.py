"""Grows the forests that `flows.forest` evaluates."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.forest import Matrix
from flows.machine_code import compiled

BINS = 64
"""Values of a feature that are told apart."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a forest is grown."""

    trees: int = 100
    depth: int = 6
    rate: float = 0.1
    damping: float = 3.0
    columns: float = 0.15
    """The share of the features that each tree may look at."""
    rows: float = 0.6
    """The share of the items that each tree is grown on."""


def grow_forest(
    table: Matrix, share: Floats, weight: Floats, names: Sequence[str], shape: Shape, seed: int
) -> dict[str, Any]:
    """Gradient-boosted trees that ask the same at each level, logistic loss; as `flows.forest` reads them."""
    random = np.random.default_rng(seed)
    count, width = table.shape
    limits = [np.unique(np.quantile(table[:, at], np.linspace(0, 1, BINS)[1:-1]).round(4)) for at in range(width)]
    binned = [np.searchsorted(limit, table[:, at], side="left").astype(np.int32) for at, limit in enumerate(limits)]
    weight = weight / weight.mean()
    bias = float(np.log((weight * share).sum() / (weight * (1 - share)).sum()))
    score = np.full(count, bias)
    trees = []
    for _ in range(shape.trees):
        probability = 1 / (1 + np.exp(-score))
        chosen = np.flatnonzero(random.random(count) < shape.rows)
        slope = (weight * (share - probability))[chosen]
        bend = (weight * probability * (1 - probability))[chosen]
        allowed = np.sort(random.choice(width, max(1, int(width * shape.columns)), replace=False))
        bins = {int(at): binned[at][chosen] for at in allowed}
        node = np.zeros(len(chosen), dtype=np.int32)
        whole = np.zeros(count, dtype=np.int32)
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
            whole += (binned[at] > cut).astype(np.int32) << level
        leaves = 1 << shape.depth
        step = np.bincount(node, slope, minlength=leaves) / (np.bincount(node, bend, minlength=leaves) + shape.damping)
        step = (shape.rate * step).round(4)
        score += step[whole]
        trees.append({"splits": splits, "leaves": step.tolist()})
    return {"bias": round(bias, 4), "trees": trees}


@compiled
def _sum_bins(node: Numbers, own: Numbers, slope: Floats, bend: Floats, nodes: int) -> Floats:
    """The slopes and the bends of the items of each node by the bin of a feature: of shape (2, nodes, bins)."""
    sums = np.zeros((2, nodes, BINS))
    for item in range(len(node)):
        sums[0, node[item], own[item]] += slope[item]
        sums[1, node[item], own[item]] += bend[item]
    return sums


def write_forest(name: str, forest: dict[str, Any]) -> str:
    """The lines of a forest in the JSON of a model, by its name there: a tree a line."""
    trees = ",\n".join(f"   {json.dumps(tree)}" for tree in forest["trees"])
    return f' "{name}": {{\n  "bias": {forest["bias"]},\n  "trees": [\n{trees}\n  ]\n }}'
