"""Web pages whose main content people marked, by the host they come from: what is learned from, and scored on."""

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser

from flows.ingest.declared import declared_encoding
from flows.ingest.formats.html import find_shown, flatten_nesting
from flows.ingest.formats.html_blocks import Page
from flows.ingest.formats.text import decode_text

RUN = 4
"""Words of a shingle."""
LEAST_FOUND = 0.3
"""The share of the words that people marked which a page's blocks must have to be learned from."""
FOLDS = 5
"""Parts that hosts fall into: what is learned from four of them is scored on the fifth."""


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page, its main content, and snippets that must not be in it."""

    host: str
    source: bytes
    gold: str
    unwanted: tuple[str, ...] = ()


def find_host(url: str) -> str:
    """The host of an address, without `www.`."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def hash_host(host: str) -> int:
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:8])


def find_fold(host: str) -> int:
    """Which of the `FOLDS` parts a host falls into."""
    return hash_host(host) % FOLDS


def is_held_out(host: str) -> bool:
    """Whether no rule was written with a host's pages in sight."""
    return find_fold(host) == 0


def read_web_pages(folder: Path) -> Iterator[MarkedPage]:
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            source = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
            host = find_host(row["url"] or row["id"])
            yield MarkedPage(host, source, row["main_content"] or "", tuple(row["without"] or ()))


def read_article_pages(folder: Path) -> Iterator[MarkedPage]:
    rows = json.loads((folder / "ground_truth.json").read_text("utf-8"))
    for name, row in rows.items():
        source = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        yield MarkedPage(find_host(row["url"]), source, row["articleBody"])


def read_readability_pages(folder: Path) -> Iterator[MarkedPage]:
    """Nothing is learned from them: what is marked is what Readability finds."""
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield MarkedPage("", gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes()), row["text"])


def show(source: bytes) -> Page:
    """What a page shows, as it is read."""
    markup = flatten_nesting(decode_text(source, declared_encoding).text)
    return find_shown(LexborHTMLParser(markup), markup)


def split_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def find_shares(page: Page, kept: Sequence[bool], gold: str) -> NDArray[np.float64]:
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
