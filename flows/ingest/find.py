"""Finding: every file below a root, what is known of it without opening it, and what its folder says of it."""

import json
import os
import stat
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.ingest.objects import decode_utf8, parse_toml

NAME_KEYS = ("name", "publisher")
"""What source.toml calls the source by, the first that it has."""
SIDECAR_SUFFIX = ".meta.json"
FOLDER_FILE = "source.toml"
RACY_SECONDS = 2.0
"""A file that changed this shortly before it was listed may change again under the same times: it gets no stamp.
Two seconds is the coarsest time that a file system in use keeps (FAT)."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file below the root."""

    uri: str
    path: str
    bytes: int
    modified_at: datetime | None
    stamp: str | None
    """Size, times and identity of file and sidecar: while it is the same, so are the bytes. None for a fresh file."""
    folder: str
    """What source.toml says of it, as JSON."""
    sidecar: str | None = None
    """Path of its <name>.meta.json."""
    status: str | None = None
    """The status it has without being opened; None when it must be opened to tell."""
    reason: str | None = None


def find_files(root: Path, warehouse: Path | None = None) -> list[Found]:
    """Every file below the root, sorted by uri. OSError for a folder that cannot be listed: it may hold any."""
    if (problem := find_problem(root)) is not None:
        raise NotADirectoryError(problem)
    now = datetime.now(UTC).timestamp()
    return sorted(_walk(root.resolve(), warehouse, now), key=lambda found: found.uri)


def find_problem(root: Path) -> str | None:
    """Why there cannot be raw files below a root; None for a folder."""
    if root.is_dir():
        return None
    what = f"{root} is a file" if root.exists() else f"there is no folder {root}"
    return f"{what}: name the folder of your raw files, as in `corpus run FOLDER`"


def _walk(root: Path, warehouse: Path | None, now: float) -> Iterator[Found]:
    folders: list[tuple[Path, str, dict[str, Any]]] = [(root, "", {})]
    while folders:
        folder, below, inherited = folders.pop()
        try:
            entries = {entry.name: entry for entry in os.scandir(folder)}
        except FileNotFoundError:
            if folder == root:
                raise
            continue  # it went while its neighbours were listed
        told: dict[str, Any] = {}
        if (about := entries.get(FOLDER_FILE)) is not None:
            if (problem := _reason_to_refuse(root, about, entries)) is None and about.is_file():
                told, problem = _read_folder_file(Path(about.path))
            if problem or about.is_dir():
                yield _refuse(below, about, "unreadable", problem or "a folder where a file should stand")
        known = inherited | told
        known_json = json.dumps(known, sort_keys=True, ensure_ascii=False)
        for name, entry in entries.items():
            if name == FOLDER_FILE:
                continue
            problem = _reason_to_refuse(root, entry, entries)
            if warehouse is not None and entry.name == warehouse.name and Path(entry.path) == warehouse:
                problem = "the warehouse itself: better keep it out of the folder of raw files"
            if problem is not None:
                yield _refuse(below, entry, "unsupported", problem)
            elif entry.is_dir():
                folders.append((Path(entry.path), f"{below}{name}/", known))
            elif not name.endswith(SIDECAR_SUFFIX):
                sidecar = entries.get(name + SIDECAR_SUFFIX)
                if sidecar is not None and (_reason_to_refuse(root, sidecar, entries) or not sidecar.is_file()):
                    sidecar = None  # it has a row of its own
                with suppress(FileNotFoundError):  # it went while its neighbours were listed
                    yield _describe(below, entry, sidecar, known_json, now)


def _reason_to_refuse(root: Path, entry: os.DirEntry[str], siblings: Container[str]) -> str | None:
    """Why an entry is stated but not opened or entered; None for a file or folder to be read."""
    name = entry.name
    if name.startswith("."):
        return "hidden: rename it without the leading dot to have it read"
    if entry.is_symlink():
        if not os.path.realpath(entry.path).startswith(f"{root}{os.sep}"):
            return "a link out of the folder of raw files: copy what it names into the folder instead"
        if not Path(entry.path).exists():
            return "a link to nothing, or to itself"
        if entry.is_dir():
            return "a link to a folder that is read in its own place"
    if not entry.is_dir() and not entry.is_file():
        return "not a file but a socket, a pipe or a device"
    if name.endswith(SIDECAR_SUFFIX) and name.removesuffix(SIDECAR_SUFFIX) not in siblings:
        return f"a sidecar without its file {_spell(name.removesuffix(SIDECAR_SUFFIX))}"
    return None


def _describe(below: str, entry: os.DirEntry[str], sidecar: os.DirEntry[str] | None, folder: str, now: float) -> Found:
    status = entry.stat()
    statuses = [status] if sidecar is None else [status, sidecar.stat()]
    latest = max(each.st_ctime for each in statuses)  # unlike the time of modification, nobody can set it
    stamp = "|".join(f"{s.st_size}-{s.st_mtime_ns}-{s.st_ctime_ns}-{s.st_ino}" for s in statuses)
    return Found(
        uri=_spell(below + entry.name),
        path=entry.path,
        bytes=status.st_size,
        modified_at=read_time(status.st_mtime),
        stamp=stamp if latest < now - RACY_SECONDS else None,
        folder=folder,
        sidecar=sidecar.path if sidecar is not None else None,
    )


def _refuse(below: str, entry: os.DirEntry[str], status: str, reason: str) -> Found:
    details = entry.stat(follow_symlinks=False)
    size = details.st_size if stat.S_ISREG(details.st_mode) else 0
    return Found(_spell(below + entry.name), entry.path, size, None, None, "{}", status=status, reason=reason)


def read_time(seconds: float) -> datetime | None:
    """Seconds since 1970 as UTC; None for a time that no calendar holds, as some file systems keep."""
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def _spell(name: str) -> str:
    """A path with slashes, or a name, as text: bytes that are not UTF-8 stand as \\xNN."""
    # A name's own backslashes are doubled, or two names could be spelt the same.
    return name.replace("\\", "\\\\").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _read_folder_file(path: Path) -> tuple[dict[str, Any], str | None]:
    """What a source.toml says, and what is wrong with it."""
    try:
        told = parse_toml(decode_utf8(path.read_bytes()))
    except (OSError, ValueError) as error:
        return {}, f"{error}; the files beside it land without it"
    strange = [key for key in NAME_KEYS if not isinstance(told.get(key, ""), str)]
    known = {key: value for key, value in told.items() if key not in strange}
    return known, f"'{strange[0]}' is no text in quotes; the files beside it land without it" if strange else None
