"""A learned classifier of a page's blocks: how likely each is main content.

What it knows is in `html_blocks.json`: the weights of words (of class names, and of how texts begin), and two forests
of decision trees. The first one sees each block and those beside it, the second what the first makes of it and of the
blocks of the same element, of the same kind and around. The training is `tests/benchmarks/train_blocks.py`.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from flows.forest import Forest, Matrix, predict, predict_odds, read_forest
from flows.ingest.formats.html_blocks import Page
from flows.ingest.formats.html_context import CONTEXT, measure_context
from flows.ingest.formats.html_features import FEATURES, Rules
from flows.ingest.formats.html_measures import measure_blocks

MODEL: Final = Path(__file__).with_name("html_blocks.json")


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: the weights of words, positive for main content, and the forests."""

    classes: dict[str, float]
    words: dict[str, float]
    first: Forest
    second: Forest


def read_model(data: dict[str, Any]) -> Model:
    """A model as `html_blocks.json` has it."""
    first, second = read_forest(data["first"], FEATURES), read_forest(data["second"], CONTEXT)
    return Model(data["classes"], data["words"], first, second)


@cache
def load_model() -> Model:
    """The model of `html_blocks.json`."""
    return read_model(json.loads(MODEL.read_text(encoding="utf-8")))


def judge(page: Page, rules: Rules, model: Model) -> Matrix:
    """How likely each block of a page, which has at least one, is main content."""
    features = measure_blocks(page, rules, model.classes, model.words)
    return predict(model.second, measure_context(predict_odds(model.first, features), page, rules))
