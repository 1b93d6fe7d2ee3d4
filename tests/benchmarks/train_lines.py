"""Trains the classifier of lines and writes flows/clean/lines.json: seeded, ten minutes of one core.

    python -m tests.benchmarks.train_lines [FOLDER]

FOLDER holds line_quality/, wikinews/, web_pages/ and article_pages/; by default it is ../shared/data. Learned from are
all documents of line_quality, the Wikinews of 2019, whose lines are all content, and the plain text of every second
page of the hosts that are not held out. The forest sees of each document what a lexicon makes of it that was learned
without it: from the other folds, and from the other languages, so that it knows how far to trust one that does not know
the language. Cross-validation gives each language its threshold: the least at which, in nine of ten draws of its
documents, rules and classifier lose no more than 1 % of the content. Printed are for several thresholds the content
characters lost and the noise lines found, in documents of languages that were learned from, and in languages that were
not. `line_quality` reports.
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.clean import line_features, lines
from flows.clean.line_features import FEATURES
from flows.clean.line_words import LONGEST_LINE, find_phrases, list_terms, list_words
from flows.clean.rules import find_cuts
from flows.forest import Matrix
from tests.benchmarks.grow_forest import Floats, Shape, find_probability, grow_forest, write_forest, write_weights
from tests.benchmarks.marked_lines import DATA, FOLDS, LANGUAGES, Marked, Mask, read_documents, split

FEWEST_DOCUMENTS = 4
"""A term of the lexicon is in at least so many documents."""
VIEWS = (0.5, 0.5)
"""What a document counts, measured by a lexicon that knows its language, and by one that does not."""
STEPS = np.arange(1, 1000) / 1000
"""The thresholds that are tried."""
THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
LARGEST_LOSS = 0.01
"""Of the content characters, by rules and classifier."""
DRAWS = 1000
"""How often a language's documents are drawn anew, to see how far the loss depends on them."""
CERTAINTY = 0.9
"""The share of the draws that lose no more at a language's threshold."""


SHAPE = Shape(trees=300, depth=5, rate=0.1, damping=20.0, columns=0.15, rows=0.7)


def weigh(documents: Sequence[Marked]) -> Floats:
    """What each line counts: noise 1, content by its characters; those of a long document less."""
    weights = []
    for document in documents:
        lengths = np.array([len(line) for line in document.lines])
        cost = np.where(document.noise, 1.0, np.clip(lengths / 40, 0.3, 5.0))
        weights.append(cost / max(1.0, len(cost) / 20) ** 0.8)
    return np.concatenate(weights)


Counts = NDArray[np.int64]
Terms = list[list[str]]
"""Of each line of a document, what the lexicon may know of it."""


def read_terms(document: Marked) -> Terms:
    """The terms of the document's lines; of long ones none."""
    words_of = [list_words(line) if len(line) <= LONGEST_LINE else [] for line in document.lines]
    return [sorted(set(list_terms(words, find_phrases(words)))) for words in words_of]


def fit_lexicon(
    documents: Sequence[Marked], terms: Sequence[Terms], damping: float = 1.0, steps: int = 150
) -> dict[str, float]:
    """Logistic regression on the terms of the documents' short lines, damped so that rare terms weigh little."""
    seen: dict[str, set[int]] = defaultdict(set)
    for number, own in enumerate(terms):
        for term in {term for line in own for term in line}:
            seen[term].add(number)
    terms_of = [line for own in terms for line in own]
    wanted = [bool(line) for line in terms_of]
    vocabulary = sorted(term for term, numbers in seen.items() if len(numbers) >= FEWEST_DOCUMENTS)
    column = {term: number for number, term in enumerate(vocabulary)}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for at, line in enumerate(terms_of):
        known = [column[term] for term in line if term in column]
        rows += [at] * len(known)
        columns += known
        values += [1 / max(len(known), 1) ** 0.5] * len(known)
    row, col, value = np.array(rows), np.array(columns), np.array(values)
    target = np.concatenate([document.noise for document in documents]).astype(float)
    weight = weigh(documents) * np.array(wanted)
    beta, bias = np.zeros(len(vocabulary)), 0.0
    moment, square = np.zeros(len(beta) + 1), np.zeros(len(beta) + 1)
    for number in range(1, steps + 1):  # Adam
        score = np.bincount(row, value * beta[col], minlength=len(target)).astype(float) + bias
        error = weight * (find_probability(score) - target)
        slope = np.bincount(col, value * error[row], minlength=len(beta)) + damping * beta
        slope = np.append(slope, error.sum())
        moment = 0.9 * moment + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        move = 0.1 * (moment / (1 - 0.9**number)) / (np.sqrt(square / (1 - 0.99**number)) + 1e-9)
        beta, bias = beta - move[:-1], bias - move[-1]
    weights = {term: round(float(beta[at]), 2) for term, at in column.items()}
    return {term: weight for term, weight in weights.items() if abs(weight) >= 0.1}


@dataclass(frozen=True, slots=True)
class Learned:
    """The lexicon, the forest and the thresholds, as lines.json has them."""

    words: dict[str, float]
    forest: dict[str, Any]
    thresholds: dict[str, float] = field(default_factory=lambda: {"": lines.THRESHOLD})


def leave_ornaments(document: Marked) -> Marked:
    """The document without the lines that the classifier need not judge."""
    kept = np.array([not line_features.is_ornament(line) for line in document.lines], dtype=bool)
    judged = [line for line, keep in zip(document.lines, kept, strict=True) if keep]
    return replace(document, lines=judged, noise=document.noise[kept])


def train(documents: Sequence[Marked], shape: Shape = SHAPE) -> Learned:
    """Learns the lexicon and the forest from the documents.

    The forest sees each document twice: measured by the lexicon of the other folds, and by that of other languages.
    """
    documents = [judged for judged in map(leave_ornaments, documents) if judged.lines]
    terms = [read_terms(document) for document in documents]
    fold = split(documents)
    language = np.array([document.language for document in documents])
    lengths = [len(document.lines) for document in documents]
    weights = np.split(weigh(documents), np.cumsum(lengths)[:-1])

    def fit(learning: Mask) -> dict[str, float]:
        chosen = np.flatnonzero(learning)
        return fit_lexicon([documents[at] for at in chosen], [terms[at] for at in chosen])

    tables, flags, costs = [], [], []
    held_out = [(VIEWS[0], fold == own) for own in range(FOLDS)]
    held_out += [(VIEWS[1], language == name) for name in LANGUAGES if name in language]
    for share, held in held_out:
        words = fit(~held)
        for at in np.flatnonzero(held):
            tables.append(line_features.measure_lines(documents[at].lines, words))
            flags.append(documents[at].noise.astype(float))
            costs.append(weights[at] * share)
    rows = np.concatenate(tables, axis=1).T
    forest = grow_forest(rows, np.concatenate(flags), np.concatenate(costs), FEATURES, shape, seed=len(documents))
    return Learned(fit(np.ones(len(documents), dtype=bool)), forest)


@dataclass(frozen=True, slots=True)
class Judged:
    """Of each line of a document how many characters the rules take, and how likely noise what they leave is."""

    ruled: Counts
    score: Matrix

    def count_gone(self, lengths: Counts, threshold: Floats | float) -> Counts:
        """How many characters of each line go: of shape (lines,), or with thresholds of (thresholds, lines)."""
        gone: Counts = np.where(self.score >= np.asarray(threshold)[..., None], lengths, self.ruled)
        return gone


def judge(document: Sequence[str], model: lines.Model) -> Judged:
    """What the rules take of a document's lines, and the scores of the lines of which they leave something."""
    ruled = cut_by_rules(document)
    left = [number for number, line in enumerate(document) if ruled[number] < len(line)]
    score = np.zeros(len(document), dtype=np.float32)
    score[left] = [own for _, _, own in lines.score_lines("\n".join(document[number] for number in left), model)]
    return Judged(ruled, score)


def cut_by_rules(document: Sequence[str]) -> Counts:
    """Of each line how many characters the named rules take; what they lift is no loss."""
    gone = np.zeros(len(document), dtype=np.int64)
    cuts, _ = find_cuts("\n".join(document))
    start = 0
    for number, line in enumerate(document):
        ends = start + len(line)
        removed = (min(cut.end, ends) - max(cut.start, start) for cut in cuts if cut.kind == "remove")
        gone[number] = sum(characters for characters in removed if characters > 0)
        start = ends + 1
    return gone


def judge_all(learned: Learned, documents: Iterable[Marked]) -> list[Judged]:
    """The same of each document, by what was learned."""
    model = lines.read_model(asdict(learned))
    return [judge(document.lines, model) for document in documents]


def measure_lengths(document: Marked) -> Counts:
    """The characters of each line."""
    return np.array([len(line) for line in document.lines])


def report(name: str, documents: Sequence[Marked], judged: Sequence[Judged]) -> None:
    """Prints for each threshold the share of the content characters lost, and of the noise lines found."""
    noise = np.concatenate([document.noise for document in documents])
    length = np.concatenate([measure_lengths(document) for document in documents])
    cells = []
    for threshold in THRESHOLDS:
        pairs = zip(judged, documents, strict=True)
        gone = np.concatenate([own.count_gone(measure_lengths(document), threshold) for own, document in pairs])
        lost = gone[~noise].sum() / length[~noise].sum()
        cells.append(f"{lost:7.3%} {((gone == length) & noise).sum() / max(noise.sum(), 1):4.0%}")
    print(f"{name:16}" + " ".join(cells), flush=True)


def measure_losses(documents: Sequence[Marked], judged: Sequence[Judged]) -> tuple[Floats, Floats]:
    """Of each document the content characters lost at each of `STEPS`, and how many it has."""
    lost, content = np.zeros((len(documents), len(STEPS))), np.zeros(len(documents))
    for number, (document, own) in enumerate(zip(documents, judged, strict=True)):
        length = measure_lengths(document)
        lost[number] = own.count_gone(length, STEPS)[:, ~document.noise].sum(axis=1)
        content[number] = length[~document.noise].sum()
    return lost, content


def find_threshold(lost: Floats, content: Floats) -> float:
    """The least threshold at which the documents drawn anew (the bootstrap) lose no more than `LARGEST_LOSS`."""
    chance = np.random.default_rng(0)
    times = chance.multinomial(len(content), np.full(len(content), 1 / len(content)), DRAWS).astype(float)
    losses = np.quantile(times @ lost / (times @ content)[:, None], CERTAINTY, axis=0)
    return float(STEPS[min(int((losses > LARGEST_LOSS).sum()), len(STEPS) - 1)])


def train_without(documents: Sequence[Marked], folds: Iterable[int] = range(FOLDS)) -> dict[int, Learned]:
    """What is learned from the documents without those of each fold."""
    own = split(documents)
    return {
        fold: train([document for document, its in zip(documents, own, strict=True) if its != fold]) for fold in folds
    }


def judge_held_out(documents: Sequence[Marked], learned: Mapping[int, Learned]) -> list[Judged]:
    """The lines of each document, judged by what was learned without it."""
    own = split(documents)
    judged: dict[int, Judged] = {}
    for fold, without in learned.items():
        held = np.flatnonzero(own == fold).tolist()
        judged |= dict(zip(held, judge_all(without, [documents[at] for at in held]), strict=True))
    return [judged[at] for at in range(len(documents))]


def find_thresholds(documents: Sequence[Marked], judged: Sequence[Judged]) -> dict[str, float]:
    """The thresholds by language, by scores of documents that nothing was learned from; '' of other languages.

    A language with few documents, or with losses that few of its documents bear, so has a higher one. Languages that
    are not among them have the mean of the odds.
    """
    found = {}
    for language in LANGUAGES:
        own = [at for at, document in enumerate(documents) if document.language == language]
        found[language] = find_threshold(*measure_losses([documents[at] for at in own], [judged[at] for at in own]))
    odds = float(np.mean([np.log(own / (1 - own)) for own in found.values()]))
    return {**found, "": round(1 / (1 + math.exp(-odds)), 3)}


def report_all(documents: Sequence[Marked], judged: Sequence[Judged]) -> None:
    """Prints how well documents are told that nothing was learned from, in languages known and unknown."""
    print(f"{'threshold':16}" + " ".join(f"{threshold:12.2f}" for threshold in THRESHOLDS))
    for language in (*LANGUAGES, "news"):
        own = [at for at, document in enumerate(documents) if document.language == language]
        report(language, [documents[at] for at in own], [judged[at] for at in own])
    for language in LANGUAGES:
        own_documents = [document for document in documents if document.language == language]
        learned = train([document for document in documents if document.language != language])
        report(f"{language}, unseen", own_documents, judge_all(learned, own_documents))


def write_model(learned: Learned) -> str:
    """The JSON of lines.json: a term a line, a tree a line."""
    parts = write_weights("words", learned.words), write_forest("forest", learned.forest)
    return "{\n" + ",\n".join((*parts, f' "thresholds": {json.dumps(learned.thresholds)}')) + "\n}\n"


def main(folder: Path) -> None:
    documents = read_documents(folder)
    judged = judge_held_out(documents, train_without(documents))
    learned = replace(train(documents), thresholds=find_thresholds(documents, judged))
    path = Path(lines.__file__).with_name("lines.json")
    path.write_text(write_model(learned), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(learned.words)} terms, {learned.thresholds}")
    report_all(documents, judged)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
