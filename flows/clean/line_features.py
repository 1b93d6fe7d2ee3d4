"""What the classifier of lines sees: a line's shape, its words, its place among the prose, and its neighbours."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flows.forest import Matrix

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
    "boilerplate words",
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
AROUND = ("lexicon", "boilerplate words")
"""Features of its own that a line also takes as the mean of those around it."""
FEATURES = (
    *OWN,
    *PLACE,
    *(f"{name} of line {step:+d}" for name in NEAR for step in BESIDE),
    *(f"{name} within {width}" for name in AROUND for width in WINDOWS),
)
SECOND_LOOK = (
    *FEATURES,
    "score",
    *(f"score of line {step:+d}" for step in BESIDE),
    *(f"score within {width}" for width in WINDOWS),
    "mean score",
)
"""What the second forest sees."""

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

Phrase = tuple[int, int, tuple[str, ...]]
"""Of words of boilerplate: the first word's place, the place behind the last, and what they mean."""


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
    words = (word.strip("".join(_CHARACTERS.values())) for word in line.casefold().replace("’", "'").split())
    return ["0" if word[0].isdigit() else word for word in words if word]


def list_terms(words: Sequence[str], phrases: Sequence[Phrase]) -> Iterator[str]:
    """What the lexicon may know of a line: words, their beginnings, pairs, the first and last, a short line whole.

    `phrases` are what `find_phrases` finds among the words.
    """
    if not words:
        return
    yield from words
    yield from (f"{word[:5]}…" for word in words if len(word) > 5)
    yield from (f"{first} {second}" for first, second in pairwise(words))
    yield f"^ {words[0]}"
    yield f"{words[-1]} $"
    if len(words) <= 3:
        yield f"^ {' '.join(words)} $"
    for start, end, meanings in phrases:
        for meaning in meanings:
            yield f"<{meaning}>"
            if start == 0:
                yield f"^ <{meaning}>" if end < len(words) else f"^ <{meaning}> $"


@cache
def _load_phrases() -> tuple[dict[str, tuple[str, ...]], int]:
    """What each phrase of boilerplate_words.toml means, whatever its language, and the words of the longest."""
    table = tomllib.loads(Path(__file__).with_name("boilerplate_words.toml").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for meaning, languages in table.items():
        for phrase in ", ".join(languages.values()).split(", "):
            found.setdefault(phrase, set()).add(meaning)
    longest = max(len(phrase.split()) for phrase in found)
    return {phrase: tuple(sorted(meanings)) for phrase, meanings in found.items()}, longest


def find_phrases(words: Sequence[str]) -> list[Phrase]:
    """Where words of boilerplate stand among folded words, the longest phrases first, and what they mean."""
    known, longest = _load_phrases()
    phrases: list[Phrase] = []
    start = 0
    while start < len(words):
        for end in range(min(start + longest, len(words)), start, -1):
            meanings = known.get(" ".join(words[start:end]))
            if meanings:
                phrases.append((start, end, meanings))
                start = end
                break
        else:
            start += 1
    return phrases


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
    score, known, shared, boilerplate = (np.zeros(len(lines), dtype=np.float32) for _ in range(4))
    for number, line in enumerate(lines):
        if prose[number]:
            shared[number] = 1
        if len(line) > LONGEST_LINE:
            continue
        words = list_words(line)
        if not words:
            continue
        phrases = find_phrases(words)
        weights = [lexicon[term] for term in list_terms(words, phrases) if term in lexicon]
        score[number] = sum(weights) / max(len(weights), 1) ** 0.5
        known[number] = len(weights) / len(words)
        boilerplate[number] = sum(end - start for start, end, _ in phrases) / len(words)
        if not prose[number]:
            shared[number] = sum(word in vocabulary for word in words) / len(words)
    return {"lexicon": score, "known words": known, "words of the prose": shared, "boilerplate words": boilerplate}


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
    """The `FEATURES` of a document's lines, of which none is blank: a column a line."""
    times = Counter(lines)
    prose = np.array([is_prose(line) for line in lines], dtype=np.float32)
    values = _measure_shapes(lines) | _measure_words(lines, prose, lexicon)
    values["prose"] = prose
    values["length"] = np.log1p(np.array([len(line) for line in lines], dtype=np.float32))
    values["repeated"] = np.log(np.array([times[line] for line in lines], dtype=np.float32))
    values |= _measure_places(values)
    values |= {f"{name} of line {step:+d}": _shift(values[name], step) for name in NEAR for step in BESIDE}
    values |= {f"{name} within {width}": _average(values[name], width) for name in AROUND for width in WINDOWS}
    return np.stack([values[name] for name in FEATURES])


def add_scores(features: Matrix, score: Matrix) -> Matrix:
    """The features of `SECOND_LOOK`: those of a document's lines, and the first forest's scores of them and around."""
    beside = [_shift(score, step) for step in BESIDE]
    around = [_average(score, width) for width in WINDOWS]
    return np.vstack([features, score, *beside, *around, np.full_like(score, score.mean())])


def is_ornament(line: str) -> bool:
    """Whether a line is nothing but separators and dashes: certainly noise, and no neighbour to learn from."""
    return not line.strip(_ORNAMENTS)
