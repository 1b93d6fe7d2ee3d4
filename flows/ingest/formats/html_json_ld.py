"""JSON-LD: what a page's scripts say of its article in the words of schema.org."""

import html
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from flows.model import Field

_ARTICLE_TYPE_NAMES = (
    "article newsarticle blogposting reportagenewsarticle analysisnewsarticle opinionnewsarticle "
    "reviewnewsarticle backgroundnewsarticle liveblogposting scholarlyarticle techarticle "
    "advertisercontentarticle satiricalarticle report socialmediaposting"
)
ARTICLE_TYPES: Final = frozenset(_ARTICLE_TYPE_NAMES.split())
OTHER_TYPES: Final = frozenset(("recipe", "howto", "podcastepisode"))
"""What a page without an article may be about, and is told with its own author and date."""
PAGE_TYPE: Final = "webpage"
"""A page's own dates, names and authors say nothing of an article: systems give them to every page."""
KEPT: Final = {
    "articleSection": "section",
    "keywords": "keywords",
    "description": "description",
    "datePublished": "first_published",
}
"""What else an article says that is worth keeping: its name in metadata."""
_DEEPEST_NAME = 5  # objects, lists and references around a name
_TRAILING_COMMA = re.compile(r",(?=\s{0,100}[}\]])")
_WRAPPERS = ("<!--", "-->", "//<![CDATA[", "//]]>", "/*<![CDATA[*/", "/*]]>*/", "<![CDATA[", "]]>", ";")

Thing = dict[str, Any]
Told = tuple[Field, str, str]


def read_json_ld(scripts: Sequence[str], metadata: dict[str, Any]) -> Iterator[Told]:
    """The claims of the page's article, the first one that has a headline; what else it says goes into `metadata`."""
    things = [thing for script in scripts for thing in _things(_parse_leniently(script))]
    by_id = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str) and len(thing) > 1}
    articles = [thing for thing in things if ARTICLE_TYPES.intersection(_types(thing))]
    articles = articles or [thing for thing in things if OTHER_TYPES.intersection(_types(thing))]
    main = next((thing for thing in articles if _headline(thing)), None)
    for thing in articles:
        if main is None or _headline(thing) in (None, _headline(main)):
            yield from _read_article(thing, by_id, metadata)
    for thing in things:
        if _types(thing) & (ARTICLE_TYPES | {PAGE_TYPE}):
            yield from _read_page(thing)


def _read_article(thing: Thing, by_id: Mapping[str, Thing], metadata: dict[str, Any]) -> Iterator[Told]:
    named: tuple[tuple[Field, str], ...] = (("title", "headline"), ("title", "name"), ("published", "datePublished"))
    for field, name in named:
        value = thing.get(name)
        if isinstance(value, str):
            yield field, value, "json-ld"
    yield from (("authors", name, "json-ld") for name in _names(thing.get("author") or thing.get("creator"), by_id))
    yield from (("source", name, "json-ld") for name in _names(thing.get("publisher"), by_id))
    for name, kept in KEPT.items():
        if thing.get(name):
            metadata.setdefault(kept, thing[name])


def _read_page(thing: Thing) -> Iterator[Told]:
    language = thing.get("inLanguage")
    if isinstance(language, str):
        yield "language", language, "json-ld"
    for name in ("url", "mainEntityOfPage"):
        value = thing.get(name)
        address = value.get("@id") if isinstance(value, dict) else value
        if isinstance(address, str) and "#" not in address:
            yield "url", address, "json-ld"


def _types(thing: Thing) -> set[str]:
    """The types in small letters, without the vocabulary they are of."""
    types = thing.get("@type")
    listed = types if isinstance(types, list) else [types]
    return {name.rpartition("/")[2].rpartition(":")[2].lower() for name in listed if isinstance(name, str)}


def _headline(thing: Thing) -> str | None:
    headline = thing.get("headline") or thing.get("name")
    return headline if isinstance(headline, str) else None


def _parse_leniently(script: str) -> Any:
    """The first value of a script, though it be wrapped, escaped as HTML is, or have commas too many; or None."""
    source = script.strip()
    for wrapper in _WRAPPERS:
        source = source.removeprefix(wrapper).removesuffix(wrapper).strip()
    for mend in (str, _drop_trailing_commas, html.unescape) if source else ():
        try:
            return json.JSONDecoder(strict=False).raw_decode(mend(source))[0]
        except (ValueError, RecursionError):  # also of a number with more digits than Python reads
            continue
    return None


def _drop_trailing_commas(source: str) -> str:
    return _TRAILING_COMMA.sub("", source)


def _things(value: Any) -> Iterator[Thing]:
    """The objects of a JSON-LD value that may describe the page: itself, those of its lists and its graph."""
    waiting = deque([value])
    while waiting:
        value = waiting.popleft()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            yield value
            waiting += [value[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in value]


def _names(value: Any, by_id: Mapping[str, Thing], depth: int = 0) -> Iterator[str]:
    """The names of persons or organisations, however they are written, or told elsewhere in the graph."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < _DEEPEST_NAME:
        reference = value.get("@id")
        if "name" in value:
            yield from _names(value["name"], by_id, depth + 1)
        elif isinstance(reference, str) and reference in by_id:
            yield from _names(by_id[reference], by_id, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST_NAME:
        for part in value:
            yield from _names(part, by_id, depth + 1)
