"""The way through: the bytes of one file become records, or a status and a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from flows.ingest.contents import Contents, Refused, look_at
from flows.ingest.decode import Undecodable
from flows.ingest.foreign import describe_foreign, describe_magic
from flows.ingest.formats import FORMATS, Format, warc
from flows.ingest.unpack import GZIP, salvage, unpack
from flows.ingest.unpack import SUFFIXES as PACKED_SUFFIXES
from flows.model import Record, Rejected

SUPPORTED = ", ".join(module.NAME for module in FORMATS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one file gives.

    The status is settled: a file has landed if it gives at least one record. The records of JSON lines are read as they
    are taken, so that a large file is never in memory as objects.
    """

    format: str | None
    encoding: str | None
    status: str
    reason: str | None
    records: Iterable[Record | Rejected] = ()


def read(raw: bytes, name: str, max_bytes: int) -> Reading:
    """The records of a file.

    `raw` are its bytes as found, perhaps compressed; `name`, its file name, is a hint; `max_bytes` limits what it is
    unpacked.
    """
    chosen: Format | None = None
    damage: str | None = None
    try:
        data, damage = _unpack_or_salvage(raw, max_bytes)
        contents = look_at(data, _find_suffix(name))
        chosen = _choose_format(contents)
        found = chosen.read_records(contents)
    except Refused as refusal:
        reason = f"{damage}; {refusal.reason}" if damage else refusal.reason
        return Reading(chosen.NAME if chosen else None, None, refusal.status, reason, refusal.rejected)
    except Undecodable as error:
        return Reading(chosen.NAME if chosen else None, error.guess, "unreadable", str(error))
    return Reading(chosen.NAME, found.encoding, "landed", damage or found.reason, found.records)


def _unpack_or_salvage(raw: bytes, max_bytes: int) -> tuple[bytes, str | None]:
    """The bytes unpacked; of a damaged web archive, whose entries are packed each for itself, what is left, and why."""
    try:
        return unpack(raw, max_bytes), None
    except Refused as refusal:
        if refusal.status != "unreadable" or not raw.startswith(GZIP):
            raise
        data = salvage(raw, max_bytes)
        if not warc.recognises(look_at(data, "")):
            raise
        return data, refusal.reason


def _find_suffix(name: str) -> str:
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in PACKED_SUFFIXES else path.suffix


def _choose_format(contents: Contents) -> Format:
    """The first format that recognises the contents. Raises Refused."""
    if not contents.data or contents.data.isspace():
        raise Refused("empty", "it has no text: " + ("only white space" if contents.data else "it has no bytes"))
    binary = describe_magic(contents.data)
    if binary:
        raise Refused("unsupported", f"it looks like {binary}; supported are {SUPPORTED}")
    for module in FORMATS:
        if module.recognises(contents):
            return module
    raise Refused("unsupported", f"it looks like {describe_foreign(contents)}; supported are {SUPPORTED}")
