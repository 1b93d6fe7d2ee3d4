"""A title as it is told: without markup, without the site's name, without what a heading puts before it."""

import html
import re
from collections.abc import Sequence

from flows.model import Claim
from flows.recognise.date_search import search_dates
from flows.recognise.date_words import fold

LONGEST_TITLE = 500
MOST_SITE_WORDS = 5
UNSEEN = frozenset(("json-ld", "microdata", "og", "meta", "author-element"))
"""Origins in a page's markup: readers may not see what they tell."""
OF_PAGES = UNSEEN | {"h1", "heading", "title-element"}
"""Origins of a page's title."""
MARKED_UP = ("json-ld", "og", "title-element")
"""Origins that tell a title in a page's markup."""
_INLINE = "a|abbr|b|big|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|u"
_MARKED = re.compile(rf"(?i)<({_INLINE})(?:\s[^<>]*)?>([^<>]*)</\1>|<(?:br|wbr|img)\b[^<>]*>|<!--[^<>]*-->")
"""What is markup in a title: a tag that has no end there is what the title is about."""
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*_])")
_HEADING = re.compile(r"^#{1,6}\s+|\s+#{1,6}$")
_SEPARATOR = re.compile(r"\s+[|/–—·•»:-]+\s+|\s*[|»•]\s*")
_TITLE_LABEL = re.compile(
    r"(?i)(?:articles?|blogs?|news|podcasts?|posts?|press releases?|stor(?:y|ies)|videos?|webinars?):\s+"
)
"""Kinds of pages. Any other word may be what a title is about: 'Brexit: What now?'."""
_BAR = re.compile(r"\s+\|\s+")


def clean_title(printed: str) -> str | None:
    """The title without markup, entities and runs of white space; None where nothing is left or too much."""
    text = html.unescape(printed[: 4 * LONGEST_TITLE])
    text = _LINK.sub(r"\1", _MARKED.sub(r"\2", _MARKED.sub(r"\2", text)))
    text = _EMPHASIS.sub(r"\2", _HEADING.sub("", " ".join(text.split())))
    return text if 0 < len(text) <= LONGEST_TITLE and any(c.isalnum() for c in text) else None


def drop_label(title: str, origin: str, claims: Sequence[Claim]) -> str:
    """A heading without the label or the day that it begins with ('Blog: …'), where all the markup begins behind it."""
    if origin != "h1":
        return title
    dates = search_dates(title)
    label = _TITLE_LABEL.match(title)
    start = label.end() if label else dates[0].end if dates and dates[0].start == 0 else 0
    bare = title[start:].lstrip(" -–—:|,·")
    markup = [fold(claim.value) for claim in claims if claim.field == "title" and claim.origin in MARKED_UP]
    return bare if start and bare and markup and all(other.startswith(fold(bare)) for other in markup) else title


def drop_site(title: str, origin: str, claims: Sequence[Claim]) -> str:
    """The title without the site's name behind or before it, where another claim proves that it is none of it."""
    others = {
        fold(other)
        for claim in claims
        if claim.field == "title" and claim.origin != origin and (other := clean_title(claim.value))
    }
    sites = [claim.value for claim in claims if claim.field == "source" and claim.origin != "folder"]
    folded = {fold_site(site) for site in sites}
    for separator in _SEPARATOR.finditer(title):
        front, behind = title[: separator.start()].strip(), title[separator.end() :].strip()
        if front and (fold_site(behind) in folded or fold(front) in others or _names_site(behind, sites)):
            return front
        if behind and fold(behind) in others and fold_site(front) in folded:
            return behind
    # Behind a bar pages name their section and site (10 of 11 on the hosts of web_pages that were developed on).
    front, *behind_bar = _BAR.split(title)
    if not behind_bar or origin not in OF_PAGES:
        return title
    return behind_bar[0] if fold_site(front) in folded else front


def _names_site(text: str, sites: Sequence[str]) -> bool:
    """Whether most of a text are words of a site's name or address, or it is the name's initials."""
    words = [word for word in re.findall(r"\w+", fold(text)) if len(word) > 2]
    if not words or len(words) > MOST_SITE_WORDS:
        return False
    for site in sites:
        name = fold(site)
        if sum(len(word) for word in words if word in name) > sum(map(len, words)) / 2:
            return True
        if text.isupper() and "".join(word[0] for word in re.findall(r"\w+", site)).upper() == text:
            return True
    return False


def fold_site(name: str) -> str:
    """'The Guardian', 'theguardian.com' and 'www.theguardian.com' are one name."""
    name = fold(name).strip().removeprefix("www.").removeprefix("the ")
    name = re.sub(r"\.(?:com|org|net|co\.uk|[a-z]{2})$", "", name)
    return re.sub(r"\W+", "", name).removeprefix("the")
