"""How well is the main content of web pages found? Precision, recall and F1 against texts that people marked.

    python -m tests.benchmarks.main_content [FOLDER]

FOLDER holds web_pages, article_pages and readability_pages; by default it is ../shared/data. Peers that are installed
(pip install trafilatura lxml_html_clean readability-lxml, in an environment that has the project) are scored in the
same run. Nothing was learned from the pages that are scored: of `web_pages` they are those of the hosts that
`train_blocks.is_held_out` holds out.

Pages of `web_pages` and `readability_pages` are compared by their words, as bags; those of `article_pages` by their
runs of four words, as bags, case told apart. Precision is the mean over the pages for which there is a text, recall
over those for which there should be one, F1 is of the two means: so scores scrapinghub's article-extraction-benchmark.
The mean of the pages' own F1, which is lower, is printed besides. Peers leave out readers' comments (a setting of
theirs). CPU is told as a share of trafilatura's, each page given to all in turn; what reads title, authors and date
besides, as the software does of every page, is told as a share of trafilatura's when that does so too.

Readers' comments are counted twice: as the pages are, and with every class, id and name that tells of comments taken
from the markup, as if each site had its own words for them. What counts as a comment is told by those names.
"""

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import fmean
from time import process_time

from selectolax.lexbor import LexborHTMLParser

from flows.clean.ledger import apply
from flows.ingest.declared import declared_encoding
from flows.ingest.formats.html import cut_blocks, find_shown, flatten_nesting
from flows.ingest.formats.html_blocks import find_blocks
from flows.ingest.formats.text import decode_text
from flows.ingest.read import read
from flows.model import Record
from tests.benchmarks.train_blocks import find_host, is_held_out

ROOT = Path(__file__).parents[2]
RUN = 4
"""Words of a shingle."""
COMMENT = re.compile(
    r"(?:^|[\s_-])(?:comment-?(?:content|body|text|message)|comment-?list|li-comment-\d+|comment-\d+|comments-area|"
    r"comment-thread|schema\.org/(?:user)?comments?)(?:$|[\s_-])"
)
"""Classes, ids and types that the software of blogs and schema.org give to readers' comments."""
TELLING = re.compile(
    rb"""(?i)(\s(?:class|id|itemprop|itemtype|aria-label|data-[a-z-]+)\s*=\s*)"""
    rb"""("[^"]*(?:comment|respon[ds]|repl[iy]|disqus)[^"]*"|'[^']*(?:comment|respon[ds]|repl[iy]|disqus)[^']*')"""
)
"""Attributes that tell that comments stand there."""

OURS = "corpus"
BASELINE = "trafilatura"
"""Whose CPU time the others' is measured by."""
DESCRIBED = ", with metadata"
"""What an extractor that reads title, authors and date besides has in its name."""

Extract = Callable[[bytes], str]
Bag = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, its main content, and snippets that must not be in it."""

    source: bytes
    gold: str
    unwanted: tuple[str, ...] = ()


def read_web_pages(folder: Path) -> Iterator[Page]:
    """The pages of the hosts that nothing was learned from."""
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if is_held_out(find_host(row["url"] or row["id"])):
                source = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
                yield Page(source, row["main_content"] or "", tuple(row["without"] or ()))


def read_article_pages(folder: Path) -> Iterator[Page]:
    rows = json.loads((folder / "ground_truth.json").read_text("utf-8"))
    for name, row in rows.items():
        yield Page(gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()), row["articleBody"])


def read_readability_pages(folder: Path) -> Iterator[Page]:
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Page(gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes()), row["text"])


def count_words(text: str) -> Bag:
    return Counter((word,) for word in re.findall(r"\w+", text.lower()))


def count_shingles(text: str) -> Bag:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1)) if words)


def harmonic_mean(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """How well the main content of a set of pages was found."""

    precision: float
    recall: float
    f1: float
    own: float
    """The mean of the pages' own F1."""


def compare(found: list[Bag], gold: list[Bag]) -> Figures:
    common = [(one & other).total() for one, other in zip(found, gold, strict=True)]
    precision = fmean(count / bag.total() for count, bag in zip(common, found, strict=True) if bag)
    recall = fmean(count / bag.total() for count, bag in zip(common, gold, strict=True) if bag)
    own = fmean(
        2 * count / max(1, one.total() + other.total()) if one or other else 1.0
        for count, one, other in zip(common, found, gold, strict=True)
    )
    return Figures(precision, recall, harmonic_mean(precision, recall), own)


def extract(page: bytes) -> str:
    """The text of a page without what its markup says is not main content, before any rule of the text."""
    return "\n".join(
        apply(record.text, record.cuts)
        for record in read(page, "page.html", 1 << 30).records
        if isinstance(record, Record)
    )


def extract_alone(page: bytes) -> str:
    """The same, without reading what else the page says of itself: what the others do."""
    source = flatten_nesting(decode_text(page, declared_encoding).text)
    shown = find_shown(LexborHTMLParser(source), source)
    return apply(shown.text, cut_blocks(shown)) if shown.blocks else ""


def extract_by_readability(page: bytes) -> str:
    """The text of the markup that readability-lxml finds, in blocks as ours is."""
    document = import_module("readability").Document(page.decode("utf-8", "replace"))
    body = LexborHTMLParser(document.summary(html_partial=True)).body
    return find_blocks(body).text if body is not None else ""


def list_extractors() -> dict[str, Extract]:
    extractors: dict[str, Extract] = {OURS: extract_alone, f"{OURS}{DESCRIBED}": extract}
    if find_spec("trafilatura"):
        import trafilatura

        name = f"trafilatura {version('trafilatura')}"
        extractors[name] = lambda page: trafilatura.extract(page, include_comments=False) or ""
        extractors[f"{name}, precise"] = lambda page: (
            trafilatura.extract(page, include_comments=False, favor_precision=True) or ""
        )
        extractors[f"{name}{DESCRIBED}"] = lambda page: (
            getattr(trafilatura.bare_extraction(page, include_comments=False, with_metadata=True), "text", None) or ""
        )
    if find_spec("readability"):
        extractors[f"readability-lxml {version('readability-lxml')}"] = extract_by_readability
    return extractors


SETS = {
    "web_pages": (read_web_pages, count_words),
    "article_pages": (read_article_pages, count_shingles),
    "readability_pages": (read_readability_pages, count_words),
}


def find_comments(page: Page) -> Iterator[str]:
    """The readers' comments that a page shows and people did not mark: the first eight words of their blocks."""
    body = LexborHTMLParser(page.source.decode("utf-8", "replace")).body
    shown = find_blocks(body) if body is not None else None
    gold = fold(page.gold)
    in_comment: list[bool] = []
    for element in shown.elements if shown else ():
        in_comment.append(bool(COMMENT.search(element.words)) or (element.parent >= 0 and in_comment[element.parent]))
    for block in shown.blocks if shown else ():
        words = fold(shown.text[block.start : block.end]).split() if shown and in_comment[block.element] else []
        snippet = " ".join(words[:8])
        if len(words) >= 8 and snippet not in gold:
            yield snippet


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def count_leaks(snippets: list[list[str]], texts: list[str]) -> str:
    """How many of the snippets that must not be there are in the texts; in words."""
    folded = [fold(text) for text in texts]
    found = sum(one in text for own, text in zip(snippets, folded, strict=True) for one in own)
    return f"{found} of {sum(map(len, snippets))}"


def find_unwanted(page: Page) -> list[str]:
    """The snippets that people marked as not main content, if they tell anything and are not in it after all."""
    gold = fold(page.gold)
    return [snippet for snippet in map(fold, page.unwanted) if snippet.count(" ") >= 7 and snippet not in gold]


def run_all(pages: list[Page], extractors: dict[str, Extract]) -> tuple[dict[str, list[str]], dict[str, float]]:
    """The texts of the pages by extractor, and the seconds of CPU that a page takes."""
    texts: dict[str, list[str]] = {name: [] for name in extractors}
    seconds = dict.fromkeys(extractors, 0.0)
    for run in extractors.values():
        run(pages[0].source)  # what is loaded once is not the page's cost
    for page in pages:
        for name, run in extractors.items():
            start = process_time()
            texts[name].append(run(page.source))
            seconds[name] += (process_time() - start) / len(pages)
    return texts, seconds


def share_time(seconds: Mapping[str, float]) -> dict[str, float]:
    """The time of each as a share of the baseline's that does as much; nothing where the baseline is not there."""
    shares = {}
    for name, time in seconds.items():
        alike = [
            other
            for other in seconds
            if other.startswith(BASELINE) and other.endswith(DESCRIBED) == name.endswith(DESCRIBED)
        ]
        if alike:
            shares[name] = time / seconds[alike[0]]
    return shares


def score(folder: Path, limit: int | None = None) -> dict[str, float]:
    """F1 of `web_pages` and `article_pages` below the folder, at most `limit` pages of each, without peers."""
    scores = {}
    for name in ("web_pages", "article_pages"):
        read_pages, measure = SETS[name]
        pages = list(islice(read_pages(folder / name), limit))
        scores[name] = compare(
            [measure(extract(page.source)) for page in pages], [measure(page.gold) for page in pages]
        ).f1
    return scores


def main(folder: Path) -> None:
    extractors = list_extractors()
    for name, (read_pages, measure) in SETS.items():
        pages = list(read_pages(folder / name))
        texts, seconds = run_all(pages, extractors)
        shares = share_time(seconds)
        gold = [measure(page.gold) for page in pages]
        comments = [list(find_comments(page)) for page in pages]
        unwanted = [find_unwanted(page) for page in pages]
        commented = [page for page, own in zip(pages, comments, strict=True) if own]
        unnamed = [Page(TELLING.sub(rb'\1"block"', page.source), page.gold) for page in commented]
        told = [own for own in comments if own]
        print(f"\n{name}: {len(pages)} pages")
        print(f"{'':34}F1     precision recall own F1 CPU, ms  share comments    unnamed comments unwanted")
        for extractor, run in extractors.items():
            figures = compare([measure(text) for text in texts[extractor]], gold)
            share = f"{shares[extractor]:.2f}" if extractor in shares else "-"
            print(
                f"{extractor:34}{figures.f1:.4f} {figures.precision:.4f}    {figures.recall:.4f} {figures.own:.4f} "
                f"{1000 * seconds[extractor]:7.1f}  {share:>5} {count_leaks(comments, texts[extractor]):11} "
                f"{count_leaks(told, [run(page.source) for page in unnamed]):16} "
                f"{count_leaks(unwanted, texts[extractor])}",
                flush=True,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")
