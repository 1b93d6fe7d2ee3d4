"""A learned classifier of lines: boilerplate that no named rule takes, in text without markup.

What it knows is in `lines.json`: the weights of words, a forest of decision trees, and by language how far to trust it.
The forest sees a line's shape (length, capitals, digits, separators), its words' score, how many of its words other
lines have too, its place among the document's prose, and the same of its neighbours. Most features know no language,
so that the classifier serves languages that it was not trained on. Boilerplate keeps company: a document whose lines
are nearly all prose loses next to nothing, a menu is taken whole, a line without others is not judged.

A second forest that sees what the first makes of the lines around is worth much in web pages; here it told nothing new
in cross-validation, whether it saw the features too or not.

Lines of more than `LONGEST_LINE` characters are content, but for the entries of a menu run together, which are noise
whatever stands around. The training is `tests/benchmarks/train_lines.py`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.clean.line_features import FEATURES, is_ornament, is_prose, is_run_together, measure_lines
from flows.clean.line_words import LONGEST_LINE
from flows.clean.scored_lines import Scored, cut_lines, find_lines
from flows.clean.verbatim import HIDDEN
from flows.forest import Forest, Matrix, predict, read_forest
from flows.model import Cut
from flows.recognise.language import detect_language

RULE = "line-classifier"
THRESHOLD = 0.87
"""At it, documents that nothing was learned from lose less than one content character in a hundred."""
FEWEST_LINES = 3
"""Lines that are no prose from which a document's lines are judged: noise keeps company. Of line_quality's noise lines
39 of 15,912 are found where there are fewer, which is so in nine of ten press releases."""
LEAST_PROSE = 300
"""Characters of prose without which a text is itself a list, a table or a menu: nothing tells what of it is noise."""
_LETTER = re.compile(r"[^\W\d_]")
_BREAK = re.compile(r"[-–—_*=~#•\s]+")


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: the lexicon's weights, the forest, and how far it is to be trusted."""

    words: dict[str, float]
    forest: Forest
    thresholds: dict[str, float]
    """By language, the forest's least answer that costs no more content than `THRESHOLD` may; '' of others."""


def read_model(data: dict[str, Any]) -> Model:
    """A model as `lines.json` has it."""
    return Model(data["words"], read_forest(data["forest"], FEATURES), data["thresholds"])


@cache
def load_model() -> Model:
    """The model of `lines.json`."""
    return read_model(json.loads(Path(__file__).with_name("lines.json").read_text(encoding="utf-8")))


def judge(lines: Sequence[str], model: Model) -> Matrix:
    """How likely each line of a document is noise, by the forest; none is blank. One that stands alone is content.

    A line of separators is noise, but for one that parts the sections of prose: it belongs to the text. So does a row
    of a table of numbers.
    """
    ornament = np.array([is_ornament(line) for line in lines])
    judged = [line for line in lines if not is_ornament(line)]
    scores = (ornament & ~_find_breaks(lines)).astype(np.float32)
    if len(judged) > 1:
        answer = predict(model.forest, measure_lines(judged, model.words))
        scores[~ornament] = np.where([len(line) > LONGEST_LINE for line in judged], 0, answer)
        scores[[is_run_together(line) for line in lines]] = 1
        scores[["\t" in line and not _LETTER.search(line) for line in lines]] = 0
    return scores


def _find_breaks(lines: Sequence[str]) -> NDArray[np.bool_]:
    """Which lines are what typists part sections with, and stand between prose."""
    prose = [is_prose(line) for line in lines]
    between = [before and after for before, after in zip([False, *prose], [*prose[1:], False], strict=False)]
    return np.array([own and _BREAK.fullmatch(line) is not None for own, line in zip(between, lines, strict=True)])


def calibrate(scores: Matrix, threshold: float) -> Matrix:
    """The scores with their odds multiplied by the number that moves `threshold` to `THRESHOLD`; 0 and 1 stay."""
    odds = scores * (THRESHOLD / (1 - THRESHOLD) * (1 - threshold) / threshold)
    return np.asarray(odds / (1 - scores + odds), dtype=np.float32)


def score_lines(text: str, model: Model | None = None) -> list[Scored]:
    """Of each line that is not blank: where it starts and ends, without white space around, and how likely it is noise.

    The numbers weigh what a mistake costs: a line of content counts by its characters, so a short line needs less to
    be called noise than a long one. They are moved by language, so that one threshold costs as much in each. Without
    a model, that of `lines.json` tells.
    """
    spans = find_lines(text)
    lines = [text[start:end] for start, end in spans]
    if sum(not is_prose(line) for line in lines) < FEWEST_LINES and not any(map(is_run_together, lines)):
        return [(start, end, 0.0) for start, end in spans]
    model = model or load_model()
    scores = judge(lines, model)
    if scores.any():
        threshold = model.thresholds.get(detect_language(text).language or "", model.thresholds[""])
        scores = calibrate(scores, threshold)
    return [(start, end, float(score)) for (start, end), score in zip(spans, scores, strict=True)]


def has_prose(text: str) -> bool:
    """Whether a text has `LEAST_PROSE`; what is hidden, such as code, is none."""
    lines = map(str.strip, text.split("\n"))
    return sum(len(line) for line in lines if is_prose(line) and HIDDEN not in line) >= LEAST_PROSE


def find_noise(text: str, threshold: float, model: Model | None = None) -> list[Cut]:
    """The lines whose score is at least `threshold`; those that only blank lines part are one cut."""
    return cut_lines(score_lines(text, model), threshold, RULE)
