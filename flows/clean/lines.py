"""A learned classifier of lines: boilerplate that no named rule takes, in text without markup.

What it knows is in `lines.json`: the weights of words, and two forests of decision trees. The first forest sees of a
line its shape (length, capitals, digits, separators), its words' score, its place among the document's prose, and the
same of its neighbours; the second sees besides what the first makes of the lines around. Most features know no
language, so that the classifier serves languages that it was not trained on. Boilerplate keeps company: a document
whose lines are nearly all prose loses next to nothing, a menu is taken whole.

Lines of more than `LONGEST_LINE` characters are content. The training is `tests/benchmarks/train_lines.py`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.model import Cut

RULE = "line-classifier"
THRESHOLD = 0.87
"""Under it no language of `tests/benchmarks/line_quality.py` loses one content character in a hundred."""
LONGEST_LINE = 200
"""In characters. Of 1,000 lines that people call noise, some 25 are longer; of content characters more than half."""
SHARES = (
    "lower",
    "upper",
    "letter",
    "digit",
    "space",
    "stop",
    "clause",
    "separator",
    "bracket",
    "mark",
    "dash",
    "other",
)
"""Classes of characters; their shares in a line are features."""
OWN = (
    "length",
    "words",
    "word length",
    *(f"{name} share" for name in SHARES),
    "capitalised words",
    "number words",
    "glued words",
    "starts lower",
    "starts upper",
    "starts digit",
    "ends stop",
    "ends clause",
    "ends letter",
    "ends digit",
    "prose",
    "repeated",
    "words of the prose",
    "lexicon",
    "known words",
)
"""Features of a line itself."""
PLACE = (
    "position",
    "lines since prose",
    "lines until prose",
    "prose before",
    "prose after",
    "prose share",
    "prose near",
    "mean lexicon",
)
"""Features of its place in the document."""
NEAR = ("length", "prose", "ends stop", "capitalised words", "lexicon", "words of the prose")
"""Features of its own that a line also takes from the lines beside it."""
BESIDE = (-2, -1, 1, 2)
WINDOWS = (2, 5, 12)
"""Lines to each side over which the words' scores, and the first forest's, are averaged."""
FEATURES = (
    *OWN,
    *PLACE,
    *(f"{name} of line {step:+d}" for name in NEAR for step in BESIDE),
    *(f"lexicon within {width}" for width in WINDOWS),
)
SECOND_LOOK = (
    *FEATURES,
    "score",
    *(f"score of line {step:+d}" for step in BESIDE),
    *(f"score within {width}" for width in WINDOWS),
    "mean score",
)
"""What the second forest sees."""

Matrix = NDArray[np.float32]

_CHARACTERS = {
    "stop": ".!?…。！？",
    "clause": ",;:，、；：",
    "separator": "|•·»«›‹></\\_=*#~→▸►▶■●▼▲+&",
    "mark": "@©®™",
}
_CHARACTERS |= {"bracket": "()[]{}\"'“”„‘’", "dash": "-–—−"}
_ORNAMENTS = _CHARACTERS["separator"] + _CHARACTERS["dash"] + " \t\u00a0"
_VOCABULARY = 200_000
"""Characters of a document's prose that its vocabulary is read from."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Complete binary trees of one depth; `leaves` are summed. A line goes right where its feature is above `limit`."""

    bias: float
    columns: NDArray[np.int64]
    """Of shape (nodes, trees), the nodes in the order of breadth."""
    limits: Matrix
    leaves: Matrix


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: the lexicon's weights, and the two forests."""

    words: dict[str, float]
    first: Forest
    second: Forest


def read_forest(data: dict[str, Any], features: Sequence[str]) -> Forest:
    """A forest as `lines.json` has it: of each tree its splits, as [feature, limit], and its leaves."""
    column = {name: number for number, name in enumerate(features)}
    trees = data["trees"]
    columns = np.array([[column[name] for name, _ in tree["splits"]] for tree in trees], dtype=np.int64)
    limits = np.array([[limit for _, limit in tree["splits"]] for tree in trees], dtype=np.float32)
    leaves = np.array([tree["leaves"] for tree in trees], dtype=np.float32)
    return Forest(data["bias"], columns.T.copy(), limits.T.copy(), leaves.T.copy())


def read_model(data: dict[str, Any]) -> Model:
    """A model as `lines.json` has it."""
    return Model(data["words"], read_forest(data["first"], FEATURES), read_forest(data["second"], SECOND_LOOK))


@cache
def load_model() -> Model:
    """The model of `lines.json`."""
    return read_model(json.loads(Path(__file__).with_name("lines.json").read_text(encoding="utf-8")))


def predict(forest: Forest, lines: Matrix) -> Matrix:
    """The probability that each line, a row of features, is noise."""
    trees = np.arange(forest.columns.shape[1])
    rows = np.arange(len(lines))[:, None]
    node = np.zeros((len(lines), len(trees)), dtype=np.int64)
    for _ in range(len(forest.leaves).bit_length() - 1):
        right = lines[rows, forest.columns[node, trees]] > forest.limits[node, trees]
        node = 2 * node + 1 + right
    score = forest.bias + forest.leaves[node - len(forest.columns), trees].sum(axis=1)
    probability: Matrix = 1 / (1 + np.exp(-score, dtype=np.float32))
    return probability


@cache
def _class_table() -> NDArray[np.uint8]:
    """The class of each character of the Basic Multilingual Plane, as an index of `SHARES`."""
    number = {name: index for index, name in enumerate(SHARES)}
    table = np.full(1 << 16, number["other"], dtype=np.uint8)
    for code in range(1 << 16):
        letter = chr(code)
        if letter.isspace():
            table[code] = number["space"]
        elif letter.isalpha():
            table[code] = number["lower" if letter.islower() else "upper" if letter.isupper() else "letter"]
        elif letter.isdigit():
            table[code] = number["digit"]
    for name, letters in _CHARACTERS.items():
        table[[ord(letter) for letter in letters]] = number[name]
    return table


def _classify(text: str) -> NDArray[np.uint8]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    classes: NDArray[np.uint8] = _class_table()[np.minimum(codes, (1 << 16) - 1)]
    return classes


def list_words(line: str) -> list[str]:
    """The line's words, folded: case, digits and the punctuation around are not told apart."""
    words = (word.strip("".join(_CHARACTERS.values())) for word in line.casefold().split())
    return ["0" if word[0].isdigit() else word for word in words if word]


def list_terms(words: Sequence[str]) -> Iterator[str]:
    """What the lexicon may know of a line: words, their beginnings, pairs, the first and last, a short line whole."""
    if not words:
        return
    yield from words
    yield from (f"{word[:5]}…" for word in words if len(word) > 5)
    yield from (f"{first} {second}" for first, second in pairwise(words))
    yield f"^ {words[0]}"
    yield f"{words[-1]} $"
    if len(words) <= 3:
        yield f"^ {' '.join(words)} $"


def is_prose(line: str) -> bool:
    """Whether a line has 100 characters, or 40 and ends as a sentence does."""
    return len(line) >= 100 or (len(line) >= 40 and line.endswith(tuple('.!?…。！？"”»')))


def _shift(values: Matrix, step: int) -> Matrix:
    """The values of the lines `step` further on; -1 beyond the ends."""
    moved = np.full_like(values, -1)
    if abs(step) < len(values):
        if step > 0:
            moved[:-step] = values[step:]
        else:
            moved[-step:] = values[:step]
    return moved


def _average(values: Matrix, width: int) -> Matrix:
    """The mean of the lines around each, up to `width` to each side and without itself."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    at = np.arange(len(values))
    low, high = np.maximum(at - width, 0), np.minimum(at + width + 1, len(values))
    mean: Matrix = ((sums[high] - sums[low] - values) / np.maximum(high - low - 1, 1)).astype(np.float32)
    return mean


def _measure_shapes(lines: Sequence[str]) -> dict[str, Matrix]:
    """The features of each line's first `LONGEST_LINE` characters that are counts of characters."""
    heads = [line[:LONGEST_LINE] for line in lines]
    lengths = np.array([len(head) for head in heads])
    classes = _classify("\n".join(heads) + "\n")
    line_of = np.repeat(np.arange(len(lines)), lengths + 1)
    counts = np.bincount(line_of * len(SHARES) + classes, minlength=len(lines) * len(SHARES))
    counts = counts.reshape(len(lines), len(SHARES))
    space = SHARES.index("space")
    counts[:, space] -= 1
    starts = np.concatenate(([0], np.cumsum(lengths + 1)[:-1]))
    begins = np.concatenate(([True], classes[:-1] == space)) & (classes != space)

    def count(where: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(line_of[where], minlength=len(lines))

    words = np.maximum(count(begins), 1)
    glued = np.concatenate(((classes[:-1] == SHARES.index("lower")) & (classes[1:] == SHARES.index("upper")), [False]))
    first, last = classes[starts], _classify("".join(line[-1] for line in lines))
    shapes = {f"{name} share": counts[:, index] / lengths for index, name in enumerate(SHARES)}
    shapes |= {"words": np.log1p(words), "word length": np.log(lengths / words), "glued words": np.log1p(count(glued))}
    shapes["capitalised words"] = count(begins & (classes == SHARES.index("upper"))) / words
    shapes["number words"] = count(begins & (classes == SHARES.index("digit"))) / words
    shapes |= {f"starts {name}": first == SHARES.index(name) for name in ("lower", "upper", "digit")}
    shapes |= {f"ends {name}": last == SHARES.index(name) for name in ("stop", "clause", "digit")}
    shapes["ends letter"] = last < SHARES.index("digit")
    return {name: np.asarray(values, dtype=np.float32) for name, values in shapes.items()}


def _measure_words(lines: Sequence[str], prose: Matrix, lexicon: dict[str, float]) -> dict[str, Matrix]:
    """The features that look at words: the lexicon's score, and the share that the document's prose has too."""
    running = " ".join(line for line, is_running in zip(lines, prose, strict=True) if is_running)
    vocabulary = set(running[:_VOCABULARY].casefold().split())
    score, known, shared = (np.zeros(len(lines), dtype=np.float32) for _ in range(3))
    for number, line in enumerate(lines):
        if prose[number]:
            shared[number] = 1
        if len(line) > LONGEST_LINE:
            continue
        words = list_words(line)
        if not words:
            continue
        weights = [lexicon[term] for term in list_terms(words) if term in lexicon]
        score[number] = sum(weights) / max(len(weights), 1) ** 0.5
        known[number] = len(weights) / len(words)
        if not prose[number]:
            shared[number] = sum(word in vocabulary for word in words) / len(words)
    return {"lexicon": score, "known words": known, "words of the prose": shared}


def _measure_places(own: dict[str, Matrix]) -> dict[str, Matrix]:
    """The features of each line's place among the document's lines, and above all among its prose."""
    prose, count = own["prose"], len(own["prose"])
    at = np.arange(count)
    last = np.maximum.accumulate(np.where(prose > 0, at, -50))
    following = np.minimum.accumulate(np.where(prose > 0, at, count + 50)[::-1])[::-1]
    before = np.cumsum(prose) - prose
    places = {
        "position": at / count,
        "lines since prose": np.log1p(np.minimum(at - last, 50)),
        "lines until prose": np.log1p(np.minimum(following - at, 50)),
        "prose before": np.log1p(before),
        "prose after": np.log1p(prose.sum() - before - prose),
        "prose share": np.full(count, prose.mean()),
        "prose near": _average(prose, 5),
        "mean lexicon": np.full(count, own["lexicon"].mean()),
    }
    return {name: values.astype(np.float32) for name, values in places.items()}


def measure_lines(lines: Sequence[str], lexicon: dict[str, float]) -> Matrix:
    """The `FEATURES` of a document's lines, of which none is blank: a row a line."""
    times = Counter(lines)
    prose = np.array([is_prose(line) for line in lines], dtype=np.float32)
    values = _measure_shapes(lines) | _measure_words(lines, prose, lexicon)
    values["prose"] = prose
    values["length"] = np.log1p(np.array([len(line) for line in lines], dtype=np.float32))
    values["repeated"] = np.log(np.array([times[line] for line in lines], dtype=np.float32))
    values |= _measure_places(values)
    values |= {f"{name} of line {step:+d}": _shift(values[name], step) for name in NEAR for step in BESIDE}
    values |= {f"lexicon within {width}": _average(values["lexicon"], width) for width in WINDOWS}
    return np.stack([values[name] for name in FEATURES], axis=1)


def add_scores(features: Matrix, score: Matrix) -> Matrix:
    """The features of `SECOND_LOOK`: those of a document's lines, and the first forest's scores of them and around."""
    beside = [_shift(score, step) for step in BESIDE]
    around = [_average(score, width) for width in WINDOWS]
    return np.column_stack([features, score, *beside, *around, np.full_like(score, score.mean())])


def is_ornament(line: str) -> bool:
    """Whether a line is nothing but separators and dashes: certainly noise, and no neighbour to learn from."""
    return not line.strip(_ORNAMENTS)


def judge(lines: Sequence[str], model: Model) -> Matrix:
    """How likely each line of a document is noise; none is blank."""
    ornament = np.array([is_ornament(line) for line in lines])
    judged = [line for line in lines if not is_ornament(line)]
    scores = ornament.astype(np.float32)
    if judged:
        features = measure_lines(judged, model.words)
        answer = predict(model.second, add_scores(features, predict(model.first, features)))
        scores[~ornament] = np.where([len(line) > LONGEST_LINE for line in judged], 0, answer)
    return scores


def score_lines(text: str) -> list[tuple[int, int, float]]:
    """Of each line that is not blank: where it starts and ends, without white space around, and how likely it is noise.

    The numbers weigh what a mistake costs: a line of content counts by its characters, so a short line needs less to
    be called noise than a long one.
    """
    spans = []
    start = 0
    for whole in text.split("\n"):
        line = whole.strip()
        if line:
            at = start + len(whole) - len(whole.lstrip())
            spans.append((at, at + len(line)))
        start += len(whole) + 1
    if all(end - start > LONGEST_LINE for start, end in spans):
        return [(start, end, 0.0) for start, end in spans]
    scores = judge([text[start:end] for start, end in spans], load_model())
    return [(start, end, float(score)) for (start, end), score in zip(spans, scores, strict=True)]


def find_noise(text: str, threshold: float) -> list[Cut]:
    """The lines whose score is at least `threshold`; those that only blank lines part are one cut."""
    cuts: list[Cut] = []
    follows = False
    for start, end, score in score_lines(text):
        noise = score >= threshold
        if noise:
            least = round(score, 2)
            if follows:
                before = cuts.pop()
                start, least = before.start, min(least, before.confidence or 0.0)
            cuts.append(Cut(start, end, "", "remove", RULE, least))
        follows = noise
    return cuts
