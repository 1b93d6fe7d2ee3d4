"""A learned classifier of a page's blocks: how likely each is main content.

What it knows is in `html_blocks.json`: the weights of words (of class names, and of how texts begin), and a forest of
decision trees. The training is `tests/benchmarks/train_blocks.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flows.ingest.formats.html_blocks import Page
from flows.ingest.formats.html_features import FEATURES, Matrix, Rules
from flows.ingest.formats.html_measures import measure_blocks

MODEL: Final = Path(__file__).with_name("html_blocks.json")


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees that ask the same of a block at each level: bit i of its leaf is whether feature i is above limit i."""

    bias: float
    rows: NDArray[np.int64]
    """Which feature, of shape (levels * trees,), a level after the other."""
    limits: Matrix
    """Of shape (levels * trees, 1)."""
    leaves: Matrix
    """Of shape (trees, 2 ** levels)."""


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: the weights of words, positive for main content, and the forest."""

    classes: dict[str, float]
    words: dict[str, float]
    forest: Forest


def read_forest(data: dict[str, Any], features: Sequence[str] = FEATURES) -> Forest:
    """A forest as `html_blocks.json` has it: of each tree its splits, as [feature, limit], and its leaves."""
    row = {name: number for number, name in enumerate(features)}
    levels = list(zip(*(tree["splits"] for tree in data["trees"]), strict=True))
    return Forest(
        data["bias"],
        np.array([[row[name] for name, _ in level] for level in levels], dtype=np.int64).ravel(),
        np.array([[limit for _, limit in level] for level in levels], dtype=np.float32).reshape(-1, 1),
        np.array([tree["leaves"] for tree in data["trees"]], dtype=np.float32),
    )


def read_model(data: dict[str, Any]) -> Model:
    """A model as `html_blocks.json` has it."""
    return Model(data["classes"], data["words"], read_forest(data["forest"]))


@cache
def load_model() -> Model:
    """The model of `html_blocks.json`."""
    return read_model(json.loads(MODEL.read_text(encoding="utf-8")))


def predict(forest: Forest, features: Matrix) -> Matrix:
    """The probability that each block, a column of features, is main content."""
    trees, leaves = forest.leaves.shape
    above = (features[forest.rows] > forest.limits).reshape(-1, trees, features.shape[1])
    leaf = np.repeat(np.arange(0, trees * leaves, leaves, dtype=np.int32)[:, None], features.shape[1], axis=1)
    for level, answers in enumerate(above):
        leaf += answers.astype(np.int32) << level
    score = forest.leaves.ravel()[leaf].sum(axis=0) + forest.bias
    probability: Matrix = 1 / (1 + np.exp(-score, dtype=np.float32))
    return probability


def judge(page: Page, rules: Rules, model: Model) -> Matrix:
    """How likely each block of a page, which has at least one, is main content."""
    return predict(model.forest, measure_blocks(page, rules, model.classes, model.words))
