"""Texts whose lines people marked as content or noise, and news, which is all content: read, and parted in folds."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.marked_pages import (
    LEAST_FOUND,
    find_shares,
    is_held_out,
    read_article_pages,
    read_web_pages,
    show,
    split_words,
)

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
LANGUAGES = ("en", "de", "es", "fi", "fr", "sv")
FOLDS = 5
TELLING = 30
"""Characters of a line that tells copies."""
COPIED = 1 / 3
"""The share of such lines in the shorter of two documents, from which they are copies."""
PAGES = "pages"
"""The language of pages, which is English for the most part."""
LEARNED_YEAR = 2019
"""The year of Wikinews that is learned from; others are reported on."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Marked:
    """The lines of one document, which of them are noise, and whether it is of a part that is reported on."""

    language: str
    lines: list[str]
    noise: Mask
    is_dev: bool = False
    host: str = ""
    """Of a page: those of one host are alike."""


def read_marked(path: Path) -> list[Marked]:
    """The documents of one file of line_quality, blank lines left out."""
    documents = []
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            pairs = [(line.strip(), label == "0") for line, label in zip(row["text"], row["labels"], strict=True)]
            pairs = [(line, noise) for line, noise in pairs if line]
            noise = np.array([noise for _, noise in pairs], dtype=bool)
            documents.append(Marked(path.name[:2], [line for line, _ in pairs], noise, "-dev" in path.name))
    return [document for document in documents if document.lines]


def read_wikinews(folder: Path, year: int) -> list[Marked]:
    """The articles of a year, as documents without noise."""
    with (folder / "wikinews" / f"wikinews_{year}.csv").open(encoding="utf-8", newline="") as rows:
        texts = [[line.strip() for line in row["text"].split("\n") if line.strip()] for row in csv.DictReader(rows)]
    return [Marked("news", text, np.zeros(len(text), dtype=bool)) for text in texts if text]


def read_page_texts(folder: Path) -> list[Marked]:
    """What pages show, as text without markup: a line is noise where people marked less than half of its block."""
    documents = []
    pages = chain(read_web_pages(folder / "web_pages"), read_article_pages(folder / "article_pages"))
    for marked in pages:
        page = show(marked.source)
        if not page.blocks or not marked.gold:
            continue
        share = find_shares(page, [True] * len(page.blocks), marked.gold)
        words = [len(split_words(page.text[block.start : block.end])) for block in page.blocks]
        if (share * words).sum() < LEAST_FOUND * len(split_words(marked.gold)):
            continue
        lines, noise = [], []
        for block, own in zip(page.blocks, share, strict=True):
            own_lines = [line.strip() for line in page.text[block.start : block.end].split("\n") if line.strip()]
            lines += own_lines
            noise += [own < 0.5] * len(own_lines)
        documents.append(Marked(PAGES, lines, np.array(noise), is_held_out(marked.host), marked.host))
    return documents


def read_line_quality(folder: Path) -> list[Marked]:
    """The splits of every language."""
    names = (f"line_quality/{language}-*.jsonl.gz" for language in LANGUAGES)
    return [document for name in names for path in sorted(folder.glob(name)) for document in read_marked(path)]


def read_documents(folder: Path) -> list[Marked]:
    """All that can be learned from: the splits of every language, the news of a year, and pages as text.

    Of the pages every second, and none of the hosts that are held out.
    """
    pages = [page for page in read_page_texts(folder) if not page.is_dev][::2]
    return read_line_quality(folder) + read_wikinews(folder, LEARNED_YEAR) + pages


def find_copies(documents: Sequence[Marked]) -> NDArray[np.int64]:
    """Of each document, the number of the first one of its family: those that share a third of their lines, or a host.

    Of line_quality's 17 Spanish dev documents 4 are in the train split too, of the English 3; 12 Swedish are one page.
    """
    family = np.arange(len(documents))

    def join(one: int, other: int) -> None:
        both = family[[one, other]]
        family[np.isin(family, both)] = both.min()  # and not the last that is found: sets have their lines in any order

    lines = [{line for line in document.lines if len(line) >= TELLING} for document in documents]
    seen: dict[str, list[int]] = defaultdict(list)
    first_of: dict[str, int] = {}
    for number, own in enumerate(lines):
        shared = Counter(other for line in own for other in seen[line])
        for other, count in shared.items():
            if count >= COPIED * min(len(own), len(lines[other])):
                join(number, other)
        for line in own:
            seen[line].append(number)
        if documents[number].host:
            join(number, first_of.setdefault(documents[number].host, number))
    return family


def split(documents: Sequence[Marked]) -> NDArray[np.int64]:
    """The fold of each document: every language is spread over all, and copies are in one."""
    _, number = np.unique(find_copies(documents), return_inverse=True)
    fold: NDArray[np.int64] = number % FOLDS
    return fold
