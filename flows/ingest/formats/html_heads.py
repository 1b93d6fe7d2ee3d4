"""The head of an article as a page shows it: its heading, and the byline and the date printed beside it."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from flows.ingest.formats.html_bylines import (
    find_author_element,
    find_byline,
    find_labelled_author,
    find_name_beside_date,
)
from flows.ingest.formats.html_dates import find_date_element, find_dates, find_labelled_date, find_publication_line
from flows.ingest.formats.html_pieces import read_pieces
from flows.model import Field
from flows.recognise.date_words import fold
from flows.recognise.names import parse_authors

HEADINGS: Final = ("h1", "h2")
"""An article's may be one of these; the first are the more likely."""
MOST_HEADINGS: Final = 30
SAME: Final = 0.5
"""How much of a title that the markup tells a heading repeats, from which it is held to be the same."""
SAME_AS_ONLY: Final = 0.4
"""The same of the only heading of the first order."""
SAME_IN_SMALL: Final = 0.9
"""The same of a heading of the second order."""
NEARLY_SAME: Final = 0.75
"""The same of one beside which byline and date are read where markup tells none: one less alike may be another's."""
LEAST_SHARE: Final = 0.15
"""Of a title's words, which a heading that repeats it has: with fewer it is a section's."""

_WORD = re.compile(r"\w+")
_FIRST_PAGE = re.compile(r"(?i)(?:https?:)?//[^/]+/?|/|/?index\.\w+")
Told = tuple[Field, str, str]


def read_head(
    tree: LexborHTMLParser,
    headings: Sequence[LexborNode],
    titles: Sequence[str],
    authors: Sequence[str],
    sites: Sequence[str],
    urls: Sequence[str],
    month_first: bool | None = None,
    *,
    is_dated: bool = False,
) -> Iterator[Told]:
    """The claims of title, authors and date that a page shows; given are its `HEADINGS`, and what its markup tells.

    `month_first` is as `parse_date` has it; `is_dated` says whether markup tells a date of publication.
    """
    heading, is_title = _find_heading(headings, titles, sites, {_read_last_name(url) for url in urls})
    known_authors = {fold(name): name for author in authors for name in parse_authors(author)}
    names: list[str] = []
    dates: list[Told] = []
    if heading is not None:
        printed = heading.text(separator=" ")
        # Letters of a word may be elements of their own: where the markup tells the same, it knows the words.
        same = (title for title in titles if "".join(title.split()) == "".join(printed.split()))
        yield "title", next(same, printed), "h1" if is_title else "heading"
        is_nearly_title = heading.tag == "h2" and not is_title
        below = read_pieces(heading, True)
        dates = find_dates(below, month_first)
        names = find_byline(below, known_authors)
        if (is_title or is_nearly_title) and not (dates and names):
            above = read_pieces(heading, False)
            dates = dates or find_dates(above, month_first)
            names = names or find_byline(above, known_authors)
        names = names or find_name_beside_date(below, tree)
        dates = [] if is_nearly_title and is_dated else dates
        names = [] if is_nearly_title and known_authors else names
    yield from (("authors", name, "byline") for name in names)
    if not names:
        found = find_author_element(tree) or ([] if known_authors else find_labelled_author(tree))
        yield from (("authors", name, "author-element") for name in found)
    published = find_publication_line(tree, month_first)
    yield from published
    yield from dates or list(find_date_element(tree, month_first)) or published or find_labelled_date(tree, month_first)


def _find_heading(
    found: Sequence[LexborNode], titles: Sequence[str], sites: Sequence[str], own_names: AbstractSet[str]
) -> tuple[LexborNode | None, bool]:
    """The heading that repeats a title most wholly, or the first one, and whether it does. No site's name is one."""
    known = [_fold_words(title) for title in titles]
    names = {_fold_words(site) for site in sites}
    first = None
    for level in HEADINGS:
        of_level = [heading for heading in found if heading.tag == level][:MOST_HEADINGS]
        headings = [(heading, _fold_words(heading.text(separator=" "))) for heading in of_level]
        headings = [
            (heading, words)
            for heading, words in headings
            if words and words not in names and not _leads_elsewhere(heading, words, own_names)
        ]
        least = SAME_IN_SMALL if level == "h2" else SAME_AS_ONLY if len(headings) == 1 else SAME
        rated = [(_rate(words, known), heading) for heading, words in headings]
        best = max(rated, key=lambda pair: pair[0], default=None)
        if best is not None and best[0] >= least:
            return best[1], True
        if first is None and best is not None:
            first = headings[0][0] if level == "h1" else best[1] if best[0] >= NEARLY_SAME else None
    return first, False


def _leads_elsewhere(heading: LexborNode, words: frozenset[str], own_names: AbstractSet[str]) -> bool:
    """Whether all of a heading is a link to another page: it names the site, or another article."""
    link = heading.css_first("a[href]")
    if link is None or _fold_words(link.text(separator=" ")) != words:
        return False
    address = (link.attributes["href"] or "").strip()
    name = _read_last_name(address)
    return _FIRST_PAGE.fullmatch(address) is not None or bool(name and own_names and name not in own_names)


def _read_last_name(address: str) -> str:
    """The last name in an address's path: of a relative address, too, it is the page's."""
    return re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/").rpartition("/")[2].casefold()


def _fold_words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(fold(text[:1000])))


def _rate(words: frozenset[str], titles: Sequence[frozenset[str]]) -> float:
    """How well a heading repeats the best of the titles: the mean of the shares of their words that both have.

    A site's name alone is in many a title, too, but is a small share of it.
    """
    shares = [
        (len(words & title) / len(words) + len(words & title) / len(title)) / 2
        for title in titles
        if words and title and len(words & title) >= LEAST_SHARE * len(title)
    ]
    return max(shares, default=0.0)
