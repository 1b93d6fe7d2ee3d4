"""What there is to do: a file with what the past knows of it is a work, and what one worker takes at a time a batch.

Of the stages these know nothing: a run that finds nothing new never loads readers, rules and machine code.
"""

import errno
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flows.ingest.find import Found
from flows.model import Forgotten
from warehouse.land import DataFile

FORGOTTEN = "forgotten"
"""The status of a file that was taken out for good, and how the reason begins of a record that was."""
PENDING = ""
"""The state of a file that the next run processes whatever it is like."""
LASTING = {
    *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG),
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS),
}
"""Errors of input and output that another try does not heal."""


@dataclass(frozen=True, slots=True)
class Work:
    """A file to be processed, and what the current snapshot knows of it."""

    found: Found
    known_state: str | None = None
    first_seen_run: str | None = None
    first_runs: dict[int, str] = field(default_factory=dict)
    """By record: the run in which a document of this file first came."""
    read_at: datetime | None = None
    """When its documents were read, where they are only derived again; the start of the run otherwise."""
    again: bool = False
    """Whether it is processed though it is as it was."""
    forgotten: tuple[Forgotten, ...] = ()
    """Of this file: what is left out for good."""
    verdict: tuple[str, str] | None = None
    """Status and reason of a file that is not to be read, since reading it killed a worker."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that one worker takes at a time. `folder` is where its parts go, relative to the warehouse."""

    warehouse: Path
    run_id: str
    recipe: str
    started_at: datetime
    templates: tuple[DataFile, ...] = ()
    """Of the table: what is cut as the sources' templates."""
    key: str = ""
    name: str = ""
    folder: str = ""
    works: tuple[Work, ...] = ()


def hash_state(found: Found, sha256: str | None, sidecar_sha256: str, recipe: str) -> str:
    """32 hexadecimal characters over all that decides a file's rows."""
    parts = (found.status, found.reason, sha256, sidecar_sha256, found.folder, recipe)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def may_pass(error: OSError) -> bool:
    """Whether another try may succeed: not when a file is gone or may not be read, or the disk is full."""
    return error.errno not in LASTING
