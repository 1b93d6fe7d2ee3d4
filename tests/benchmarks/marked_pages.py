"""Web pages whose main content people marked, by the host they come from: what is learned from, and scored on."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from flows.ingest.declared import declared_encoding
from flows.ingest.formats.html import find_shown, flatten_nesting
from flows.ingest.formats.html_blocks import Page
from flows.ingest.formats.text import decode_text

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
