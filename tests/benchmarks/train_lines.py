"""Trains the classifier of lines and writes flows/clean/lines.json: seeded, ten minutes of one core.

    python -m tests.benchmarks.train_lines [FOLDER]

FOLDER holds line_quality/, wikinews/, web_pages/ and article_pages/; by default it is ../shared/data. Learned from are
all documents of line_quality, the Wikinews of 2019, whose lines are all content, and the plain text of every second
page of the hosts that are not held out. The forest sees of each document what a lexicon makes of it that was learned
without it: from the other folds, and from the other languages, so that it knows how far to trust one that does not know
the language. Cross-validation gives each language its threshold; printed are for several the content characters lost
and the noise lines found, in documents of languages that were learned from, and in languages that were not.
`line_quality` reports.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from flows.clean import line_features, lines
from flows.clean.line_features import FEATURES
from flows.clean.line_words import LONGEST_LINE, find_phrases, list_terms, list_words
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
DRAWS = 200
"""How often a language's documents are drawn anew, to see how far its threshold depends on them."""
LARGEST_LOSS = 0.014
"""Of the content characters, in the cross-validation, at a language's threshold before it is raised; what rules take is
besides."""
SPREADS = 2.5
"""By how many standard deviations a threshold is raised: with it every language's dev split loses under 1 %."""


SHAPE = Shape(trees=300, depth=5, rate=0.1, damping=20.0, columns=0.15, rows=0.7)


def weigh(documents: Sequence[Marked]) -> Floats:
    """What each line counts: noise 1, content by its characters; those of a long document less."""
    weights = []
    for document in documents:
        lengths = np.array([len(line) for line in document.lines])
        cost = np.where(document.noise, 1.0, np.clip(lengths / 40, 0.3, 5.0))
        weights.append(cost / max(1.0, len(cost) / 20) ** 0.8)
    return np.concatenate(weights)


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
        score = np.bincount(row, value * beta[col], minlength=len(target)) + bias
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


def score(learned: Learned, documents: Iterable[Marked]) -> list[Matrix]:
    """The scores of the lines of each document."""
    model = lines.read_model(asdict(learned))
    return [lines.judge(document.lines, model) for document in documents]


def report(name: str, documents: Sequence[Marked], scores: Sequence[Matrix]) -> None:
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


def measure_losses(documents: Sequence[Marked], scores: Sequence[Matrix]) -> tuple[Floats, Floats]:
    """Of each document the content characters lost at each of `STEPS`, and how many it has."""
    lost, content = np.zeros((len(documents), len(STEPS))), np.zeros(len(documents))
    for number, (document, score) in enumerate(zip(documents, scores, strict=True)):
        length = np.array([len(line) for line in document.lines]) * ~document.noise
        content[number] = length.sum()
        lost[number] = (length[:, None] * (score[:, None] >= STEPS)).sum(axis=0)
    return lost, content


def find_threshold(lost: Floats, content: Floats) -> float:
    """The least threshold at which documents lose no more than `LARGEST_LOSS`, as log odds."""
    shares = lost.sum(axis=0) / content.sum()
    threshold = STEPS[min(int((shares > LARGEST_LOSS).sum()), len(STEPS) - 1)]
    return float(np.log(threshold / (1 - threshold)))


def train_without(documents: Sequence[Marked], folds: Iterable[int] = range(FOLDS)) -> dict[int, Learned]:
    """What is learned from the documents without those of each fold."""
    own = split(documents)
    return {
        fold: train([document for document, its in zip(documents, own, strict=True) if its != fold]) for fold in folds
    }


def score_held_out(documents: Sequence[Marked], learned: Mapping[int, Learned]) -> list[Matrix]:
    """The scores of the lines of each document, by what was learned without it."""
    own = split(documents)
    scores: dict[int, Matrix] = {}
    for fold, without in learned.items():
        held = np.flatnonzero(own == fold).tolist()
        scores |= dict(zip(held, score(without, [documents[at] for at in held]), strict=True))
    return [scores[at] for at in range(len(documents))]


def find_thresholds(documents: Sequence[Marked], scores: Sequence[Matrix]) -> dict[str, float]:
    """The thresholds by language, by scores of documents that nothing was learned from; '' of other languages.

    Each is where its documents lose `LARGEST_LOSS`, as log odds, and above that by `SPREADS` of the standard deviations
    by which it moves with the documents drawn anew (the bootstrap): what few documents tell is trusted less. A language
    that is not among them has the mean.
    """
    chance = np.random.default_rng(0)
    odds = {}
    for language in LANGUAGES:
        own = [at for at, document in enumerate(documents) if document.language == language]
        lost, content = measure_losses([documents[at] for at in own], [scores[at] for at in own])
        draws = [chance.integers(0, len(content), len(content)) for _ in range(DRAWS)]
        spread = np.std([find_threshold(lost[drawn], content[drawn]) for drawn in draws])
        odds[language] = find_threshold(lost, content) + SPREADS * float(spread)
    odds[""] = float(np.mean(list(odds.values())))
    return {language: round(float(1 / (1 + np.exp(-own))), 3) for language, own in odds.items()}


def report_all(documents: Sequence[Marked], scores: Sequence[Matrix]) -> None:
    """Prints how well documents are told that nothing was learned from, in languages known and unknown."""
    print(f"{'threshold':16}" + " ".join(f"{threshold:12.2f}" for threshold in THRESHOLDS))
    for language in (*LANGUAGES, "news"):
        own = [at for at, document in enumerate(documents) if document.language == language]
        report(language, [documents[at] for at in own], [scores[at] for at in own])
    for language in LANGUAGES:
        own_documents = [document for document in documents if document.language == language]
        learned = train([document for document in documents if document.language != language])
        report(f"{language}, unseen", own_documents, score(learned, own_documents))


def write_model(learned: Learned) -> str:
    """The JSON of lines.json: a term a line, a tree a line."""
    parts = write_weights("words", learned.words), write_forest("forest", learned.forest)
    return "{\n" + ",\n".join((*parts, f' "thresholds": {json.dumps(learned.thresholds)}')) + "\n}\n"


def main(folder: Path) -> None:
    documents = read_documents(folder)
    scores = score_held_out(documents, train_without(documents))
    learned = replace(train(documents), thresholds=find_thresholds(documents, scores))
    path = Path(lines.__file__).with_name("lines.json")
    path.write_text(write_model(learned), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(learned.words)} terms, {learned.thresholds}")
    report_all(documents, scores)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
