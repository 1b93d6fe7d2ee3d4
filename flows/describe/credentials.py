"""What a document's row is made of, without the users' names and passwords of addresses."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from flows.ingest.formats.fields import CLAIM_NAMES, fold_name
from flows.model import Claim
from flows.recognise.credentials import hide_credentials

_OF_ADDRESSES: Final = frozenset((*CLAIM_NAMES["url"], *CLAIM_NAMES["source"]))
"""Fields whose value is an address, or may be one."""


def hide_credentials_of(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims, addresses in them without a user's name and password."""
    return tuple(
        replace(claim, value=hide_credentials(claim.value, claim.field in ("url", "source"))) for claim in claims
    )


def hide_credentials_within(value: Any, name: str = "") -> Any:
    """What a field of this name has, a list or object too, addresses in it without a user's name and password."""
    if isinstance(value, str):
        return hide_credentials(value, fold_name(name) in _OF_ADDRESSES)
    if isinstance(value, list):
        return list(map(hide_credentials_within, value, [name] * len(value)))
    if isinstance(value, dict):
        return dict(zip(value, map(hide_credentials_within, value.values(), map(str, value)), strict=True))
    return value
