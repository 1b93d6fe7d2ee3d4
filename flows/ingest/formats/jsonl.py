"""JSON lines: a line is a record; a bad line is rejected with its number, and the others land."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain
from typing import Final

from flows.ingest.contents import Contents, Records, Refused, is_blank
from flows.ingest.decode import decode, sniff_unicode
from flows.ingest.formats import html
from flows.ingest.formats.fields import TEXT_NAMES, claims_of, fold_name
from flows.ingest.objects import is_object, name_type, parse_object
from flows.model import Record, Rejected

NAME: Final = "jsonl"
SUFFIXES: Final = (".jsonl", ".ndjson", ".jl")


def recognises(contents: Contents) -> bool:
    """Whether the suffix says so, or the first line is a JSON object, whole or cut off by the end of the head."""
    if contents.suffix in SUFFIXES:
        return True
    line, line_end, _ = contents.head.partition("\n")
    if not line.startswith("{") or not line[1:].lstrip().startswith('"'):
        return False
    return not line_end or is_object(line)


def read_records(contents: Contents) -> Records:
    """The records, lazily, a line at a time. Refused when no line is a record."""
    encoding, data = "utf-8", contents.data
    marked = sniff_unicode(data)
    if marked:
        decoded = decode(data)
        encoding, data = decoded.encoding, decoded.text.encode("utf-8", "surrogatepass")
    records = _read_lines(data)
    rejected: list[Rejected] = []
    for first in records:
        if isinstance(first, Record):
            return Records(chain(rejected, [first], records), encoding)
        rejected.append(first)
    if not rejected:
        raise Refused("empty", "it has no line but blank ones")
    first_reason = rejected[0].reason
    count = "its only line is no record" if len(rejected) == 1 else f"none of its {len(rejected):,} lines is a record"
    raise Refused("unreadable", f"{count}; {first_reason}", rejected)


def _read_lines(data: bytes) -> Iterator[Record | Rejected]:
    """Records are numbered by the lines that are not blank, from 0; reasons name the line of the file, from 1."""
    record = 0
    for number, line in enumerate(BytesIO(data), start=1):
        if line.isspace():
            continue
        try:
            yield _read_record(line, record)
        except ValueError as error:
            yield Rejected(record, f"line {number:,}: {error}")
        record += 1


def _read_record(line: bytes, record: int) -> Record:
    """Raises ValueError that says what is wrong with the line."""
    fields = parse_object(line.rstrip(b"\r\n"))
    names = {fold_name(name): name for name in reversed(fields)}
    for wanted in TEXT_NAMES:
        name = names.get(wanted)
        if name is not None and isinstance(fields[name], str):
            text = fields.pop(name)
            if is_blank(text):
                raise ValueError(f"the field '{name}' is empty")
            claims, metadata = claims_of(fields, "field")
            content = _read_content(text, name)
            page = {f"page {key}" if key in metadata else key: told for key, told in (content.metadata or {}).items()}
            return replace(content, record=record, claims=(*claims, *content.claims), metadata=page | metadata or None)
    for wanted in TEXT_NAMES:
        if wanted in names:
            name = names[wanted]
            raise ValueError(f"the field '{name}' is a JSON {name_type(fields[name])}, not a string")
    raise ValueError(f"no field 'text' among {', '.join(map(repr, list(fields)[:8])) or 'none'}")


def _read_content(text: str, name: str) -> Record:
    """The text as a record of its own: feeds have HTML in their fields. Raises ValueError where it shows nothing."""
    if not html.is_markup(text):
        return Record(0, text)
    try:
        return html.read_page(text)
    except Refused as error:
        raise ValueError(f"the field '{name}' is HTML that shows no text") from error
