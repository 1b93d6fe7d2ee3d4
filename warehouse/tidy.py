"""Tidying: snapshots past their time go, and files that none needs; small files are compacted.

What a reader has open stays readable for as long as its snapshot is kept.
"""

import itertools
import json
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.model import JSON, Run
from warehouse.journal import JOURNALS, compact_journals
from warehouse.land import DataFile, gather_small, name_run
from warehouse.lock import WHOLE_SNAPSHOTS, hold_lock
from warehouse.manifest import Manifest, list_snapshots, read_manifest
from warehouse.publish import expire_snapshot, finish_publishing, publish
from warehouse.words import count_of

KEEP_DAYS = 7
"""As Delta Lake's default: a reader that is older than this has long ended."""
KEEP_SNAPSHOTS = 10
SMALL_BYTES = 8 << 20
"""A change rewrites the files that it touches, so they must not be large; a scan opens them all, so not be many."""
MANY_FILES = 8
"""Fewer small files than this are left alone: each compaction is a snapshot."""
DRAFTS = ("*.draft", "*.draft-*", "snapshots/*.draft-*", "tables/*/*.draft")
ABANDONED_SECONDS = 86_400.0
"""A draft that is older than a day is of a process that died."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What tidying did."""

    compacted: int = 0
    """Small files that were gathered into larger ones."""
    snapshot_id: int | None = None
    """The snapshot that has the larger ones."""
    expired: int = 0
    """Snapshots that can no longer be queried."""
    removed: int = 0
    """Files that no snapshot needs, and that are gone."""
    bytes: int = 0
    """Their size."""

    def __str__(self) -> str:
        compacted = f"{count_of(self.compacted, 'small file')} compacted"
        if self.snapshot_id is not None:
            compacted += f" into snapshot {self.snapshot_id}"
        removed = f"{count_of(self.removed, 'file')} removed ({self.bytes / 1e6:,.1f} MB)"
        return f"{compacted}; {count_of(self.expired, 'snapshot')} expired; {removed}"


def tidy_warehouse(warehouse: Path, keep_days: float = KEEP_DAYS, keep_snapshots: int = KEEP_SNAPSHOTS) -> Tidied:
    """Compacts small files, and expires the snapshots that are not among the newest and were current so long ago.

    LookupError where nothing has landed; WarehouseBusyError while a run writes, or what is there is verified.
    """
    if not list_snapshots(warehouse):
        raise LookupError(f"nothing has landed in {warehouse} yet: there is nothing to tidy")
    with hold_lock(warehouse), hold_lock(warehouse, WHOLE_SNAPSHOTS):
        finish_publishing(warehouse)
        compacted, snapshot_id = _compact(warehouse)
        compact_journals(warehouse)
        expired = _expire(warehouse, timedelta(days=keep_days), max(1, keep_snapshots))
        removed, size = remove_unneeded(warehouse)
        _remove_drafts(warehouse)
    return Tidied(compacted, snapshot_id, expired, removed, size)


def remove_unneeded(warehouse: Path) -> tuple[int, int]:
    """Removes the files of tables that no snapshot names; how many, and their bytes. The caller holds the lock."""
    manifests = [read_manifest(warehouse, number) for number in list_snapshots(warehouse)]
    needed = {file.path for each in manifests if each for files in each.tables.values() for file in files}
    removed = size = 0
    for path in (warehouse / "tables").glob("*/*.parquet"):
        if path.parent.name not in JOURNALS and str(path.relative_to(warehouse)) not in needed:
            size += path.stat().st_size
            path.unlink()
            removed += 1
    return removed, size


def _compact(warehouse: Path) -> tuple[int, int | None]:
    """Gathers the small files of the newest snapshot, as a snapshot of its own; how many, and its number."""
    before = read_manifest(warehouse)
    assert before is not None
    started_at = datetime.now(UTC).replace(tzinfo=None)
    start = time.perf_counter()
    run_id = name_run(started_at)
    folder = f"staging/{run_id}"
    tables: dict[str, tuple[DataFile, ...]] = {}
    compacted = 0
    for table, files in before.tables.items():
        tables[table] = files
        if sum(file.bytes < SMALL_BYTES for file in files) >= MANY_FILES:
            tables[table] = gather_small(warehouse, folder, table, files, SMALL_BYTES)
            compacted += len(set(files) - set(tables[table]))
    if not compacted:
        return 0, None
    counts = json.loads(before.run.counts)
    run = Run(
        run_id=run_id,
        snapshot_id=before.snapshot_id + 1,
        started_at=started_at,
        ended_at=datetime.now(UTC).replace(tzinfo=None),
        outcome="tidied",
        reason=None,
        recipe=before.recipe,
        settings=before.run.settings,
        counts=JSON(json.dumps({name: counts[name] for name in ("corpus", "copies") if name in counts})),
        seconds=JSON(json.dumps({"compact": round(time.perf_counter() - start, 3)})),
    )
    manifest = Manifest(before.snapshot_id + 1, before.snapshot_id, before.recipe, run, tables)
    publish(warehouse, manifest, ())
    shutil.rmtree(warehouse / folder)
    return compacted, manifest.snapshot_id


def _expire(warehouse: Path, age: timedelta, keep_snapshots: int) -> int:
    oldest = datetime.now(UTC).replace(tzinfo=None) - age
    expired = 0
    numbers = list_snapshots(warehouse)
    for number, following in list(itertools.pairwise(numbers))[: max(0, len(numbers) - keep_snapshots)]:
        manifest = read_manifest(warehouse, following)  # until then readers opened the one before
        if manifest is not None and manifest.run.ended_at < oldest:
            expire_snapshot(warehouse, number)
            expired += 1
    return expired


def _remove_drafts(warehouse: Path) -> None:
    """Removes what writers that died have left half written."""
    for path in (path for pattern in DRAFTS for path in warehouse.glob(pattern)):
        if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
            path.unlink()
