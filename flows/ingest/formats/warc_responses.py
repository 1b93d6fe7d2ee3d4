"""The answers that a web archive holds: status, type and body, as the server meant them."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from flows.ingest.contents import Refused
from flows.ingest.declared import find_codec
from flows.ingest.formats.warc_entries import LONGEST_FIELDS, parse_fields

LARGEST_BODY: Final = 1 << 26
"""Bytes of a page, unpacked: one that has more is no page, but may be made to fill the memory."""
_MOST_ENCODINGS: Final = 4
_CHUNK: Final = re.compile(rb"\s*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_STATUS: Final = re.compile(rb"(?i)HTTP/\d(?:\.\d)?[ \t]+(\d{3})[^\n]*\n")
_HEAD_END: Final = re.compile(rb"\n\r*\n")
_TYPE: Final = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_CHARSET: Final = re.compile(r"(?i);\s*charset\s*=\s*[\"']?([\w.:+-]+)")


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent: its bytes, unpacked, and its type, and Python's codec of it, as far as they are told."""

    data: bytes
    type: str | None
    codec: str | None


def read_response(block: bytes) -> Body | int | None:
    """The body of a response of HTTP; of one that is no success its status; None of what is no response.

    Refused where its fields do not end, or its body is packed and cut off.
    """
    status = _STATUS.match(block)
    if status is None:
        return None
    if status[1] != b"200":
        return int(status[1])
    end = _HEAD_END.search(block, status.end() - 1, status.end() + LONGEST_FIELDS)
    if end is None and len(block) > status.end() + LONGEST_FIELDS:
        raise Refused("unreadable", "the fields of the answer do not end")
    fields = parse_fields(block[status.end() : end.end() if end else None])
    data = block[end.end() :] if end else b""
    if "chunked" in fields.get("transfer-encoding", "").lower():
        data = join_chunks(data)
    return make_body(unpack_content(data, fields.get("content-encoding", "")), fields.get("content-type", ""))


def make_body(data: bytes, content_type: str) -> Body:
    """The bytes with what a Content-Type says of them."""
    named, charset = _TYPE.match(content_type), _CHARSET.search(content_type)
    return Body(data, named[1].lower() if named else None, find_codec(charset[1]) if charset else None)


def join_chunks(data: bytes) -> bytes:
    """A body that was sent in chunks (RFC 9112, section 7.1); itself, where it is not, or no longer, in chunks."""
    parts: list[bytes] = []
    place = 0
    while chunk := _CHUNK.match(data, place):
        size = int(chunk[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(data[chunk.end() : chunk.end() + size])
        place = chunk.end() + size
    return b"".join(parts) if place >= len(data) else data


def unpack_content(data: bytes, encoding: str) -> bytes:
    """A body unpacked, of LARGEST_BODY at most and a byte; itself, where it is not, or no longer, packed so.

    Refused where it is cut off, or told to be packed more often than anybody does.
    """
    names = encoding.lower().replace(" ", "").split(",")
    if len(names) > _MOST_ENCODINGS:
        raise Refused("unreadable", f"its body is packed {len(names):,} times, one in another")
    for name in reversed(names):
        unpack = _UNPACK.get(name)
        if unpack is not None:
            data = unpack(data)
    return data


def _inflate(data: bytes) -> bytes:
    """Of gzip, zlib, or, as some servers mean by deflate, neither. Refused where it is cut off.

    What is none of them stays: programs that archive leave the header of a body that they have unpacked.
    """
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        unpacker = zlib.decompressobj(window)
        try:
            unpacked = unpacker.decompress(data, LARGEST_BODY + 1)
        except zlib.error:
            continue
        if unpacker.eof or len(unpacked) > LARGEST_BODY:
            return unpacked
        if window > 0:
            raise _cut_off()
    return data


def _cut_off() -> Refused:
    return Refused("unreadable", "its packed body ends too early, cut off")


def _unpack_by(codec: str) -> Callable[[bytes], bytes]:
    def unpack(data: bytes) -> bytes:
        stream: Any = pa.CompressedInputStream(pa.BufferReader(data), codec)
        try:
            unpacked: bytes = stream.read(LARGEST_BODY + 1)
        except OSError as error:
            if "Truncated" in str(error):
                raise _cut_off() from error
            return data
        return unpacked

    return unpack


_UNPACK: Final[dict[str, Callable[[bytes], bytes]]] = {
    **dict.fromkeys(("gzip", "x-gzip", "deflate"), _inflate),
    "br": _unpack_by("brotli"),
    "zstd": _unpack_by("zstd"),
}
