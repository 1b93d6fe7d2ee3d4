"""What a page says of itself: in JSON-LD, Open Graph, meta elements and microdata, in its head and as it shows it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from flows.ingest.formats.html_heads import HEADINGS, read_head
from flows.ingest.formats.html_json_ld import read_json_ld
from flows.model import Claim, Field
from flows.recognise.date_search import infer_order
from flows.recognise.date_words import is_month_first
from flows.recognise.dates import WIDEST_ZONE, find_date, parse_date
from flows.recognise.names import is_byline_label

# Names of meta elements (property, name or itemprop): the field, and who says so
META_CLAIMS: Final[dict[str, tuple[Field, str]]] = {
    "og:title": ("title", "og"),
    "twitter:title": ("title", "meta"),
    "title": ("title", "meta"),
    "dc.title": ("title", "meta"),
    "parsely-title": ("title", "meta"),
    "sailthru.title": ("title", "meta"),
    "dcterms.title": ("title", "meta"),
    "citation_title": ("title", "meta"),
    "cxenseparse:title": ("title", "meta"),
    "headline": ("title", "microdata"),
    "og:url": ("url", "og"),
    "og:site_name": ("source", "og"),
    "article:author": ("authors", "og"),
    "og:article:author": ("authors", "og"),
    "author": ("authors", "meta"),
    "authors": ("authors", "meta"),
    "byl": ("authors", "meta"),
    "dc.creator": ("authors", "meta"),
    "dcterms.creator": ("authors", "meta"),
    "parsely-author": ("authors", "meta"),
    "sailthru.author": ("authors", "meta"),
    "citation_author": ("authors", "meta"),
    "citation_authors": ("authors", "meta"),
    "article:author_name": ("authors", "meta"),
    "cxenseparse:author": ("authors", "meta"),
    "rnews:creator": ("authors", "meta"),
    "dcterms.creator.name": ("authors", "meta"),
    "date": ("published", "meta"),
    "dc.date": ("published", "meta"),
    "dcterms.date": ("published", "meta"),
    "citation_date": ("published", "meta"),
    "cludo:date": ("published", "meta"),
    "dc.date.created": ("published", "meta"),
    "dcterms.created": ("published", "meta"),
    "dcterms.available": ("published", "meta"),
    "release_date": ("published", "meta"),
    "sailthru.date": ("published", "meta"),
}
# What else a page says that is worth keeping: the name in metadata
META_KEPT: Final = {
    "description": "description",
    "og:description": "description",
    "article:section": "section",
    "keywords": "keywords",
    "news_keywords": "keywords",
    "article:tag": "tags",
    "og:type": "type",
    "og:image": "image",
    "og:locale": "locale",
    "article:modified_time": "modified",
    "generator": "generator",
}
# How names end that tell a date of publication: 'article:published_time', 'og:pubdate', 'dc.date.issued', 'date-pub'
_OF_PUBLICATION = re.compile(
    r"(?:^|[:._-])(?:first[_-]?)?"
    r"(?:(?:publish(?:ed)?|publication|pub|issued)[_-]?(?:time|date|on|at)?(?:[_-]?iso)?"
    r"|date[:._-]?(?:publish(?:ed)?|publication|pub|issued)|online_date)$"
)
_TELLING: Final = (
    "script[type='application/ld+json' i], meta[content], link[rel='canonical' i][href], h1, h2, "
    "[itemprop]:not(script):not(meta):not(link):not(h1):not(h2)"
)
_CARD_LABEL, _CARD_DATA = "twitter:label", "twitter:data"
_LONGEST = 1000  # characters of a claim; what is longer is no name, title or date


def find_claims(tree: LexborHTMLParser) -> tuple[list[Claim], dict[str, Any]]:
    """The claims of a page, each once, and what else it says of itself, for metadata."""
    metadata: dict[str, Any] = {}
    claims: dict[Claim, None] = {}
    for field, value, origin in _find(tree, metadata):
        printed = " ".join(value.split())
        if not printed or len(printed) > _LONGEST:
            continue
        if field == "url" and not printed.startswith(("http://", "https://")):
            continue
        if field == "authors" and printed.startswith(("http://", "https://")):
            continue  # Facebook asks for profiles, not names
        claims[Claim(field, printed, origin)] = None
    return list(claims), metadata


def _find(tree: LexborHTMLParser, metadata: dict[str, Any]) -> Iterator[tuple[Field, str, str]]:
    found: dict[str, list[LexborNode]] = {name: [] for name in ("script", "meta", "link", "heading", "marked")}
    for node in tree.css(_TELLING):  # a query walks the whole tree: one for all
        tag = node.tag or ""
        if tag in HEADINGS:
            found["heading"].append(node)
        if tag not in HEADINGS or "itemprop" in node.attributes:
            found.get(tag, found["marked"]).append(node)
    told = list(_find_told(tree, found, metadata))
    yield from told
    titles, authors, sites, urls, languages = (
        [value for field, value, _ in told if field == wanted]
        for wanted in ("title", "authors", "source", "url", "language")
    )
    month_first = next((known for known in map(is_month_first, languages) if known is not None), None)
    told_dates = [parse_date(value) for field, value, origin in told if (field, origin) == ("published", "og")]
    first = [told_date.when for told_date in told_dates if told_date]
    last = parse_date(str(metadata.get("modified", "")))
    is_told = any(field == "published" and find_date(value) for field, value, _ in told)
    shown = list(read_head(tree, found["heading"], titles, authors, sites, urls, month_first, is_dated=is_told))
    is_dated = is_told or any(field == "published" and find_date(value) for field, value, _ in shown)
    if month_first is None and tree.body is not None and not is_dated:
        month_first = infer_order(tree.body.text(separator="\n"))
        if month_first is not None:
            again = read_head(tree, found["heading"], titles, authors, sites, urls, month_first)
            shown += (
                _spell_out(value, month_first, origin)
                for field, value, origin in again
                if field == "published" and not origin.endswith("-updated")
            )
    for field, value, origin in shown:
        printed = parse_date(value, month_first) if origin == "dateline" and first and last else None
        changed = printed is not None and last is not None and _may_be_day(printed.day, last.when)
        if changed and printed and not any(_may_be_day(printed.day, moment) for moment in first):
            origin = "dateline-updated"  # Open Graph tells it as the last change, and another day as the first
        yield field, value, origin


def _spell_out(printed: str, month_first: bool, origin: str) -> tuple[Field, str, str]:
    """The claim of a date that is read in the order of others on its page, so that nobody else need know it."""
    read = parse_date(printed, month_first)
    return "published", str(read.day) if read and read.day else printed, origin


def _may_be_day(day: date | None, moment: datetime) -> bool:
    """Whether it is the day of a moment by some clock on earth."""
    earliest, latest = (moment + timedelta(minutes=minutes) for minutes in (-WIDEST_ZONE, WIDEST_ZONE))
    return day is not None and earliest.date() <= day <= latest.date()


def _find_told(
    tree: LexborHTMLParser, found: Mapping[str, Sequence[LexborNode]], metadata: dict[str, Any]
) -> Iterator[tuple[Field, str, str]]:
    kept: dict[str, Any] = {}
    # A framework that is given JSON-LD as if it were a meta element writes it into one.
    misplaced = [meta.attrs.get("content") or "" for meta in found["meta"] if _is_json_ld(meta)]
    yield from read_json_ld([*(script.text() for script in found["script"]), *misplaced], kept)
    for name, value in kept.items():
        _keep(metadata, name, value)
    for meta in found["meta"]:
        yield from _read_meta(meta, metadata)
    yield from _read_labelled(found["meta"])
    for link in found["link"]:
        yield "url", link.attrs.get("href") or "", "canonical"
    yield from _read_microdata(found["marked"])
    title = tree.css_first("head > title") or tree.css_first("title")
    if title is not None:
        yield "title", title.text(), "title-element"
    for name, value in tree.body.attributes.items() if tree.body is not None else ():
        if value and _OF_PUBLICATION.fullmatch(name.removeprefix("data")):  # no 'data-comment-published'
            yield "published", value, "microdata"
    root = tree.css_first("html")
    if root is not None:
        yield "language", root.attrs.get("lang") or root.attrs.get("xml:lang") or "", "html-lang"


def _read_meta(meta: LexborNode, metadata: dict[str, Any]) -> Iterator[tuple[Field, str, str]]:
    attributes = meta.attributes
    content = (attributes["content"] or "").strip()
    if not content:
        return
    for attribute in ("property", "name", "itemprop"):
        name = (attributes.get(attribute) or "").strip().lower()
        told = META_CLAIMS.get(name) or _read_publication_name(name)
        if told is not None:
            field, origin = told
            yield field, content, "microdata" if attribute == "itemprop" else origin
        elif name in META_KEPT:
            _keep(metadata, META_KEPT[name], content)


def _is_json_ld(meta: LexborNode) -> bool:
    return (meta.attributes.get("name") or "").lower().endswith("ld+json")


def _read_publication_name(name: str) -> tuple[Field, str] | None:
    """What a name tells that ends as those of publication dates do; Open Graph's word is told apart."""
    if _OF_PUBLICATION.search(name) is None:
        return None
    if name == "datepublished":
        return "published", "microdata"
    return "published", "og" if name.startswith(("og:", "article:")) else "meta"


def _read_labelled(metas: Sequence[LexborNode]) -> Iterator[tuple[Field, str, str]]:
    """What a Twitter card tells beside a label: 'twitter:label1' may be 'Written by'."""
    told = {(meta.attributes.get("name") or "").lower(): meta.attributes["content"] or "" for meta in metas}
    for name, label in told.items():
        if name.startswith(_CARD_LABEL) and is_byline_label(label):
            yield "authors", told.get(f"{_CARD_DATA}{name.removeprefix(_CARD_LABEL)}", ""), "meta"


def _read_microdata(nodes: Sequence[LexborNode]) -> Iterator[tuple[Field, str, str]]:
    named = [((node.attributes["itemprop"] or "").lower(), node) for node in nodes]
    for node in (node for name, node in named if name == "headline"):
        yield "title", node.text(separator=" "), "microdata"
    for node in (node for name, node in named if name == "author"):
        name = node.css_first("[itemprop='name' i]")
        author = node if name is None else name
        yield "authors", author.attrs.get("content") or author.text(separator=" "), "microdata"
    for node in (node for name, node in named if name == "datepublished"):
        yield "published", node.attrs.get("datetime") or node.attrs.get("content") or node.text(), "microdata"


def _keep(metadata: dict[str, Any], name: str, value: Any) -> None:
    """Keeps the first value of a name; of tags, all."""
    if name == "tags":
        metadata.setdefault(name, []).append(value)
    else:
        metadata.setdefault(name, value)
