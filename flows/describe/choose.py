"""Among the claims made of a document, for each field the first valid one by order of trust is chosen."""

import html
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flows.describe.choose_date import choose_date
from flows.describe.choose_title import LONGEST_TITLE, UNSEEN, clean_title, drop_label, drop_site, fold_site
from flows.model import Claim, Field
from flows.recognise.addresses import claims_of_url, clean_url
from flows.recognise.date_words import fold, is_month_first
from flows.recognise.dates import Precision
from flows.recognise.names import is_account, is_organisation, looks_like_name, parse_authors

RULE = "*"
"""In an order of trust: every origin that it does not name, which is a rule of the text, told by its name."""

TRUST: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "trust.toml").read_text("utf-8"))
"""For each field the origins from the most trusted. A name stands for all that begin with it, too: 'field' for 'field
date'."""

LISTS = ("json-ld", "meta", "og")
"""Origins that list all of a page's authors. Microdata may be of what else stands on the page."""

_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")


@dataclass(frozen=True, slots=True)
class Described:
    """What was chosen, and for each field whose word it is (the origin of its claim)."""

    title: str | None = None
    title_from: str | None = None
    authors: tuple[str, ...] = ()
    authors_from: str | None = None
    published: datetime | None = None
    published_day: date | None = None
    published_precision: Precision | None = None
    published_from: str | None = None
    url: str | None = None
    source: str | None = None
    source_from: str | None = None
    language_claim: str | None = None


def choose(claims: Sequence[Claim], today: date) -> Described:
    """For each field the first valid claim by order of trust; claims of one origin in the order given.

    A date that lies more than a day after `today` is not valid.
    """
    url, _ = _choose_url(claims)
    claims = [*claims, *claims_of_url(url)]
    title, title_from = _choose_title(claims)
    authors, authors_from = _choose_authors(claims)
    published, published_from = choose_date(_ranked(claims, "published"), _find_order(claims), today)
    source, source_from = _first(_ranked(claims, "source"), clean_source)
    language, _ = _first(_ranked(claims, "language"), clean_language)
    return Described(
        title=title,
        title_from=title_from,
        authors=authors,
        authors_from=authors_from,
        published=published.when if published else None,
        published_day=published.day if published else None,
        published_precision=published.precision if published else None,
        published_from=published_from,
        url=url,
        source=source,
        source_from=source_from,
        language_claim=language,
    )


def choose_title(claims: Sequence[Claim]) -> str | None:
    """The title alone, as `choose` has it."""
    url, _ = _choose_url(claims)
    return _choose_title([*claims, *claims_of_url(url)])[0]


def list_persons(claims: Sequence[Claim]) -> frozenset[str]:
    """Everyone whom any claim names as an author, folded."""
    values = (claim.value for claim in claims if claim.field == "authors")
    return frozenset(fold(name) for value in values for name in _parse_names(value))


def choose_source(claims: Sequence[Claim]) -> str | None:
    """The source alone, as `choose` has it."""
    url, _ = _choose_url(claims)
    return _first(_ranked([*claims, *claims_of_url(url)], "source"), clean_source)[0]


def clean_source(printed: str) -> str | None:
    """The publisher's or site's name, white space folded; None where there is none."""
    text = " ".join(_TAG.sub("", html.unescape(printed)).split())
    return text if 0 < len(text) <= LONGEST_TITLE and any(c.isalnum() for c in text) else None


def clean_language(printed: str) -> str | None:
    """The language of a tag ('en-GB' is 'en'), in lower case; None where it is no tag."""
    code = re.split(r"[-_]", printed.strip().lower())[0]
    return code if len(code) in (2, 3) and code.isascii() and code.isalpha() and code not in ("und", "mul") else None


def _rank(origin: str, order: Sequence[str]) -> int:
    """The place in the order of trust of an origin, or of the name it begins with."""
    name = origin if origin in order else origin.partition(" ")[0]
    return order.index(name if name in order else RULE)


def _ranked(claims: Iterable[Claim], field: Field) -> list[Claim]:
    order = TRUST[field]
    return sorted((claim for claim in claims if claim.field == field), key=lambda claim: _rank(claim.origin, order))


def _first(claims: Iterable[Claim], clean: Callable[[str], str | None]) -> tuple[str, str] | tuple[None, None]:
    for claim in claims:
        value = clean(claim.value)
        if value is not None:
            return value, claim.origin
    return None, None


def _choose_url(claims: Sequence[Claim]) -> tuple[str, str] | tuple[None, None]:
    return _first(_ranked(claims, "url"), clean_url)


def _choose_title(claims: Sequence[Claim]) -> tuple[str, str] | tuple[None, None]:
    title, origin = _first(_ranked(claims, "title"), clean_title)
    if not title or not origin:
        return None, None
    return drop_site(drop_label(title, origin, claims), origin, claims), origin


def _choose_authors(claims: Sequence[Claim]) -> tuple[tuple[str, ...], str | None]:
    """The names of all claims of the most trusted origin that has any, in order, without repeats.

    Where the page's own metadata lists all of them and more, its list is told: a byline may name one of many.
    """
    ranked = _ranked(claims, "authors")
    sites = {fold_site(claim.value) for claim in claims if claim.field == "source" and claim.origin != "folder"}
    known = {origin: _read_authors(ranked, origin, sites) for origin in dict.fromkeys(claim.origin for claim in ranked)}
    told = [origin for origin, names in known.items() if names]
    if not told:
        return (), None
    # A nickname ('TurboTaxLisa') printed where the markup knows a person is that person's.
    persons = (origin for origin in told if all(map(looks_like_name, known[origin])))
    first = told[0] if any(" " in name for name in known[told[0]]) else next(persons, told[0])
    names = set(map(fold, known[first]))
    chosen = next((other for other in LISTS if names < set(map(fold, known.get(other, ())))), first)
    return _drop_organisations(known[chosen]), chosen


def _drop_organisations(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names; beside a person, without those of organisations."""
    persons = tuple(name for name in names if not is_organisation(name))
    return persons if any(map(looks_like_name, persons)) else names


def _read_authors(claims: Sequence[Claim], origin: str, sites: AbstractSet[str]) -> tuple[str, ...]:
    """The names that claims of an origin tell; its publisher's name only where there is no other.

    What a page prints beside its heading is believed; what its markup tells unseen is no author where it is the site's
    own name, or the name of an account.
    """
    names = [
        name
        for claim in claims
        if claim.origin == origin
        for name in _parse_names(claim.value)
        if origin not in UNSEEN or looks_like_name(name) or not (fold_site(name) in sites or is_account(name))
    ]
    return _unique([name for name in names if fold_site(name) not in sites] or names)


def _parse_names(printed: str) -> list[str]:
    """The names of a claim, whose value may be markup."""
    return parse_authors(" ".join(_TAG.sub("", html.unescape(printed)).split()))


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """The names without those that differ from an earlier one in case or accents alone."""
    return tuple({fold(name): name for name in reversed(names)}[key] for key in dict.fromkeys(map(fold, names)))


def _find_order(claims: Sequence[Claim]) -> bool | None:
    """Whether 3/4/2025 is in March by the document's language, as `parse_date` has it."""
    languages = (is_month_first(claim.value) for claim in _ranked(claims, "language"))
    return next((known for known in languages if known is not None), None)
