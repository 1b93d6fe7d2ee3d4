"""JSON lines: a line is a record; a bad line is rejected with its number, and the others land."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain
from typing import Any, Final, NoReturn

from flows.ingest.contents import Contents, Records, Refused, is_blank
from flows.ingest.decode import decode, sniff_unicode
from flows.ingest.formats import html
from flows.ingest.formats.fields import TEXT_NAMES, claims_of, fold_name
from flows.ingest.nesting import MOST_NESTED, is_nested_too_deep
from flows.ingest.numbers import parse_number
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
    return not line_end or _is_object(line)


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
    fields = parse_object(_decode_line(line))
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
            raise ValueError(f"the field '{name}' is a JSON {_type_name(fields[name])}, not a string")
    raise ValueError(f"no field 'text' among {', '.join(map(repr, list(fields)[:8])) or 'none'}")


def _read_content(text: str, name: str) -> Record:
    """The text as a record of its own: feeds have HTML in their fields. Raises ValueError where it shows nothing."""
    if not html.is_markup(text):
        return Record(0, text)
    try:
        return html.read_page(text)
    except Refused as error:
        raise ValueError(f"the field '{name}' is HTML that shows no text") from error


def parse_object(text: str) -> dict[str, Any]:
    """The fields of a JSON object; repeated ones are kept. Raises ValueError, which says what is wrong and where.

    Stricter than Python's own reader: NaN, infinities and halves of surrogate pairs are not JSON.
    """
    fields = _parse(text)
    if not isinstance(fields, dict):
        raise ValueError(f"a JSON {_type_name(fields)} where an object should stand")
    if text.count("[") + text.count("{") > MOST_NESTED and is_nested_too_deep(fields):
        raise ValueError("nested too deep")
    if "\\ud" in text.lower():
        _refuse_lone_surrogates(fields)
    return fields


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise ValueError(
            f"column {error.start + 1:,}: byte {byte:02x} is not UTF-8, which JSON is written in"
        ) from error


def _parse(line: str) -> Any:
    """The value of a line of JSON. Raises ValueError with the column."""
    try:
        return _DECODER.decode(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"column {error.colno:,}: not JSON ({error.msg})") from error
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parse(line), dict)
    except ValueError:
        return False


def _keep_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose repeated keys are kept: the last value under the key, the earlier ones under "<key> (1)", …"""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        earlier: dict[str, int] = {}
        last = {key: place for place, (key, _) in enumerate(pairs)}
        for place, (key, value) in enumerate(pairs):
            if place != last[key]:
                earlier[key] = earlier.get(key, 0) + 1
                fields[f"{key} ({earlier[key]})"] = value
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_lone_surrogates(fields: dict[str, Any]) -> None:
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        surrogate = ord(error.object[error.start])
        raise ValueError(f"half a surrogate pair (\\u{surrogate:04x}), which is no character") from error


def _type_name(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=parse_number, object_pairs_hook=_keep_pairs)
