"""How well is the main content of web pages found? Precision, recall and F1 against texts that people marked.

    python -m tests.benchmarks.main_content [FOLDER]

FOLDER holds web_pages, article_pages and readability_pages; by default it is ../shared/data. Peers that are installed
(pip install trafilatura lxml_html_clean readability-lxml, in an environment that has the project) are scored in the
same run. The hosts of web_pages and article_pages fall into five parts; each part is scored with what `train_blocks`
learns, in this run, from the pages of the other four. readability_pages, from which nothing is learned, are scored with
what ships, which is learned from all of both sets.

Pages of `web_pages` and `readability_pages` are compared by their words, as bags; those of `article_pages` by their
runs of four words, as bags, case told apart. Precision is the mean over the pages for which there is a text, recall
over those for which there should be one, F1 is of the two means: so scores scrapinghub's article-extraction-benchmark.
The mean of the pages' own F1, which is lower, is printed besides, and the F1 of sets, where what stands in a text often
counts once. Peers leave out readers' comments (a setting of
theirs). CPU is told as a share of trafilatura's, each page given to all in turn; what reads title, authors and date
besides, as the software does of every page, is told as a share of trafilatura's when that does so too.

Readers' comments are counted twice: as the pages are, and with every class, id and name that tells of comments taken
from the markup, as if each site had its own words for them. What counts as a comment is told by those names.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from time import process_time

from selectolax.lexbor import LexborHTMLParser

from flows.clean.ledger import apply
from flows.ingest.contents import Refused
from flows.ingest.declared import declared_encoding
from flows.ingest.formats.html import cut_blocks, read_page
from flows.ingest.formats.html_blocks import find_blocks
from flows.ingest.formats.html_classifier import Model, load_model, read_model
from flows.ingest.formats.text import decode_text
from tests.benchmarks.marked_pages import (
    FOLDS,
    MarkedPage,
    find_fold,
    read_article_pages,
    read_readability_pages,
    read_web_pages,
    show,
)
from tests.benchmarks.train_blocks import learn, read_examples

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
SETTINGS: Mapping[str, dict[str, bool]] = {
    "": {},
    ", precise": {"favor_precision": True},
    ", complete": {"favor_recall": True},
    ", fast": {"fast": True},
}
"""The baseline's documented settings for what it keeps, the default first: which does best depends on the pages."""
DESCRIBED = ", with metadata"
"""What an extractor that reads title, authors and date besides has in its name."""

Extract = Callable[[MarkedPage], str]
Bag = Counter[tuple[str, ...]]


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
    distinct: float
    """F1 where each word, or run of words, counts once a page."""


def compare(found: list[Bag], gold: list[Bag]) -> Figures:
    common = [(one & other).total() for one, other in zip(found, gold, strict=True)]
    precision, recall = measure_means(found, gold)
    own = fmean(
        2 * count / max(1, one.total() + other.total()) if one or other else 1.0
        for count, one, other in zip(common, found, gold, strict=True)
    )
    distinct = measure_means([Counter(bag.keys()) for bag in found], [Counter(bag.keys()) for bag in gold])
    return Figures(precision, recall, harmonic_mean(precision, recall), own, harmonic_mean(*distinct))


def measure_means(found: list[Bag], gold: list[Bag]) -> tuple[float, float]:
    """The means of the pages' precision and recall."""
    common = [(one & other).total() for one, other in zip(found, gold, strict=True)]
    precision = fmean(count / bag.total() for count, bag in zip(common, found, strict=True) if bag)
    recall = fmean(count / bag.total() for count, bag in zip(common, gold, strict=True) if bag)
    return precision, recall


def learn_without(folder: Path, folds: Iterable[int]) -> dict[int, Model]:
    """What is learned from the pages below the folder without those of each fold."""
    examples = read_examples(folder)
    return {
        fold: read_model(asdict(learn(example for example in examples if find_fold(example.host) != fold)))
        for fold in folds
    }


def extract(page: MarkedPage, model: Model) -> str:
    """The text of a page without what its markup says is not main content, before any rule of the text."""
    shown = show(page.source)
    return apply(shown.text, cut_blocks(shown, model)) if shown.blocks else ""


def extract_described(page: MarkedPage, model: Model) -> str:
    """The same, where what else the page says of itself is read besides."""
    with suppress(Refused):  # the page shows no text
        record = read_page(decode_text(page.source, declared_encoding).text, model)
        return apply(record.text, record.cuts)
    return ""


def extract_by_trafilatura(options: Mapping[str, bool], page: MarkedPage) -> str:
    """The text that trafilatura finds, without readers' comments."""
    return import_module("trafilatura").extract(page.source, include_comments=False, **options) or ""


def extract_by_readability(page: MarkedPage) -> str:
    """The text of the markup that readability-lxml finds, in blocks as ours is."""
    document = import_module("readability").Document(page.source.decode("utf-8", "replace"))
    body = LexborHTMLParser(document.summary(html_partial=True)).body
    return find_blocks(body).text if body is not None else ""


def list_own(models: Mapping[int, Model]) -> dict[str, Extract]:
    """Ours, by what was learned without the fold of the page; by what ships where a page is in none."""

    def choose(page: MarkedPage) -> Model:
        return models[find_fold(page.host)] if page.host else load_model()

    return {
        OURS: lambda page: extract(page, choose(page)),
        f"{OURS}{DESCRIBED}": lambda page: extract_described(page, choose(page)),
    }


def list_peers() -> dict[str, Extract]:
    """The others that are installed."""
    peers: dict[str, Extract] = {}
    if find_spec("trafilatura"):
        import trafilatura

        name = f"trafilatura {version('trafilatura')}"
        for setting, options in SETTINGS.items():
            peers[f"{name}{setting}"] = partial(extract_by_trafilatura, options)
        peers[f"{name}{DESCRIBED}"] = lambda page: (
            getattr(trafilatura.bare_extraction(page.source, include_comments=False, with_metadata=True), "text", None)
            or ""
        )
    if find_spec("readability"):
        peers[f"readability-lxml {version('readability-lxml')}"] = extract_by_readability
    return peers


SETS = {
    "web_pages": (read_web_pages, count_words),
    "article_pages": (read_article_pages, count_shingles),
    "readability_pages": (read_readability_pages, count_words),
}


def find_comments(page: MarkedPage) -> Iterator[str]:
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


def find_unwanted(page: MarkedPage) -> list[str]:
    """The snippets that people marked as not main content, if they tell anything and are not in it after all."""
    gold = fold(page.gold)
    return [snippet for snippet in map(fold, page.unwanted) if snippet.count(" ") >= 7 and snippet not in gold]


def run_all(pages: list[MarkedPage], extractors: dict[str, Extract]) -> tuple[dict[str, list[str]], dict[str, float]]:
    """The texts of the pages by extractor, and the seconds of CPU that a page takes."""
    texts: dict[str, list[str]] = {name: [] for name in extractors}
    seconds = dict.fromkeys(extractors, 0.0)
    for run in extractors.values():
        run(pages[0])  # what is loaded once is not the page's cost
    for page in pages:
        for name, run in extractors.items():
            start = process_time()
            texts[name].append(run(page))
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


def main(folder: Path) -> None:
    extractors = list_own(learn_without(folder, range(FOLDS))) | list_peers()
    for name, (read_pages, measure) in SETS.items():
        pages = list(read_pages(folder / name))
        texts, seconds = run_all(pages, extractors)
        shares = share_time(seconds)
        gold = [measure(page.gold) for page in pages]
        comments = [list(find_comments(page)) for page in pages]
        unwanted = [find_unwanted(page) for page in pages]
        commented = [page for page, own in zip(pages, comments, strict=True) if own]
        unnamed = [replace(page, source=TELLING.sub(rb'\1"block"', page.source)) for page in commented]
        told = [own for own in comments if own]
        print(f"\n{name}: {len(pages)} pages")
        print(f"{'':34}F1     precision recall own F1 distinct CPU, ms  share comments    unnamed comments unwanted")
        for extractor, run in extractors.items():
            figures = compare([measure(text) for text in texts[extractor]], gold)
            share = f"{shares[extractor]:.2f}" if extractor in shares else "-"
            print(
                f"{extractor:34}{figures.f1:.4f} {figures.precision:.4f}    {figures.recall:.4f} {figures.own:.4f} "
                f"{figures.distinct:.4f} "
                f"{1000 * seconds[extractor]:7.1f}  {share:>5} {count_leaks(comments, texts[extractor]):11} "
                f"{count_leaks(told, [run(page) for page in unnamed]):16} "
                f"{count_leaks(unwanted, texts[extractor])}",
                flush=True,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")
