"""Trains the classifier of a page's blocks and writes flows/ingest/formats/html_blocks.json: deterministic.

    python -m tests.benchmarks.train_blocks [FOLDER]

FOLDER holds web_pages/; by default it is ../shared/data. Learned from are the pages of the hosts that `is_held_out`
does not hold out; tests/benchmarks/main_content.py reports on the others. A block is main content where most of its
words stand, four in a row, in the text that people marked; a shorter one where it stands there between its neighbours.
The forest learns from what the weights say of hosts that they did not learn from (five folds).
"""

import gzip
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from flows.forest import Matrix
from flows.ingest.formats import html_classifier as classifier
from flows.ingest.formats.html_blocks import Element, Page, find_blocks
from flows.ingest.formats.html_features import FEATURES, Rules
from flows.ingest.formats.html_labels import label_by_rules
from flows.ingest.formats.html_measures import measure_blocks
from flows.ingest.formats.html_words import fold_text, list_class_words, list_text_words
from tests.benchmarks.grow_forest import Floats, Shape, grow_forest

ROOT = Path(__file__).parents[2]
FOLDS = 5
HELD_OUT = 5
"""One host in so many is held out of the training."""
RUN = 4
"""Words of a shingle."""
FEWEST_PAGES = 5
"""A word that is weighed is on at least so many pages."""
DAMPING = 2.0
"""Pages' worth of the common share that a word's share starts from."""


@dataclass(frozen=True, slots=True)
class Marked:
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
    """The weights and the forest, as html_blocks.json has them."""

    classes: dict[str, float]
    words: dict[str, float]
    forest: dict[str, Any]


def find_host(url: str) -> str:
    """The host of an address, without `www.`."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def hash_host(host: str) -> int:
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:8])


def is_held_out(host: str) -> bool:
    """Whether nothing is learned from a host's pages."""
    return hash_host(host) % HELD_OUT == 0


def split_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def find_shares(page: Page, kept: Sequence[bool], gold: str) -> Floats:
    """Of each block, the share of its words that the gold text has; blocks that `kept` names are served first."""
    words = split_words(gold)
    left = Counter(zip(*(words[at:] for at in range(RUN)), strict=False))
    first_at: dict[tuple[str, ...], int] = {}
    for at in range(len(words) - RUN + 1):
        first_at.setdefault(tuple(words[at : at + RUN]), at)
    texts = [split_words(page.text[block.start : block.end]) for block in page.blocks]
    share = np.zeros(len(texts))
    span: list[tuple[int, int] | None] = [None] * len(texts)
    for number in sorted(range(len(texts)), key=lambda number: not kept[number]):
        own = texts[number]
        covered = np.zeros(len(own), dtype=bool)
        for at in range(len(own) - RUN + 1):
            shingle = tuple(own[at : at + RUN])
            if left[shingle] > 0:
                left[shingle] -= 1
                covered[at : at + RUN] = True
                found = span[number]
                span[number] = (found[0] if found else first_at[shingle], first_at[shingle] + RUN)
        if len(own) >= RUN:
            share[number] = covered.mean()
            if share[number] < 0.5:
                span[number] = None
    joined = " " + " ".join(words) + " "
    offsets = np.cumsum([0, *(len(word) + 1 for word in words)])
    ends = [0] * len(texts)
    reached = -1
    for number, place in enumerate(span):
        reached = place[1] if place else reached
        ends[number] = reached
    following = len(words)
    position = -1
    for number in range(len(texts) - 1, -1, -1):
        place = span[number]
        if place:
            following = place[0]
        elif 0 < len(texts[number]) < RUN and (ends[number] >= 0 or following < len(words)):
            low = offsets[max(0, ends[number] - 1, following - 60 if ends[number] < 0 else 0)]
            high = offsets[min(len(words), following + 1, ends[number] + 60 if following == len(words) else len(words))]
            position = joined.find(" " + " ".join(texts[number]) + " ", int(low), int(high) + 1)
            share[number] = float(position >= 0)
    return share


def read_marked(folder: Path, held_out: bool) -> list[Marked]:
    """The pages of web_pages from which is learned, or those that are held out."""
    pages = []
    for row in map(json.loads, (folder / "gold.jsonl").open(encoding="utf-8")):
        host = find_host(row["url"] or row["id"])
        if is_held_out(host) != held_out or not row["main_content"]:
            continue
        source = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes()).decode("utf-8", "replace")
        body = LexborHTMLParser(source).body
        page = find_blocks(body) if body is not None else Page("", (), ())
        if not page.blocks:
            continue
        labels, rules = label_by_rules(page)
        share = find_shares(page, [label is None for label in labels], row["main_content"])
        length = np.array([len(split_words(page.text[block.start : block.end])) for block in page.blocks])
        weight = np.maximum(1, length) / max(200, len(split_words(row["main_content"])))
        if (share * length).sum() < 0.3 * len(split_words(row["main_content"])):
            continue  # what people marked is not in the page, or was written anew
        pages.append(Marked(host, page, rules, share, np.minimum(weight, 0.3)))
    return pages


def vary(marked: Marked) -> Iterator[Marked]:
    """The page itself, and for half of the pages what it would be without telling classes: such pages are rare."""
    yield marked
    if hash_host(marked.host) // (HELD_OUT * FOLDS) % 2:
        page = marked.page
        elements = tuple(Element(element.tag, "", element.parent) for element in page.elements)
        page = Page(page.text, page.blocks, elements, page.title)
        yield Marked(marked.host, page, label_by_rules(page)[1], marked.share, marked.weight, varied=True)


def weigh_words(pages: Sequence[Marked]) -> tuple[dict[str, float], dict[str, float]]:
    """The weights of class names and of the words of short texts: log odds of main content, damped."""
    tables: list[dict[str, list[float]]] = [defaultdict(lambda: [0.0, 0.0, 0]) for _ in range(2)]
    for marked in pages:
        if marked.varied:
            continue
        page = marked.page
        folded = fold_text(page.text)
        seen: list[dict[str, list[float]]] = [defaultdict(lambda: [0.0, 0.0]) for _ in range(2)]
        lineages: dict[int, tuple[str, ...]] = {}
        for number, block in enumerate(page.blocks):
            share = float(marked.share[number] > 0.5)
            if block.element not in lineages:
                found: list[str] = []
                at = block.element
                while at >= 0:
                    found += list_class_words(page.elements[at].tag, page.elements[at].words)
                    at = page.elements[at].parent
                found.append(f"={marked.rules.regions[block.element]}")
                if not marked.rules.root <= block.element < marked.rules.ends[marked.rules.root]:
                    found.append("=outside")
                lineages[block.element] = tuple(dict.fromkeys(found))
            weight = float(marked.weight[number]) + 0.003
            for word in lineages[block.element]:
                seen[0][word][0] += share * weight
                seen[0][word][1] += weight
            if marked.rules.regions[block.element] is not None:
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


def train(pages: Sequence[Marked], shape: Shape) -> Learned:
    """Learns the weights from the pages, and the forest from what the weights of other hosts say of each."""
    fold = [hash_host(marked.host) // HELD_OUT % FOLDS for marked in pages]
    tables: list[Matrix] = []
    learned_of: list[Marked] = []
    for number in range(FOLDS):
        classes, words = weigh_words([marked for marked, own in zip(pages, fold, strict=True) if own != number])
        for marked, own in zip(pages, fold, strict=True):
            if own == number:
                tables.append(measure_blocks(marked.page, marked.rules, classes, words).T)
                learned_of.append(marked)
        print(f"fold {number + 1} of {FOLDS}", flush=True)
    share = np.concatenate([marked.share for marked in learned_of])
    weight = np.concatenate([marked.weight for marked in learned_of])
    forest = grow_forest(np.concatenate(tables), share, weight, FEATURES, shape, seed=len(pages))
    return Learned(*weigh_words(pages), forest)


def write_model(learned: Learned) -> str:
    """The JSON of html_blocks.json: a word a line, a tree a line."""
    parts = []
    for name, weights in (("classes", learned.classes), ("words", learned.words)):
        rows = ",\n".join(f"  {json.dumps(word, ensure_ascii=False)}: {weight}" for word, weight in weights.items())
        parts.append(f' "{name}": {{\n{rows}\n }}')
    trees = ",\n".join(f"   {json.dumps(tree)}" for tree in learned.forest["trees"])
    parts.append(f' "forest": {{\n  "bias": {learned.forest["bias"]},\n  "trees": [\n{trees}\n  ]\n }}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def report(pages: Sequence[Marked], learned: Learned) -> None:
    """Prints how well the blocks of pages are told that nothing was learned from."""
    model = classifier.read_model(asdict(learned))
    scores = np.concatenate([classifier.judge(marked.page, marked.rules, model) for marked in pages])
    share = np.concatenate([marked.share for marked in pages]) > 0.5
    weight = np.concatenate([marked.weight for marked in pages])
    for threshold in (0.2, 0.3, 0.4, 0.5):
        kept = scores >= threshold
        precision = weight[kept & share].sum() / weight[kept].sum()
        recall = weight[kept & share].sum() / weight[share].sum()
        print(f"held out, threshold {threshold}: precision {precision:.4f}, recall {recall:.4f}, by words")


def main(folder: Path) -> None:
    path = classifier.MODEL
    pages = [each for marked in read_marked(folder / "web_pages", held_out=False) for each in vary(marked)]
    learned = train(pages, Shape())
    path.write_text(write_model(learned), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(learned.classes)} and {len(learned.words)} words")
    report(read_marked(folder / "web_pages", held_out=True), learned)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")
