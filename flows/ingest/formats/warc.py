"""Web archives: each page, PDF or text that was fetched is a record, by its number among all entries of the archive.

Requests, and what an archive says of itself or of fetching, are no documents; what was fetched and is none, such as a
picture or an answer that is no success, is rejected with its address. Of the fields of HTTP none is kept: they may hold
what logs somebody in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final
from urllib.parse import quote

from flows.ingest.contents import Contents, Records, Refused, look_at
from flows.ingest.decode import Undecodable
from flows.ingest.foreign import describe_magic
from flows.ingest.formats import html, pdf, text
from flows.ingest.formats.warc_entries import START, Damage, Entry, has_entry, split_entries
from flows.ingest.formats.warc_responses import LARGEST_BODY, Body, make_body, read_response
from flows.model import Claim, Record, Rejected
from flows.recognise.addresses import LONGEST_URL
from flows.recognise.credentials import hide_credentials

NAME: Final = "warc"
SUFFIXES: Final = (".warc", ".wet")
ADDRESS: Final = "WARC-Target-URI"

_PAGES: Final = frozenset(("text/html", "application/xhtml+xml"))
_TEXTS: Final = frozenset(("text/plain", "text/markdown"))
_OF_FETCHING: Final = frozenset(("warcinfo", "request", "metadata", "revisit"))
"""Types of entries that tell of the archive or of fetching."""
_ADDRESSES_OF_FETCHING: Final = ("dns:", "metadata:", "whois:")
"""How addresses of entries begin that do so."""
_FETCHED: Final = frozenset(("response", "resource", "conversion", "continuation"))
_NOT_OF_ADDRESSES: Final = re.compile(r"[\0-\x20\x7f-\x9f]")
_KEPT: Final = ("WARC-Date", "WARC-Record-ID", "WARC-Truncated")


def recognises(contents: Contents) -> bool:
    """Whether it begins as an archive does, or its suffix says so and an entry stands further on."""
    return START.match(contents.data) is not None or (contents.suffix in SUFFIXES and has_entry(contents.data))


def read_records(contents: Contents) -> Records:
    """The records, lazily, an entry at a time. Refused when none is a document."""
    records = _read_entries(contents.data)
    rejected: list[Rejected] = []
    for first in records:
        if isinstance(first, Record):
            return Records(chain(rejected, [first], records))
        rejected.append(first)
    if not rejected:
        raise Refused("empty", "a web archive in which no page was fetched")
    count = "its only entry is no document" if len(rejected) == 1 else f"none of its {len(rejected):,} is a document"
    raise Refused("unreadable", f"{count}; {rejected[0].reason}", rejected)


def _read_entries(data: bytes) -> Iterator[Record | Rejected]:
    for entry in split_entries(data):
        if isinstance(entry, Damage):
            yield Rejected(entry.number, entry.reason)
        elif not _tells_of_fetching(entry.fields):
            try:
                yield _read_entry(entry)
            except (Refused, Undecodable) as error:
                reason = error.reason if isinstance(error, Refused) else str(error)
                address = find_address(entry.fields)[:LONGEST_URL] or "of no address"
                yield Rejected(entry.number, f"{reason} ({address})")


def _tells_of_fetching(fields: Mapping[str, str]) -> bool:
    return _find_type(fields) in _OF_FETCHING or find_address(fields).lower().startswith(_ADDRESSES_OF_FETCHING)


def _find_type(fields: Mapping[str, str]) -> str:
    return fields.get("warc-type", "").lower()


def _read_entry(entry: Entry) -> Record:
    """The document that was fetched. Raises Refused or Undecodable."""
    address = find_address(entry.fields)
    if _find_type(entry.fields) not in _FETCHED:
        raise Refused("unsupported", f"nothing is known of the WARC-Type {_find_type(entry.fields)!r}")
    if "warc-segment-number" in entry.fields:
        raise Refused("unsupported", "it is stored in segments: put them together")
    if address.lower().startswith("urn:"):
        raise Refused("unsupported", "it was made beside the archive, not fetched from an address")
    body = _find_body(entry)
    if len(body.data) > LARGEST_BODY:
        raise Refused("too_large", f"it is of more than {LARGEST_BODY / 1e6:,.0f} MB")
    name, found = _read_body(body)
    [record] = found.records
    assert isinstance(record, Record)
    claims = (Claim("url", address, f"archive {ADDRESS}"),) if address else ()
    damage = "; ".join(each for each in (body.damage, found.reason) if each)
    told = {"damage": damage} | {field: entry.fields.get(field.lower()) for field in _KEPT}
    metadata = {field: value for field, value in told.items() if value} | (record.metadata or {})
    return replace(
        record,
        record=entry.number,
        claims=(*claims, *record.claims),
        metadata=metadata or None,
        format=name,
        encoding=found.encoding,
    )


def _find_body(entry: Entry) -> Body:
    content_type = entry.fields.get("content-type", "")
    is_http = content_type.lower().startswith("application/http")
    response = read_response(entry.block) if is_http or not content_type else None
    if isinstance(response, Body):
        return response
    if response is not None:
        raise Refused("unsupported", f"the answer was HTTP {response}")
    if is_http:
        raise Refused("unsupported", "it is no answer of HTTP")
    return make_body(entry.block, content_type)


def _read_body(body: Body) -> tuple[str, Records]:
    """The format, and the one document that was sent, of the type that it is told to be; of none, of its looks."""
    contents = look_at(body.data, "")
    if pdf.recognises(contents):
        return pdf.NAME, pdf.read_records(contents)
    is_page = body.type in _PAGES or (body.type is None and html.recognises(contents))
    if is_page or body.type in _TEXTS:
        if binary := describe_magic(body.data):
            raise Refused("unsupported", f"it is told to be {body.type}, but looks like {binary}")
        if is_page:
            return html.NAME, html.read_records(contents, body.codec)
        return text.NAME, text.read_records(contents, body.codec)
    raise Refused("unsupported", f"it is {body.type or 'of no type that is told'}, not a page, a PDF or plain text")


def find_address(fields: Mapping[str, str]) -> str:
    """The address that was asked for, without a password; some programs put it in angle brackets.

    What no address can have is written as browsers do: a blank as %20.
    """
    address = fields.get(ADDRESS.lower(), "").strip("<>")
    return hide_credentials(_NOT_OF_ADDRESSES.sub(lambda found: quote(found[0]), address), is_address=True)
