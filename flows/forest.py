"""Gradient-boosted decision trees: read from JSON, evaluated with numpy; tests/benchmarks/grow_forest.py grows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees that ask the same of an item at each level: bit i of its leaf is whether feature i is above limit i."""

    bias: float
    rows: NDArray[np.int64]
    """Which feature, of shape (levels * trees,), a level after the other."""
    limits: Matrix
    """Of shape (levels * trees, 1)."""
    leaves: Matrix
    """Of shape (trees, 2 ** levels)."""


def read_forest(data: dict[str, Any], features: Sequence[str]) -> Forest:
    """A forest as its file has it: of each tree its splits, as [feature, limit], and its leaves."""
    row = {name: number for number, name in enumerate(features)}
    levels = list(zip(*(tree["splits"] for tree in data["trees"]), strict=True))
    return Forest(
        data["bias"],
        np.array([[row[name] for name, _ in level] for level in levels], dtype=np.int64).ravel(),
        np.array([[limit for _, limit in level] for level in levels], dtype=np.float32).reshape(-1, 1),
        np.array([tree["leaves"] for tree in data["trees"]], dtype=np.float32),
    )


def predict(forest: Forest, features: Matrix) -> Matrix:
    """The probability that each item, a column of features, is what the forest was grown to tell."""
    probability: Matrix = np.reciprocal(1 + np.exp(-predict_odds(forest, features)), dtype=np.float32)
    return probability


def predict_odds(forest: Forest, features: Matrix) -> Matrix:
    """The same as the logarithm of the odds."""
    trees, leaves = forest.leaves.shape
    above = (features[forest.rows] > forest.limits).reshape(-1, trees, features.shape[1])
    leaf = np.repeat(np.arange(0, trees * leaves, leaves, dtype=np.int32)[:, None], features.shape[1], axis=1)
    for level, answers in enumerate(above):
        leaf += answers.astype(np.int32) << level
    odds: Matrix = forest.leaves.ravel()[leaf].sum(axis=0) + np.float32(forest.bias)
    return odds
