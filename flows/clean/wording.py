"""A learned classifier of single lines: boilerplate that no rule names, told by its words alone.

`wording.json` holds a logistic regression: the weight of each term, and what a line without any is given. A term is a
word, the beginning of a long one, or two that stand together, punctuation and the line's ends among them. A line's
score looks at nothing around it: unlike the line classifier of `lines` it finds the lone call among prose, and it says
the same of a line wherever that stands. It was learned from lines of many languages, which is why it knows "Melden
Sie sich für unseren Newsletter an" however the site words it; of others it says nothing.

The training is `tests/benchmarks/train_wording.py`.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from math import exp, fsum
from pathlib import Path
from typing import Any

from flows.clean.rulebook import LONGEST_CALL
from flows.clean.scored_lines import cut_lines, find_lines
from flows.model import Cut

RULE = "wording-classifier"
_BEGINNING = 5
"""Letters of a long word that stand for all its forms."""
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Wording:
    """What was learned, in log odds."""

    bias: float
    terms: dict[str, float]


def read_wording(data: dict[str, Any]) -> Wording:
    """The weights as `wording.json` has them."""
    return Wording(data["bias"], data["terms"])


@cache
def load_wording() -> Wording:
    """The weights of `wording.json`."""
    return read_wording(json.loads(Path(__file__).with_name("wording.json").read_text(encoding="utf-8")))


def list_terms(line: str) -> set[str]:
    """What the classifier may know of a line; case, curly apostrophes and what numbers say are not told apart."""
    words = _WORD.findall(line.casefold().replace("’", "'"))
    words = ["0" if word[0].isdigit() else word for word in words]
    terms = {f"{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True)}
    terms.update(words)
    terms.update(f"{word[:_BEGINNING]}…" for word in words if len(word) > _BEGINNING)
    return terms


def score_line(line: str, wording: Wording | None = None) -> float:
    """How likely a line is boilerplate, from 0 to 1: 0 for long ones, and for those of fewer than two words.

    A word alone is a heading as often as a button, and rules name the buttons. Without weights, those of `wording.json`
    tell.
    """
    if len(line) > LONGEST_CALL or len(_LETTERS.findall(line)) < 2:
        return 0.0
    wording = wording or load_wording()
    terms = list_terms(line)
    known = fsum(wording.terms.get(term, 0.0) for term in terms)  # exact, in whatever order a set has them
    return 1 / (1 + exp(-wording.bias - known / len(terms) ** 0.5))


def find_worded(text: str, threshold: float) -> list[Cut]:
    """The lines whose score is at least `threshold`; those that only blank lines part are one cut."""
    return cut_lines(((start, end, score_line(text[start:end])) for start, end in find_lines(text)), threshold, RULE)
