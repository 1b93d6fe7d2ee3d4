"""Compressed files, told by their magic bytes, are unpacked in memory up to a limit."""

import gzip
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
