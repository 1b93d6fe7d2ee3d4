"""Texts whose lines people marked as content or noise, and news, which is all content: read, and parted in folds."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
LANGUAGES = ("en", "de", "es", "fi", "fr", "sv")
FOLDS = 5
TELLING = 30
"""Characters of a line that tells copies."""
COPIED = 1 / 3
"""The share of such lines in the shorter of two documents, from which they are copies."""
LEARNED_YEAR = 2019
"""The year of Wikinews that is learned from; others are reported on."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Marked:
    """The lines of one document, which of them are noise, and whether it is of a dev split, which is reported on."""

    language: str
    lines: list[str]
    noise: Mask
    is_dev: bool = False


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


def read_documents(folder: Path) -> list[Marked]:
    """All that can be learned from: the splits of every language, and the news of a year."""
    paths = [
        path for language in LANGUAGES for path in sorted((folder / "line_quality").glob(f"{language}-*.jsonl.gz"))
    ]
    return [document for path in paths for document in read_marked(path)] + read_wikinews(folder, LEARNED_YEAR)


def find_copies(documents: Sequence[Marked]) -> NDArray[np.int64]:
    """Of each document, the number of the first one of its family: documents that share a third of their lines.

    Of line_quality's 17 Spanish dev documents 4 are in the train split too, of the English 3; 12 Swedish are one page.
    """
    family = np.arange(len(documents))
    lines = [{line for line in document.lines if len(line) >= TELLING} for document in documents]
    seen: dict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(lines):
        shared = Counter(other for line in own for other in seen[line])
        for other, count in shared.items():
            if count >= COPIED * min(len(own), len(lines[other])):
                family[family == family[number]] = family[other]
        for line in own:
            seen[line].append(number)
    return family


def split(documents: Sequence[Marked]) -> NDArray[np.int64]:
    """The fold of each document: every language is spread over all, and copies are in one."""
    _, number = np.unique(find_copies(documents), return_inverse=True)
    fold: NDArray[np.int64] = number % FOLDS
    return fold
