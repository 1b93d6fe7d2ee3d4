"""The answers that a web archive holds: status, type and body, as the server meant them."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa

from flows.ingest.contents import Refused
from flows.ingest.declared import find_codec
from flows.ingest.formats.warc_entries import LONGEST_FIELDS, parse_fields
from flows.ingest.unpack import GZIP

LARGEST_BODY: Final = 1 << 26
"""Bytes of a page, unpacked: one that has more is no page, but may be made to fill the memory."""
_MOST_TIMES: Final = 200
"""How many times its size a body unpacks to at most: pages do to some ten, what is made to take time to a million."""
_LITTLE: Final = 1 << 16
"""Bytes that any body may unpack to."""
_MOST_ENCODINGS: Final = 4
_PIECE: Final = 1 << 12
"""Bytes that are unpacked at once: what a member leaves of them is read again."""
_CHUNK: Final = re.compile(rb"\s*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_STATUS: Final = re.compile(rb"(?i)HTTP/\d(?:\.\d)?[ \t]+(\d{3})[^\n]*\n")
_HEAD_END: Final = re.compile(rb"\n\r*\n")
_WITH_PAGE: Final = (b"200", b"203")
"""Statuses of an answer that is the whole page: 203 is 200 by way of a proxy, 206 is a part of it."""
_TYPE: Final = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_CHARSET: Final = re.compile(r"(?i);\s*charset\s*=\s*[\"']?([\w.:+-]+)")


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent: its bytes, unpacked, its type and Python's codec of it, as far as they are told; what it lacks."""

    data: bytes
    type: str | None
    codec: str | None
    damage: str | None = None


def read_response(block: bytes) -> Body | int | None:
    """The body of a response of HTTP; of one that is no success its status; None of what is no response.

    Refused where its fields do not end, or its body is packed and damaged.
    """
    status = _STATUS.match(block)
    if status is None:
        return None
    if status[1] not in _WITH_PAGE:
        return int(status[1])
    end = _HEAD_END.search(block, status.end() - 1, status.end() + LONGEST_FIELDS)
    if end is None and len(block) > status.end() + LONGEST_FIELDS:
        raise Refused("unreadable", "the fields of the answer do not end")
    fields = parse_fields(block[status.end() : end.end() if end else None])
    data = block[end.end() :] if end else b""
    length = fields.get("content-length", "")
    lacking = 0
    if "chunked" in fields.get("transfer-encoding", "").lower():
        data, lacking = join_chunks(data)
    elif "content-encoding" not in fields and _LENGTH.fullmatch(length):  # of what was packed, it may be unpacked
        lacking = max(0, int(length) - len(data))
    body = make_body(unpack_content(data, fields.get("content-encoding", "")), fields.get("content-type", ""))
    return replace(body, damage=f"the answer is cut off: {lacking:,} bytes of it are not there") if lacking else body


def make_body(data: bytes, content_type: str) -> Body:
    """The bytes with what a Content-Type says of them."""
    named, charset = _TYPE.match(content_type), _CHARSET.search(content_type)
    return Body(data, named[1].lower() if named else None, find_codec(charset[1]) if charset else None)


def join_chunks(data: bytes) -> tuple[bytes, int]:
    """A body that was sent in chunks (RFC 9112, section 7.1), and how many bytes its last chunk lacks.

    Itself, where it is not, or no longer, in chunks.
    """
    parts: list[bytes] = []
    place = 0
    while chunk := _CHUNK.match(data, place):
        size = int(chunk[1], 16)
        if size == 0:
            return b"".join(parts), 0
        parts.append(data[chunk.end() : chunk.end() + size])
        place = chunk.end() + size
    return (b"".join(parts), place - len(data)) if place >= len(data) else (data, 0)


def unpack_content(data: bytes, encoding: str) -> bytes:
    """A body unpacked; itself, where it is not, or no longer, packed so.

    Refused where it is damaged, unpacks to more than any page does, or is told to be packed more often.
    """
    names = encoding.lower().replace(" ", "").split(",")
    if len(names) > _MOST_ENCODINGS:
        raise Refused("unreadable", f"its body is packed {len(names):,} times, one in another")
    packed, limit = len(data), min(LARGEST_BODY, max(_LITTLE, _MOST_TIMES * len(data)))
    for name in reversed(names):
        if data and (unpack := _UNPACK.get(name)) is not None:
            data = unpack(data, limit)
            if len(data) > limit:
                raise Refused("too_large", f"its {packed:,} bytes unpack to more than {limit:,}: no page does")
    return data


def _inflate(data: bytes, limit: int) -> bytes:
    """At most `limit` bytes and one, of gzip, zlib, or, as some servers mean by deflate, neither.

    Refused where it is damaged or cut off.
    What is none of them stays: programs that archive leave the header of a body that they have unpacked.
    """
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            unpacked, ends = _inflate_members(data, window, limit)
        except zlib.error as error:
            if data.startswith(GZIP):
                raise Refused("unreadable", f"its packed body is damaged ({error})") from error
            continue
        if ends or len(unpacked) > limit:
            return unpacked
        if window > 0:
            raise _cut_off()
    return data


def _inflate_members(data: bytes, window: int, limit: int) -> tuple[bytes, bool]:
    """What the members give that make up a body, and whether the last one ends; zlib.error where one is none."""
    unpacked = bytearray()
    place, unpacker = 0, zlib.decompressobj(window)
    while place < len(data) and len(unpacked) <= limit:
        if unpacker.eof:
            if not data.startswith(GZIP, place):
                break
            unpacker = zlib.decompressobj(window)
        piece = data[place : place + _PIECE]
        unpacked += unpacker.decompress(piece)
        place += len(piece) - len(unpacker.unused_data)
    return bytes(unpacked[: limit + 1]), unpacker.eof


def _cut_off() -> Refused:
    return Refused("unreadable", "its packed body ends too early, cut off")


def _unpack_by(codec: str) -> Callable[[bytes, int], bytes]:
    def unpack(data: bytes, limit: int) -> bytes:
        stream: Any = pa.CompressedInputStream(pa.BufferReader(data), codec)
        try:
            unpacked: bytes = stream.read(limit + 1)
        except OSError as error:
            if "Truncated" in str(error):
                raise _cut_off() from error
            return data
        return unpacked

    return unpack


_UNPACK: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    **dict.fromkeys(("gzip", "x-gzip", "deflate"), _inflate),
    "br": _unpack_by("brotli"),
    "zstd": _unpack_by("zstd"),
}
