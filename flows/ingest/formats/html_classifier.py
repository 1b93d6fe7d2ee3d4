"""A learned classifier of a page's blocks: how likely each is main content.

What it knows is in `html_blocks.json`: the weights of words (of class names, and of how texts begin), and a forest of
decision trees. The training is `tests/benchmarks/train_blocks.py`.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from flows.forest import Forest, Matrix, predict, read_forest
from flows.ingest.formats.html_blocks import Page
from flows.ingest.formats.html_features import FEATURES, Rules
from flows.ingest.formats.html_measures import measure_blocks

MODEL: Final = Path(__file__).with_name("html_blocks.json")


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: the weights of words, positive for main content, and the forest."""

    classes: dict[str, float]
    words: dict[str, float]
    forest: Forest


def read_model(data: dict[str, Any]) -> Model:
    """A model as `html_blocks.json` has it."""
    return Model(data["classes"], data["words"], read_forest(data["forest"], FEATURES))


@cache
def load_model() -> Model:
    """The model of `html_blocks.json`."""
    return read_model(json.loads(MODEL.read_text(encoding="utf-8")))


def judge(page: Page, rules: Rules, model: Model) -> Matrix:
    """How likely each block of a page, which has at least one, is main content."""
    return predict(model.forest, measure_blocks(page, rules, model.classes, model.words))
