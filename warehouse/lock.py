"""One writer at a time: the lock goes with the process that holds it, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WarehouseBusyError(OSError):
    """Another process holds the warehouse."""


@contextmanager
def hold_lock(warehouse: Path, name: str = "lock") -> Iterator[None]:
    """Holds the warehouse, or what a lock of another name stands for: WarehouseBusyError when another process does."""
    (warehouse / "staging").mkdir(parents=True, exist_ok=True)
    with (warehouse / "staging" / name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseBusyError(f"another run is writing to {warehouse}: wait for it to end") from None
        yield
