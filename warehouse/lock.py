"""One writer at a time: the lock goes with the process that holds it, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WHOLE_SNAPSHOTS = "verifying or tidying"
"""What needs every file of every snapshot, and what takes such away: one of them at a time, beside runs."""


class WarehouseBusyError(OSError):
    """Another process holds the warehouse."""


@contextmanager
def hold_lock(warehouse: Path, doing: str = "writing to") -> Iterator[None]:
    """Holds the warehouse while doing one thing: WarehouseBusyError when another process is doing it."""
    busy = WarehouseBusyError(f"another process is {doing} {warehouse}: wait for it to end")
    with hold_file(warehouse / "staging" / f"{doing.split()[0]}.lock", busy):
        yield


@contextmanager
def hold_file(path: Path, busy: OSError) -> Iterator[None]:
    """Holds a file, which is made with its folders where it is not there: raises `busy` when another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        yield
