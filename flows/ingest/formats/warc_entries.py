"""The entries of a web archive (WARC 0.17 to 1.1, ISO 28500), split where their lengths say: no byte is passed over.

warcio 1.8.1 and FastWARC 2.0.1 end silently at an entry that is cut off, and FastWARC at one whose payload is damaged:
what follows is lost unseen. Here each damage is told with its place, and reading goes on at the next entry.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

# Any number of entries may have lengths that end at one place: what is looked for there is bounded.
_LINE: Final = rb"WARC/\d\.\d{1,2}[ \t]{0,8}\r{0,2}\n"
START: Final = re.compile(_LINE)
"""The line that begins an entry."""
_NEXT: Final = re.compile(rb"(?<=\n)" + _LINE)
_BLANK: Final = re.compile(rb"\s*")
_END: Final = re.compile(rb"\r?\n\r?\n|\s{0,8}(?:\Z|" + _LINE + rb")")
"""What stands behind a block."""
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_FIELDS_END: Final = re.compile(rb"\n(?:(\r*\n)|WARC/\d)")
"""A blank line; or what is none of the fields, so that they have no end."""
_MOST_BLANK: Final = 4
"""Bytes behind a block that some programs count as its own."""
LONGEST_FIELDS: Final = 1 << 16
"""Bytes of the fields of an entry or a response: where they do not end by then, they are none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its number in the archive, from 0, its fields by their names in small letters, and its block."""

    number: int
    fields: Mapping[str, str]
    block: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """An entry, or what stands in the place of one, that cannot be read; and why."""

    number: int
    reason: str


def split_entries(data: bytes) -> Iterator[Entry | Damage]:
    """The entries of an archive in their order. What stands between two of them counts as one."""
    number = place = 0
    while (place := _skip_blank(data, place)) < len(data):
        start = START.match(data, place)
        if start is None:
            yield Damage(number, f"no entry of a web archive begins at byte {place:,}")
            place = _find_next(data, place)
        else:
            entry, place = _read_entry(data, start, number)
            yield entry
        number += 1


def has_entry(data: bytes) -> bool:
    """Whether a line behind another begins an entry."""
    return _NEXT.search(data) is not None


def parse_fields(head: bytes) -> dict[str, str]:
    """The fields of a head, as of an entry or of a response; of those that are there twice the first."""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")  # as HTTP had it once
    text = text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ")  # one line each
    pairs = (line.partition(":") for line in reversed(text.split("\n")))
    return {name.strip().lower(): " ".join(value.split()) for name, colon, value in pairs if colon}


def _read_entry(data: bytes, start: re.Match[bytes], number: int) -> tuple[Entry | Damage, int]:
    """The entry that starts there, and where the next one may.

    That is behind its length, if what ends an entry stands there, another entry, or nothing. Otherwise the length is
    wrong, and the next one is looked for from the entry's own beginning on: a few bytes from there it ends.
    """
    name = f"the entry at byte {start.start():,}"
    end = _FIELDS_END.search(data, start.end() - 1, start.end() + LONGEST_FIELDS)
    if end is None or end[1] is None:
        return Damage(number, f"the fields of {name} do not end"), _find_next(data, start.end())
    fields = parse_fields(data[start.end() : end.end()])
    length = fields.get("content-length", "")
    if not _LENGTH.fullmatch(length):
        return Damage(number, f"{name} has no Content-Length"), _find_next(data, start.end())
    stop = end.end() + int(length)
    if stop <= len(data) and _END.match(data, stop):
        return Entry(number, fields, data[end.end() : stop]), stop
    following = _find_next(data, start.end())
    if following <= stop <= following + _MOST_BLANK:
        return Entry(number, fields, data[end.end() : following].rstrip(b"\r\n")), following
    if stop > len(data) and following == len(data):
        there = f"{len(data) - end.end():,} of {int(length):,} bytes"
        return Damage(number, f"the archive ends within {name}, after {there}: fetch it again"), following
    return Damage(number, f"the Content-Length of {name} is wrong: it does not end at byte {stop:,}"), following


def _find_next(data: bytes, place: int) -> int:
    """Where the next line stands that begins an entry; the end of the archive where there is none."""
    following = _NEXT.search(data, place)
    return following.start() if following else len(data)


def _skip_blank(data: bytes, place: int) -> int:
    blank = _BLANK.match(data, place)
    return blank.end() if blank else len(data)
