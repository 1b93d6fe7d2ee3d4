"""Trains the classifier of a page's blocks and writes flows/ingest/formats/html_blocks.json: deterministic.

    python -m tests.benchmarks.train_blocks [FOLDER]

FOLDER holds web_pages/ and article_pages/, from all of which is learned; by default it is ../shared/data. How well it
does on hosts that it has not seen tests/benchmarks/main_content.py reports: it learns anew without a fifth of the hosts
for each fifth, by `learn`. A block is main content where most of its words stand, four in a row, in the text that
people marked; a shorter one where it stands there between its neighbours. The first forest learns from what the
weights say of hosts that they did not learn from, the second from what the first says of such hosts (five folds each).
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.forest import Matrix, predict_odds, read_forest
from flows.ingest.formats import html_classifier as classifier
from flows.ingest.formats.html_blocks import Element, Page
from flows.ingest.formats.html_context import CONTEXT, measure_context
from flows.ingest.formats.html_features import FEATURES, Rules
from flows.ingest.formats.html_labels import label_by_rules
from flows.ingest.formats.html_measures import measure_blocks
from flows.ingest.formats.html_words import fold_text, list_class_words, list_text_words
from tests.benchmarks.grow_forest import Floats, Shape, grow_forest, write_forest, write_weights
from tests.benchmarks.marked_pages import (
    FOLDS,
    LEAST_FOUND,
    MarkedPage,
    find_shares,
    hash_host,
    read_article_pages,
    read_web_pages,
    show,
    split_words,
)

ROOT = Path(__file__).parents[2]
FEWEST_PAGES = 5
"""A word that is weighed is on at least so many pages."""
LEAST_AGREEMENT = 0.6
"""The F1 of what is learned from other hosts, on a page that the first forest learns from."""
WORTH_OF_NEWS = 6.0
"""What a page of article_pages counts beside one of web_pages: there are an eighth as many, and they are all news.

In cross-validation, over two seeds: article_pages .9708 with 2, .9719 with 6, .9711 with 12 (one seed); web_pages
.9643, .9640, .9626.
"""
DAMPING = 2.0
"""Pages' worth of the common share that a word's share starts from."""


FIRST = Shape()
SECOND = Shape(trees=60, last=60, depth=5, columns=0.4)

Grown = dict[str, Any]
"""A forest as its file has it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A page, and of each of its blocks which share of its words is main content, and what that counts."""

    host: str
    page: Page
    rules: Rules
    share: Floats
    weight: Floats
    varied: bool = False
    """Whether it is a variant of another."""


@dataclass(frozen=True, slots=True)
class Learned:
    """The weights and the forests, as html_blocks.json has them."""

    classes: dict[str, float]
    words: dict[str, float]
    first: Grown
    second: Grown


def read_example(marked: MarkedPage, worth: float) -> Example | None:
    """The page to learn from, counted as `worth`; None where what people marked is not in it, or was written anew."""
    page = show(marked.source)
    if not page.blocks or not marked.gold:
        return None
    labels, rules = label_by_rules(page)
    share = find_shares(page, [label is None for label in labels], marked.gold)
    length = np.array([len(split_words(page.text[block.start : block.end])) for block in page.blocks])
    words = len(split_words(marked.gold))
    if (share * length).sum() < LEAST_FOUND * words:
        return None
    weight = np.minimum(np.maximum(1, length) / max(200, words), 0.3)
    return Example(marked.host, page, rules, share, worth * weight)


def read_examples(folder: Path) -> list[Example]:
    """The pages of both sets that can be learned from."""
    pages = [(page, 1.0) for page in read_web_pages(folder / "web_pages")]
    pages += [(page, WORTH_OF_NEWS) for page in read_article_pages(folder / "article_pages")]
    return [example for page, worth in pages if (example := read_example(page, worth))]


def find_agreement(example: Example, kept: NDArray[np.bool_]) -> float:
    """The F1 of the words of the blocks that are kept, against the shares of their words that are main content."""
    page = example.page
    words = np.array([len(split_words(page.text[block.start : block.end])) for block in page.blocks])
    main = example.share * words
    return float(2 * main[kept].sum() / max(1.0, words[kept].sum() + main.sum()))


def vary(example: Example) -> Iterator[Example]:
    """The page itself, and for half of the pages what it would be without telling classes: such pages are rare."""
    yield example
    if hash_host(example.host) // FOLDS**2 % 2:
        page = example.page
        elements = tuple(Element(element.tag, "", element.parent) for element in page.elements)
        page = replace(page, elements=elements)
        yield replace(example, page=page, rules=label_by_rules(page)[1], varied=True)


def weigh_words(examples: Iterable[Example]) -> tuple[dict[str, float], dict[str, float]]:
    """The weights of class names and of the words of short texts: log odds of main content, damped."""
    tables: list[dict[str, list[float]]] = [defaultdict(lambda: [0.0, 0.0, 0]) for _ in range(2)]
    for example in examples:
        if example.varied:
            continue
        page = example.page
        folded = fold_text(page.text)
        seen: list[dict[str, list[float]]] = [defaultdict(lambda: [0.0, 0.0]) for _ in range(2)]
        lineages: dict[int, tuple[str, ...]] = {}
        for number, block in enumerate(page.blocks):
            share = float(example.share[number] > 0.5)
            if block.element not in lineages:
                found: list[str] = []
                at = block.element
                while at >= 0:
                    found += list_class_words(page.elements[at].tag, page.elements[at].words)
                    at = page.elements[at].parent
                found.append(f"={example.rules.regions[block.element]}")
                if not example.rules.root <= block.element < example.rules.ends[example.rules.root]:
                    found.append("=outside")
                lineages[block.element] = tuple(dict.fromkeys(found))
            weight = float(example.weight[number]) + 0.003
            for word in lineages[block.element]:
                seen[0][word][0] += share * weight
                seen[0][word][1] += weight
            if example.rules.regions[block.element] is not None:
                continue
            for word in dict.fromkeys(list_text_words(folded[block.start : block.end])[1]):
                seen[1][word][0] += share
                seen[1][word][1] += 1
        for table, here in zip(tables, seen, strict=True):
            for word, (main, all_) in here.items():
                table[word][0] += main / all_
                table[word][1] += 1
                table[word][2] += 1
    weights = []
    for table in tables:
        common = sum(main for main, _, _ in table.values()) / sum(all_ for _, all_, _ in table.values())
        weighed = {}
        for word in sorted(table):
            main, all_, count = table[word]
            if count >= FEWEST_PAGES:
                odds = (main + DAMPING * common) / (all_ - main + DAMPING * (1 - common))
                weight = round(float(np.log(odds * (1 - common) / common)), 2)
                if abs(weight) >= 0.15:
                    weighed[word] = weight
        weights.append(weighed)
    return weights[0], weights[1]


def learn(examples: Iterable[Example]) -> Learned:
    """Learns from the pages: the weights of words, and two forests.

    Each forest is grown on what those before it say of pages of hosts that they did not learn from. Pages that were
    marked as no other page tells, only the first section or without code, are left out of the first forest. The last
    trees of the second are grown for the F1 of each page: those of the first gain nothing by it.
    """
    pages = [each for example in examples for each in vary(example)]
    part = np.array([hash_host(page.host) // FOLDS % FOLDS for page in pages])
    splits = [(np.flatnonzero(part != own).tolist(), np.flatnonzero(part == own).tolist()) for own in range(FOLDS)]
    features: dict[int, Matrix] = {}
    for others, own in splits:
        classes, words = weigh_words([pages[at] for at in others])
        features |= {at: measure_blocks(pages[at].page, pages[at].rules, classes, words) for at in own}
    contexts: dict[int, Matrix] = {}
    agreement: dict[int, float] = {}
    for others, own in splits:
        forest = read_forest(_grow(pages, {at: features[at] for at in others}, FEATURES, FIRST), FEATURES)
        for at in own:
            odds = predict_odds(forest, features[at])
            contexts[at] = measure_context(odds, pages[at].page, pages[at].rules)
            agreement[at] = find_agreement(pages[at], odds > 0)
    told = {at: features[at] for at in features if agreement[at] >= LEAST_AGREEMENT}
    first = _grow(pages, told, FEATURES, FIRST)
    return Learned(*weigh_words(pages), first, _grow(pages, contexts, CONTEXT, SECOND))


def _grow(pages: Sequence[Example], features: Mapping[int, Matrix], names: Sequence[str], shape: Shape) -> Grown:
    """A forest grown on the features of some of the pages, by their numbers."""
    share = np.concatenate([pages[at].share for at in features])
    weight = np.concatenate([pages[at].weight for at in features])
    whole = np.concatenate([np.full(len(pages[at].share), at) for at in features])
    table = np.concatenate([*features.values()], axis=1).T
    return grow_forest(table, share, weight, names, shape, seed=len(pages), whole=whole)


def write_model(learned: Learned) -> str:
    """The JSON of html_blocks.json: a word a line, a tree a line."""
    parts = [write_weights("classes", learned.classes), write_weights("words", learned.words)]
    parts += write_forest("first", learned.first), write_forest("second", learned.second)
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(folder: Path) -> None:
    path = classifier.MODEL
    learned = learn(read_examples(folder))
    path.write_text(write_model(learned), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(learned.classes)} and {len(learned.words)} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")
