"""Compressed files, told by their magic bytes, are unpacked in memory up to a limit; damaged ones as far as they go."""

import gzip
import re
import zlib
from io import BytesIO
from typing import Any, Final

import pyarrow as pa

from flows.ingest.contents import Refused
from warehouse.words import count_of

GZIP: Final = b"\x1f\x8b\x08"
ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
SUFFIXES: Final = (".gz", ".zst")

_CHUNK = 1 << 20
_PIECE = 1 << 9  # bytes of a damaged file that are unpacked at once: of a piece with damage nothing is
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04]", re.DOTALL)
_MOST_DAMAGES = 100  # as often is a file begun anew, each time perhaps to its end


def unpack(raw: bytes, limit: int) -> bytes:
    """The bytes of a file as found, unpacked if they are gzip or Zstandard: at most `limit`. Raises Refused."""
    if raw.startswith(GZIP):
        data = _read_whole("gzip", gzip.GzipFile(fileobj=BytesIO(raw)), limit)
    elif raw.startswith(ZSTANDARD):
        data = _read_whole("Zstandard", pa.CompressedInputStream(pa.BufferReader(raw), "zstd"), limit)
    elif len(raw) > limit:
        raise _too_large(limit)
    else:
        return raw
    if data.startswith((GZIP, ZSTANDARD)):
        raise Refused("unsupported", "compressed twice: unpack it once and put the result in its place")
    return data


def salvage(raw: bytes, limit: int) -> bytes:
    """What is left of a damaged gzip file of any number of members: at most `limit`. Refused where it is more.

    Bytes that cannot be unpacked stand as they are, between line ends, up to the next member.
    """
    data = bytearray()
    start = place = damages = 0
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while place < len(raw):
        if unpacker.eof:
            start, unpacker = place, zlib.decompressobj(zlib.MAX_WBITS | 16)
        piece = raw[place : place + _PIECE]
        try:
            data += unpacker.decompress(piece)
            place += len(piece) - len(unpacker.unused_data)
        except zlib.error:
            damages += 1
            following = _MEMBER.search(raw, start + 1) if damages < _MOST_DAMAGES else None
            start = following.start() if following else len(raw)
            data += b"\n" + raw[place:start] + b"\n"
            place, unpacker = start, zlib.decompressobj(zlib.MAX_WBITS | 16)
        if len(data) > limit:
            raise _too_large(limit)
    return bytes(data)


def _too_large(limit: int) -> Refused:
    return Refused("too_large", f"more than {limit / 1e6:,.6g} MB unpacked: raise max_file_mb, or split the file")


def _read_whole(name: str, stream: Any, limit: int) -> bytes:
    data = bytearray()
    try:
        while chunk := stream.read1(_CHUNK):
            data += chunk
            if len(data) > limit:
                raise _too_large(limit)
    except (EOFError, OSError, zlib.error) as error:
        is_cut_off = isinstance(error, EOFError) or "Truncated" in str(error)
        damage = "ends too early, cut off" if is_cut_off else f"is damaged ({error})"
        raise Refused(
            "unreadable", f"{name} {damage} after {count_of(len(data), 'unpacked byte')}: fetch the file again"
        ) from error
    return bytes(data)
