"""Gradient-boosted decision trees, read from JSON; tests/benchmarks/grow_forest.py grows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.machine_code import compiled

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees that ask the same of an item at each level: bit i of its leaf is whether feature i is above limit i."""

    bias: float
    rows: NDArray[np.int64]
    """Which feature, of shape (trees, levels)."""
    limits: Matrix
    """Of the same shape."""
    leaves: Matrix
    """Of shape (trees, 2 ** levels)."""


def read_forest(data: dict[str, Any], features: Sequence[str]) -> Forest:
    """A forest as its file has it: of each tree its splits, as [feature, limit], and its leaves."""
    row = {name: number for number, name in enumerate(features)}
    splits = [tree["splits"] for tree in data["trees"]]
    return Forest(
        data["bias"],
        np.array([[row[name] for name, _ in tree] for tree in splits], dtype=np.int64),
        np.array([[limit for _, limit in tree] for tree in splits], dtype=np.float32),
        np.array([tree["leaves"] for tree in data["trees"]], dtype=np.float32),
    )


def predict(forest: Forest, features: Matrix) -> Matrix:
    """The probability that each item, a column of features, is what the forest was grown to tell."""
    probability: Matrix = np.reciprocal(1 + np.exp(-predict_odds(forest, features)), dtype=np.float32)
    return probability


def predict_odds(forest: Forest, features: Matrix) -> Matrix:
    """The same as the logarithm of the odds."""
    return _sum_leaves(
        np.ascontiguousarray(features), forest.rows, forest.limits, forest.leaves, np.float32(forest.bias)
    )


@compiled
def _sum_leaves(features: Matrix, rows: NDArray[np.int64], limits: Matrix, leaves: Matrix, bias: np.float32) -> Matrix:
    """The bias and what each tree says of each item; a question is put to all items in turn, which lie side by side."""
    items = features.shape[1]
    odds = np.full(items, bias)
    leaf = np.empty(items, np.int64)
    for tree in range(len(rows)):
        leaf[:] = 0
        for level in range(rows.shape[1]):
            asked, limit = features[rows[tree, level]], limits[tree, level]
            for item in range(items):
                leaf[item] |= (asked[item] > limit) << level
        answers = leaves[tree]
        for item in range(items):
            odds[item] += answers[leaf[item]]
    return odds
