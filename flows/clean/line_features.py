"""What the classifier of lines sees: a line's shape, its words, its place among the prose, and its neighbours."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from flows.clean.line_words import LONGEST_LINE, MARKS, measure_words
from flows.forest import Matrix

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
    "lower words",
    "short lower words",
    "count of lower words",
    "longest word",
    "bars",
    "address",
    "time",
    "telephone",
    "colon inside",
    "starts bullet",
    "ends colon",
    "ends question",
    "ends ellipsis",
    "ends bracket",
    "words elsewhere",
    "rarity of words",
    "words of the first line",
    "words of the line before",
    "words of the line after",
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
"""Lines to each side over which features are averaged."""
AROUND = ("lexicon", "boilerplate words", "lower words", "short lower words", "words elsewhere", "rarity of words")
"""Features of its own that a line also takes as the mean of those around it, over each window."""
FAR_AROUND = ("length", "ends stop", "capitalised words", "words of the prose", "known words")
"""Those that it takes so over the widest window alone."""
AVERAGED = (
    *((name, width) for name in AROUND for width in WINDOWS),
    *((name, WINDOWS[-1]) for name in FAR_AROUND),
)
FEATURES = (
    *OWN,
    *PLACE,
    *(f"{name} of line {step:+d}" for name in NEAR for step in BESIDE),
    *(f"{name} within {width}" for name, width in AVERAGED),
)
_ORNAMENTS = MARKS["separator"] + MARKS["dash"] + " \t\u00a0"
SHORT_WORD = 3
"""Letters of the words that join others: of, la, und, ja."""
_BULLETS = tuple("-•·*–")
_JOINT = re.compile(r"[a-zß-öø-ÿąćčęěłńœřśšźżž][A-ZÀ-ÖØ-ÞĄĆČĘŁŃŒŘŚŠŹŻŽ][a-zß-öø-ÿąćčęěłńœřśšźżž]")
_STOP = re.compile(r"[.!?,;:(]")
_FEWEST_JOINTS = 6
_LONGEST_ENTRY = 30
"""Characters of the entries of a menu that are run together, on the average."""
_RUNNING = 100
"""Characters of a line that is prose however it ends, unless it is a menu run together."""
_ADDRESS = re.compile(
    r"https?:|www\.|\w@\w|\w\.(?:com|org|net|info|edu|gov|eu|at|be|br|ch|cz|de|dk|es|fi|fr|it|nl|no|pl|pt|ru|se|uk)\b"
)
_TIME = re.compile(r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b(?:19|20)\d\d\b")
_TELEPHONE = re.compile(r"\d(?:[ /().-]?\d){6}")


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
    for name, letters in MARKS.items():
        table[[ord(letter) for letter in letters]] = number[name]
    return table


def _classify(text: str) -> NDArray[np.uint8]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    classes: NDArray[np.uint8] = _class_table()[np.minimum(codes, (1 << 16) - 1)]
    return classes


def is_prose(line: str) -> bool:
    """Whether a line has 100 characters, or 40 and ends as a sentence does."""
    return len(line) >= _RUNNING or (len(line) >= 40 and line.endswith(tuple('.!?…。！？"”»')))


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
    """The mean of the lines around each, up to `width` to each side and without itself; lines are the last axis."""
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.cumsum(values, axis=-1, dtype=np.float64, out=sums[..., 1:])
    at = np.arange(values.shape[-1])
    low, high = np.maximum(at - width, 0), np.minimum(at + width + 1, len(at))
    mean: Matrix = ((sums[..., high] - sums[..., low] - values) / np.maximum(high - low - 1, 1)).astype(np.float32)
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
    lower = classes == SHARES.index("lower")
    shapes["count of lower words"] = np.log1p(count(begins & lower))
    shapes["lower words"] = count(begins & lower) / words
    first_at = np.flatnonzero(begins)
    sizes = np.flatnonzero((classes == space) & np.concatenate(([False], classes[:-1] != space))) - first_at
    lower_before = np.concatenate(([0], np.cumsum(lower)))
    whole = lower_before[first_at + sizes] - lower_before[first_at] == sizes
    short = np.zeros(len(classes), dtype=bool)
    short[first_at[whole & (sizes <= SHORT_WORD)]] = True
    shapes["short lower words"] = count(short) / words
    longest = np.ones(len(lines), dtype=np.int64)
    np.maximum.at(longest, line_of[first_at], sizes)
    shapes["longest word"] = np.log(longest)
    shapes |= {f"starts {name}": first == SHARES.index(name) for name in ("lower", "upper", "digit")}
    shapes |= {f"ends {name}": last == SHARES.index(name) for name in ("stop", "clause", "digit")}
    shapes["ends letter"] = last < SHARES.index("digit")
    return {name: np.asarray(values, dtype=np.float32) for name, values in shapes.items()}


def _measure_forms(lines: Sequence[str]) -> dict[str, Matrix]:
    """The features that tell addresses, times, numbers to call, table cells, bullets and how a line ends."""
    heads = [line[:LONGEST_LINE] for line in lines]
    forms = {
        "bars": [head.count("|") for head in heads],
        "address": [_ADDRESS.search(head) is not None for head in heads],
        "time": [_TIME.search(head) is not None for head in heads],
        "telephone": [_TELEPHONE.search(head) is not None for head in heads],
        "colon inside": [": " in head for head in heads],
        "starts bullet": [line.startswith(_BULLETS) for line in lines],
        "ends colon": [line.endswith(":") for line in lines],
        "ends question": [line.endswith(("?", "!")) for line in lines],
        "ends ellipsis": [line.endswith(("...", "…")) for line in lines],
        "ends bracket": [line.endswith((")", "]")) for line in lines],
    }
    return {name: np.array(values, dtype=np.float32) for name, values in forms.items()}


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


def measure_lines(lines: Sequence[str], lexicon: Mapping[str, float]) -> Matrix:
    """The `FEATURES` of a document's lines, of which none is blank: a column a line."""
    times = Counter(lines)
    prose = np.array([is_prose(line) for line in lines], dtype=np.float32)
    values = _measure_shapes(lines) | _measure_forms(lines) | measure_words(lines, prose, lexicon)
    values["prose"] = prose
    values["length"] = np.log1p(np.array([len(line) for line in lines], dtype=np.float32))
    values["repeated"] = np.log(np.array([times[line] for line in lines], dtype=np.float32))
    values |= _measure_places(values)
    values |= {f"{name} of line {step:+d}": _shift(values[name], step) for name in NEAR for step in BESIDE}
    for width in WINDOWS:
        names = [name for name, own in AVERAGED if own == width]
        means = _average(np.stack([values[name] for name in names]), width)
        values |= {f"{name} within {width}": mean for name, mean in zip(names, means, strict=True)}
    return np.stack([values[name] for name in FEATURES])


def is_ornament(line: str) -> bool:
    """Whether a line is nothing but separators and dashes: certainly noise, and no neighbour to learn from."""
    return not line.strip(_ORNAMENTS)


def is_run_together(line: str) -> bool:
    """Whether a line of 100 characters or more is the entries of a menu without a space between: "HomeNewsAbout us…".

    Every 30 characters a capital follows a small letter inside a word, with little punctuation between, and it is not
    that names written with such a capital (YouTube, ArrayList) stand one after the other. Of line_quality's lines 63
    are so, all of them marked as noise; of 12,751 lines of that length in press releases none is. A letter stands on
    both sides of the capital, so that "Ã¤" is none.
    """
    if len(line) < _RUNNING:
        return False
    joints = len(_JOINT.findall(line))
    if joints < _FEWEST_JOINTS or joints * _LONGEST_ENTRY < len(line) or len(_STOP.findall(line)) > joints / 4:
        return False
    words = line.split()
    joined = sum(_JOINT.search(word) is not None for word in words)
    return joined < 0.8 * len(words) or joints >= 3 * joined
