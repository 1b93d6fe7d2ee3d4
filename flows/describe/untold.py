"""What fields under usual names say and no column tells: it stays with the metadata, or it would be lost."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urldefrag

from flows.model import Claim
from flows.recognise.addresses import clean_url
from flows.recognise.dates import parse_date

FIELDS: Final = ("field", "front-matter", "sidecar", "archive")
"""How the origin of a claim begins that a field makes; the field's name follows."""


def list_untold(claims: Sequence[Claim], columns: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By where the field stands, as FIELDS has it, and its name, its values; a list of several.

    `columns` are those of the document, as `describe` has them. A field that was not chosen is untold, and so is one
    of which the column has a part: "By Ann Bell, Reuters" of Ann Bell, a moment without its seconds.
    """
    untold: dict[str, dict[str, list[str]]] = {}
    for claim in claims:
        place, _, name = claim.origin.partition(" ")
        if place in FIELDS and name and not _is_told(claim, columns):
            untold.setdefault(place, {}).setdefault(name, []).append(claim.value)
    return {
        place: {name: values if len(values) > 1 else values[0] for name, values in fields.items()}
        for place, fields in untold.items()
    }


def _is_told(claim: Claim, columns: Mapping[str, Any]) -> bool:
    """Whether the column says all that the claim does."""
    match claim.field:
        case "published":
            date = parse_date(claim.value) if claim.origin == columns["published_from"] else None
            return bool(date and date.is_whole and date.when == columns["published"])
        case "authors":
            return claim.value in columns["authors"]
        case "url":
            told = columns["url"]
            return bool(told and clean_url(claim.value) == told and not urldefrag(claim.value).fragment)
        case "language":
            return bool(claim.value.strip().lower() == columns["language"])
    return bool(claim.value == columns[claim.field])
