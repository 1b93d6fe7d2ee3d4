"""The fields of a record under their usual names: what becomes a claim, and what stays metadata."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from flows.model import Claim, Field
from flows.recognise.dates import find_date, parse_date

# Names as they are folded: lower case, without "_", "-" and blanks. The first that fits comes first.
TEXT_NAMES: Final = (
    *("text", "content", "body", "article", "articlebody", "articletext", "fulltext", "rawcontent", "maintext"),
    *("maincontent", "story", "bodytext", "contenttext"),
)
CLAIM_NAMES: Final[dict[Field, tuple[str, ...]]] = {
    "title": ("title", "headline", "articletitle", "heading"),
    "authors": ("authors", "author", "byline", "creator", "creators", "writer", "writers"),
    "published": (
        *("published", "publishedat", "publisheddate", "publishedtime", "publishdate", "datepublish", "datepublished"),
        *("pubdate", "publicationdate", "publicationdatetime", "pubtime", "date", "datetime", "timestamp"),
    ),
    "url": ("canonicalurl", "url", "link", "sourceurl", "articleurl", "uri", "permalink"),
    "source": ("publisher", "source", "sourcename", "site", "sitename", "website", "outlet", "sourcedomain", "domain"),
    "language": ("language", "lang", "inlanguage"),
}

_NAMING: Final = frozenset(("name", "id", "url", "@type"))
"""What an object that names a person or a publisher has at most, where its name is all that matters."""
_MOST_NESTED = 8
"""Lists and objects in one another around a name; what is in more is no name."""
_YEAR_2100 = 4_102_444_800  # seconds
_YEAR_1973 = 100_000_000  # seconds; below, a number is more likely a year or a day than a time


def fold_name(name: str) -> str:
    """The name of a field as CLAIM_NAMES has it."""
    return "".join(character for character in name.lower() if character not in "_- ")


def claims_of(fields: dict[str, Any], origin: str) -> tuple[list[Claim], dict[str, Any]]:
    """The claims that the fields make, each with the origin "<origin> <name>", and the fields that say more."""
    names = {name: fold_name(name) for name in fields}
    claims: list[Claim] = []
    taken: set[str] = set()
    for field, usual in CLAIM_NAMES.items():
        for wanted in usual:
            for name, folded in names.items():
                if folded != wanted or name in taken:
                    continue
                values = list(_printed(fields[name], field))
                if values:
                    taken.add(name)
                    claims += (Claim(field, value, f"{origin} {name}") for value in values)
    return claims, {name: value for name, value in fields.items() if name not in taken or _says_more(value)}


def _says_more(value: Any) -> bool:
    """Whether there is more in a field than what makes its claims: of a person, the address."""
    if isinstance(value, list):
        return any(map(_says_more, value))
    return isinstance(value, dict) and not set(value) <= _NAMING


def _printed(value: Any, field: Field, within: int = 0) -> Iterator[str]:
    """The values of a field as text; none when a part of it is of another type than the field can have."""
    if within > _MOST_NESTED:
        return
    if isinstance(value, list) and field == "authors":
        printed = [list(_printed(part, field, within + 1)) for part in value]
        if all(printed):
            yield from (text for texts in printed for text in texts)
    elif isinstance(value, dict) and field in ("authors", "source"):
        yield from _printed(value.get("name"), field, within + 1)
    elif isinstance(value, str) and value.strip():
        if _may_be(field, value.strip()):
            yield value.strip()
    elif isinstance(value, int | float) and not isinstance(value, bool) and field == "published":
        unit = 1000 if value > _YEAR_2100 else 1
        if _YEAR_1973 * unit <= value < _YEAR_2100 * unit:  # before dividing: there are whole numbers no double holds
            yield datetime.fromtimestamp(value / unit, UTC).isoformat()


def _may_be(field: Field, printed: str) -> bool:
    """Whether the field can have such a value: what it cannot stays with the metadata."""
    if field == "url":
        return printed.startswith(("http://", "https://"))
    return field != "published" or bool(parse_date(printed) or find_date(printed))
