"""Trains the classifier of lines and writes flows/clean/lines.json: seeded, ten minutes of one core.

    python -m tests.benchmarks.train_lines [FOLDER]

FOLDER holds line_quality/ and wikinews/; by default it is ../shared/data. Learned from are the train splits of
line_quality, for French and Swedish, which have none there, the first half of the dev split, and the Wikinews of 2019,
whose lines are all content. Every stage learns from what the stages before it say of documents that they did not learn
from: five folds by document, and once a language at a time, so that the later stages know how far to trust a lexicon
that does not know the language. The cross-validation of the whole gives each language its threshold; printed are for
several the content characters lost and the noise lines found, in documents of languages that were learned from, and in
languages that were not.
"""

import csv
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.clean import line_features, lines
from flows.clean.line_features import FEATURES, LONGEST_LINE, SECOND_LOOK
from flows.forest import Matrix, predict, read_forest
from tests.benchmarks.grow_forest import Floats, Shape, grow_forest, write_forest

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "de", "es", "fi", "fr", "sv")
HALVED = ("fr", "sv")
"""Languages of which the first half of the dev split is learned from, and the second reported on."""
FOLDS = 5
FEWEST_DOCUMENTS = 3
"""A term of the lexicon is in at least so many documents."""
VIEWS = (0.3, 0.7)
"""What a document counts, measured by a lexicon and a forest that know its language, and by such as do not."""
HUNDREDTHS = np.arange(1, 100) / 100
THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
DRAWS = 200
"""How often a language's documents are drawn anew, to see how far its threshold depends on them."""
LARGEST_LOSS = 0.008
"""Of the content characters, in the cross-validation, at the threshold of each language; the rules lose up to 0.002."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The lines of one document, and which of them are noise."""

    language: str
    lines: list[str]
    noise: Mask


SHAPE = Shape(trees=200, depth=5, rate=0.1, damping=20.0, columns=0.12, rows=0.7)


def read_labelled(path: Path) -> list[Labelled]:
    """The documents of one file of line_quality, blank lines left out."""
    documents = []
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            pairs = [(line.strip(), label == "0") for line, label in zip(row["text"], row["labels"], strict=True)]
            pairs = [(line, noise) for line, noise in pairs if line]
            noise = np.array([noise for _, noise in pairs], dtype=bool)
            documents.append(Labelled(path.name[:2], [line for line, _ in pairs], noise))
    return [document for document in documents if document.lines]


def read_part(folder: Path, language: str, held_out: bool) -> list[Labelled]:
    """The documents of a language from which is learned, or those that are reported on."""
    split = "dev" if held_out or language in HALVED else "train"
    documents = read_labelled(folder / "line_quality" / f"{language}-{split}.jsonl.gz")
    half = len(documents) // 2 if language in HALVED else 0
    return documents[half:] if held_out else documents[: half or None]


def read_wikinews(folder: Path, year: int) -> list[Labelled]:
    """The articles of a year, as documents without noise."""
    with (folder / "wikinews" / f"wikinews_{year}.csv").open(encoding="utf-8", newline="") as rows:
        texts = [[line.strip() for line in row["text"].split("\n") if line.strip()] for row in csv.DictReader(rows)]
    return [Labelled("news", text, np.zeros(len(text), dtype=bool)) for text in texts if text]


def weigh(documents: Sequence[Labelled]) -> Floats:
    """What each line counts: noise 1, content by its characters; those of a long document less."""
    weights = []
    for document in documents:
        lengths = np.array([len(line) for line in document.lines])
        cost = np.where(document.noise, 1.0, np.clip(lengths / 40, 0.3, 5.0))
        weights.append(cost / max(1.0, len(cost) / 20) ** 0.8)
    return np.concatenate(weights)


def fit_lexicon(documents: Sequence[Labelled], damping: float = 3.0, steps: int = 150) -> dict[str, float]:
    """Logistic regression on the terms of short lines, damped so that rare terms weigh little."""
    seen: dict[str, set[int]] = defaultdict(set)
    terms_of = []
    wanted = []
    for number, document in enumerate(documents):
        for line in document.lines:
            words = line_features.list_words(line) if len(line) <= LONGEST_LINE else []
            terms = sorted(set(line_features.list_terms(words, line_features.find_phrases(words))))
            wanted.append(bool(terms))
            terms_of.append(terms)
            for term in terms:
                seen[term].add(number)
    vocabulary = sorted(term for term, numbers in seen.items() if len(numbers) >= FEWEST_DOCUMENTS)
    column = {term: number for number, term in enumerate(vocabulary)}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for at, terms in enumerate(terms_of):
        known = [column[term] for term in terms if term in column]
        rows += [at] * len(known)
        columns += known
        values += [1 / max(len(known), 1) ** 0.5] * len(known)
    row, col, value = np.array(rows), np.array(columns), np.array(values)
    target = np.concatenate([document.noise for document in documents]).astype(float)
    weight = weigh(documents) * np.array(wanted)
    beta, bias = np.zeros(len(vocabulary)), 0.0
    moment, square = np.zeros(len(beta) + 1), np.zeros(len(beta) + 1)
    for number in range(1, steps + 1):  # Adam
        score = np.bincount(row, value * beta[col], minlength=len(target)) + bias
        error = weight * (1 / (1 + np.exp(-score)) - target)
        slope = np.bincount(col, value * error[row], minlength=len(beta)) + damping * beta
        slope = np.append(slope, error.sum())
        moment = 0.9 * moment + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        move = 0.1 * (moment / (1 - 0.9**number)) / (np.sqrt(square / (1 - 0.99**number)) + 1e-9)
        beta, bias = beta - move[:-1], bias - move[-1]
    weights = {term: round(float(beta[at]), 2) for term, at in column.items()}
    return {term: weight for term, weight in weights.items() if abs(weight) >= 0.1}


def split(documents: Sequence[Labelled], folds: int = FOLDS) -> NDArray[np.int64]:
    """The fold of each document: every language is spread over all."""
    return np.arange(len(documents)) % folds


@dataclass(frozen=True, slots=True)
class Learned:
    """The three stages, as lines.json has them."""

    words: dict[str, float]
    first: dict[str, Any]
    second: dict[str, Any]
    thresholds: dict[str, float] = field(default_factory=lambda: {"": lines.THRESHOLD})


def leave_ornaments(document: Labelled) -> Labelled:
    """The document without the lines that the classifier need not judge."""
    kept = np.array([not line_features.is_ornament(line) for line in document.lines], dtype=bool)
    judged = [line for line, keep in zip(document.lines, kept, strict=True) if keep]
    return Labelled(document.language, judged, document.noise[kept])


def train(documents: Sequence[Labelled], shape: Shape = SHAPE, folds: int = FOLDS) -> Learned:
    """Learns all stages from the documents."""
    documents = [judged for judged in map(leave_ornaments, documents) if judged.lines]
    fold = split(documents, folds)
    language = np.array([document.language for document in documents])
    noise = [document.noise for document in documents]
    weights = np.split(weigh(documents), np.cumsum([len(each) for each in noise])[:-1])
    held_out = [(own_fold, fold == own_fold) for own_fold in range(folds)]
    held_out += [(folds, language == name) for name in LANGUAGES]

    def grow(
        tables: dict[tuple[int, int], Matrix], learning: Mask, names: Sequence[str], shape: Shape
    ) -> dict[str, Any]:
        keys = [key for key in sorted(tables) if learning[key[1]]]
        rows = np.concatenate([tables[key] for key in keys], axis=1).T
        flags = np.concatenate([noise[at] for _, at in keys])
        cost = np.concatenate([weights[at] * VIEWS[view] for view, at in keys])
        return grow_forest(rows, flags.astype(float), cost, names, shape, seed=len(keys))

    tables: dict[tuple[int, int], Matrix] = {}  # by whether the whole language was held out, and the document
    for number, held in held_out:
        words = fit_lexicon([documents[at] for at in np.flatnonzero(~held)])
        for at in np.flatnonzero(held):
            tables[int(number == folds), int(at)] = line_features.measure_lines(documents[at].lines, words)
    second: dict[tuple[int, int], Matrix] = {}
    for number, held in held_out:
        forest = read_forest(grow(tables, ~held, FEATURES, shape), FEATURES)
        for at in np.flatnonzero(held):
            table = tables[int(number == folds), int(at)]
            second[int(number == folds), int(at)] = line_features.add_scores(table, predict(forest, table))
    everything = np.ones(len(documents), dtype=bool)
    return Learned(
        fit_lexicon(documents),
        grow(tables, everything, FEATURES, shape),
        grow(second, everything, SECOND_LOOK, shape),
    )


def score(learned: Learned, documents: Iterable[Labelled]) -> list[Matrix]:
    """The scores of the lines of each document."""
    model = lines.read_model(asdict(learned))
    return [lines.judge(document.lines, model) for document in documents]


def report(name: str, documents: Sequence[Labelled], scores: Sequence[Matrix]) -> None:
    """Prints for each threshold the share of the content characters lost, and of the noise lines found."""
    noise = np.concatenate([document.noise for document in documents])
    length = np.array([len(line) for document in documents for line in document.lines])
    score = np.concatenate(scores)
    cells = []
    for threshold in THRESHOLDS:
        gone = score >= threshold
        lost = length[gone & ~noise].sum() / length[~noise].sum()
        cells.append(f"{lost:7.3%} {(gone & noise).sum() / max(noise.sum(), 1):4.0%}")
    print(f"{name:16}" + " ".join(cells), flush=True)


def measure_losses(documents: Sequence[Labelled], scores: Sequence[Matrix]) -> tuple[Floats, Floats]:
    """Of each document the content characters lost at each threshold, in hundredths, and how many it has."""
    lost, content = np.zeros((len(documents), len(HUNDREDTHS))), np.zeros(len(documents))
    for number, (document, score) in enumerate(zip(documents, scores, strict=True)):
        length = np.array([len(line) for line in document.lines]) * ~document.noise
        content[number] = length.sum()
        lost[number] = (length[:, None] * (score[:, None] >= HUNDREDTHS)).sum(axis=0)
    return lost, content


def find_threshold(lost: Floats, content: Floats) -> float:
    """The least threshold at which documents lose no more than `LARGEST_LOSS`, as log odds."""
    shares = lost.sum(axis=0) / content.sum()
    threshold = HUNDREDTHS[min(int((shares > LARGEST_LOSS).sum()), len(HUNDREDTHS) - 1)]
    return float(np.log(threshold / (1 - threshold)))


def cross_validate(documents: Sequence[Labelled]) -> dict[str, float]:
    """The thresholds by language, '' of those unseen: the median of such as were held out whole.

    Printed is how well documents are told that nothing was learned from, in languages known and unknown.
    """
    print(f"{'threshold':16}" + " ".join(f"{threshold:12.2f}" for threshold in THRESHOLDS))
    fold = split(documents)
    scores: dict[int, Matrix] = {}
    for number in range(FOLDS):
        learned = train([document for document, own in zip(documents, fold, strict=True) if own != number])
        held = np.flatnonzero(fold == number).tolist()
        scores |= dict(zip(held, score(learned, [documents[at] for at in held]), strict=True))
    losses = {}
    for language in (*LANGUAGES, "news"):
        own = [at for at, document in enumerate(documents) if document.language == language]
        told = [documents[at] for at in own], [scores[at] for at in own]
        report(language, *told)
        if language in LANGUAGES:
            losses[language] = measure_losses(*told)
    unseen = []
    for language in LANGUAGES:
        learned = train([document for document in documents if document.language != language])
        own_documents = [document for document in documents if document.language == language]
        answers = score(learned, own_documents)
        report(f"{language}, unseen", own_documents, answers)
        unseen.append(find_threshold(*measure_losses(own_documents, answers)))
    odds = {**shrink(losses), "": float(np.median(unseen))}
    return {language: round(float(1 / (1 + np.exp(-own))), 2) for language, own in odds.items()}


def shrink(losses: Mapping[str, tuple[Floats, Floats]]) -> dict[str, float]:
    """The languages' thresholds, as log odds, each as far from their mean as its documents warrant.

    What a language is further from the others than its threshold moves with its documents drawn anew, that it keeps
    (empirical Bayes: Efron and Morris, 1975).
    """
    chance = np.random.default_rng(0)
    odds, spread = {}, {}
    for language, (lost, content) in losses.items():
        draws = [chance.integers(0, len(content), len(content)) for _ in range(DRAWS)]
        odds[language] = find_threshold(lost, content)
        spread[language] = float(np.var([find_threshold(lost[drawn], content[drawn]) for drawn in draws]))
        print(
            f"{language}: log odds {odds[language]:.2f}, with its documents drawn anew ±{spread[language] ** 0.5:.2f}"
        )
    mean = float(np.mean(list(odds.values())))
    between = max(0.0, float(np.var(list(odds.values()), ddof=1)) - float(np.mean(list(spread.values()))))
    own_share = {language: between / (between + own) if between else 0.0 for language, own in spread.items()}
    return {language: mean + (own - mean) * own_share[language] for language, own in odds.items()}


def main(folder: Path) -> None:
    labelled = [read_part(folder, language, held_out=False) for language in LANGUAGES]
    documents = [document for part in labelled for document in part] + read_wikinews(folder, 2019)
    path = Path(lines.__file__).with_name("lines.json")
    learned = replace(train(documents), thresholds=cross_validate(documents))
    path.write_text(write_model(learned), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(learned.words)} terms, {learned.thresholds}")


def write_model(learned: Learned) -> str:
    """The JSON of lines.json: a term a line, a tree a line."""
    words = ",\n".join(f"  {json.dumps(term, ensure_ascii=False)}: {weight}" for term, weight in learned.words.items())
    forests = write_forest("first", learned.first), write_forest("second", learned.second)
    thresholds = f' "thresholds": {json.dumps(learned.thresholds)}'
    return "{\n" + f' "words": {{\n{words}\n }},\n' + ",\n".join((*forests, thresholds)) + "\n}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")
