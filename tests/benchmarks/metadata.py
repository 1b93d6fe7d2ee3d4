"""Are title, authors and date of web pages read right? Exact matches with what people noted.

    python -m tests.benchmarks.metadata [FOLDER]

FOLDER holds web_pages and readability_pages; by default it is ../shared/data. Peers that are installed (pip install
trafilatura htmldate newspaper4k, in an environment that has the project) are scored in the same run; they are told the
page's address, ours is not. The rules were written with the pages of the hosts that `marked_pages.is_held_out` does not
hold out; the others are scored by themselves, too. The gold of readability_pages is another program's output.

Titles are compared after NFKC, without case, kinds of quotes and runs of white space; authors as sets of names, which
commas, semicolons, '&' and 'and' part; dates as days. Of each field: the share of the pages with gold that match it
exactly, the share of the pages without gold for which something is told nevertheless ('invented'), and the share of the
pages with gold for which nothing is told.
"""

import gzip
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from flows.clean import clean
from flows.describe import describe
from flows.ingest.read import read
from flows.model import Record
from tests.benchmarks import POLICY
from tests.benchmarks.marked_pages import find_host, is_held_out

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "data"
TODAY = date(2030, 1, 1)
"""Later than every page: what a page says of its date is what counts."""
FIELDS = ("title", "authors", "date")
_QUOTES = str.maketrans("‘’‚‛′`´“”„‟″«»", "''''''''''''''"[:7] + '"' * 7)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a page; the empty string for nothing. Several authors are parted by semicolons."""

    title: str
    authors: str
    date: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page, its address, whether nothing was learned from its host, and what people noted of it."""

    source: bytes
    url: str
    held_out: bool
    gold: Told


Tell = Callable[[Page], Told]


def read_web_pages(folder: Path) -> Iterator[Page]:
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            gold = Told(row["title"] or "", row["author"] or "", row["publish_date"] or "")
            source = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
            yield Page(source, row["url"] or "", is_held_out(find_host(row["url"] or row["id"])), gold)


def read_readability_pages(folder: Path) -> Iterator[Page]:
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            noted = row["metadata"]
            gold = Told(noted["title"] or "", noted["byline"] or "", noted["publishedTime"] or "")
            yield Page(gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes()), "", True, gold)


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).split()).casefold()


def fold_authors(text: str) -> frozenset[str]:
    return frozenset(name.strip(" .") for name in re.split(r"[,;&]|\band\b", fold(text)) if name.strip(" ."))


FOLDS: dict[str, Callable[[str], object]] = {"title": fold, "authors": fold_authors, "date": lambda text: text[:10]}


def tell(page: Page) -> Told:
    """What the page's row of `documents` would tell."""
    for record in read(page.source, "page.html", 1 << 30).records:
        if isinstance(record, Record):
            cleaned = clean(record, policy=POLICY)
            row = describe(cleaned.text, cleaned.claims, TODAY)
            day = row["published_day"] or (f"{row['published']:%Y-%m}" if row["published_precision"] == "month" else "")
            return Told(row["title"] or "", "; ".join(row["authors"]), str(day))
    return Told("", "", "")


def score(pages: Sequence[Page], told: Sequence[Told]) -> dict[str, float]:
    """By '<field> exact', '<field> invented' and '<field> missing': shares, from 0 to 1."""
    figures: dict[str, float] = {}
    for field in FIELDS:
        pairs = [(getattr(page.gold, field), getattr(one, field)) for page, one in zip(pages, told, strict=True)]
        known = [(gold, one) for gold, one in pairs if gold]
        unknown = [one for gold, one in pairs if not gold]
        same = FOLDS[field]
        figures[f"{field} exact"] = sum(same(gold) == same(one) for gold, one in known) / max(1, len(known))
        figures[f"{field} invented"] = sum(map(bool, unknown)) / max(1, len(unknown))
        figures[f"{field} missing"] = sum(not one for _, one in known) / max(1, len(known))
    return figures


def score_held_out(count: int, folder: Path = FOLDER) -> dict[str, float]:
    """The figures of the first `count` pages of hosts that nothing was learned from: 150 take some ten seconds."""
    pages = list(islice((page for page in read_web_pages(folder / "web_pages") if page.held_out), count))
    return score(pages, [tell(page) for page in pages])


def list_peers() -> dict[str, Tell]:
    peers: dict[str, Tell] = {}
    if find_spec("trafilatura"):
        name = f"trafilatura {version('trafilatura')}"
        peers[name] = tell_by_trafilatura
        peers[f"{name}, no extensive search for the date"] = partial(tell_by_trafilatura, extensive=False)
    if find_spec("htmldate"):
        name = f"htmldate {version('htmldate')}"
        peers[name] = tell_by_htmldate
        peers[f"{name}, no extensive search"] = partial(tell_by_htmldate, extensive=False)
    if find_spec("newspaper"):
        peers[f"newspaper4k {version('newspaper4k')}"] = tell_by_newspaper
    return peers


def tell_by_trafilatura(page: Page, extensive: bool = True) -> Told:
    extract = import_module("trafilatura").extract_metadata
    found = extract(decode(page), default_url=page.url or None, extensive=extensive)
    return Told(found.title or "", found.author or "", found.date or "") if found else Told("", "", "")


def tell_by_htmldate(page: Page, extensive: bool = True) -> Told:
    """Only dates."""
    found = import_module("htmldate").find_date(decode(page), extensive_search=extensive, original_date=True)
    return Told("", "", found or "")


def tell_by_newspaper(page: Page) -> Told:
    newspaper = import_module("newspaper")
    with suppress(newspaper.exceptions.ArticleException, ValueError):  # lxml takes no control characters
        url = page.url or "https://example.org/"
        article = newspaper.article(url, input_html=decode(page), fetch_images=False)
        day = article.publish_date.date().isoformat() if article.publish_date else ""
        return Told(article.title or "", "; ".join(article.authors), day)
    return Told("", "", "")


def decode(page: Page) -> str:
    return page.source.decode("utf-8", "replace")


def print_table(name: str, pages: Sequence[Page], told: dict[str, list[Told]], chosen: Iterable[bool]) -> None:
    """A row for each teller."""
    numbers = [number for number, is_chosen in enumerate(chosen) if is_chosen]
    of = [pages[number] for number in numbers]
    counts = ", ".join(f"{sum(bool(getattr(page.gold, field)) for page in of)} with {field}" for field in FIELDS)
    heads = "".join(f"{field + ' exact':>15}{'invented':>10}{'missing':>10}" for field in FIELDS)
    print(f"\n{name}: {len(of)} pages, {counts}\n{'':58}{heads}")
    for teller, answers in told.items():
        figures = score(of, [answers[number] for number in numbers])
        columns = ((f"{field} exact", f"{field} invented", f"{field} missing") for field in FIELDS)
        row = "".join(f"{figures[one]:15.3f}{figures[two]:10.3f}{figures[three]:10.3f}" for one, two, three in columns)
        print(f"{teller:58}{row}")


def main(folder: Path) -> None:
    tellers: dict[str, Tell] = {"corpus": tell, **list_peers()}
    web_pages = list(read_web_pages(folder / "web_pages"))
    told = {teller: [run(page) for page in web_pages] for teller, run in tellers.items()}
    print_table("web_pages, hosts held out", web_pages, told, [page.held_out for page in web_pages])
    print_table("web_pages, hosts developed on", web_pages, told, [not page.held_out for page in web_pages])
    print_table("web_pages, all", web_pages, told, [True] * len(web_pages))
    pages = list(read_readability_pages(folder / "readability_pages"))
    told = {teller: [run(page) for page in pages] for teller, run in tellers.items()}
    print_table("readability_pages", pages, told, [True] * len(pages))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
