"""A run becomes the current snapshot, at once or not at all.

A snapshot is the files that its manifest, `snapshots/<number>.json`, names. Publishing writes the manifest under a
number that must not exist yet, so that of two writers one wins, and then swaps `corpus.duckdb`, the catalog of views.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.model import Check, Run
from warehouse.connect import has_catalog, write_catalog
from warehouse.journal import is_recorded, record, record_checks
from warehouse.land import DataFile, SnapshotKey, make_durable

LAYOUT = 1
"""Of the files of a warehouse: it rises when software of before could no longer read them."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is: for each table its files; the recipe and the run that made it, the snapshot before."""

    snapshot_id: int
    parent: int | None
    recipe: str
    run: dict[str, Any]
    tables: dict[str, tuple[DataFile, ...]] = field(default_factory=dict)
    layout: int = LAYOUT

    @property
    def run_id(self) -> str:
        """The run that made it."""
        return str(self.run["run_id"])


class OtherLayoutError(ValueError):
    """The warehouse is of another version of the software."""


class PublishConflictError(Exception):
    """Another writer published first."""


def list_snapshots(warehouse: Path) -> list[int]:
    """The numbers of the snapshots, in order of time; those that expired were the oldest."""
    folder = warehouse / "snapshots"
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(int(name[:-5]) for name in names if re.fullmatch(r"\d{6,}\.json", name))


def read_manifest(warehouse: Path, snapshot: SnapshotKey | None = None) -> Manifest | None:
    """A snapshot's manifest, the newest unless another is asked for; None before the first.

    LookupError for a number that is not there or a day before the first, ValueError for a damaged manifest.
    """
    known = list_snapshots(warehouse)
    if snapshot is None:
        return _read_manifest(warehouse, known[-1], known) if known else None
    if isinstance(snapshot, date):
        return _read_manifest_of_day(warehouse, snapshot, known)
    return _read_manifest(warehouse, snapshot, known)


def _read_manifest_of_day(warehouse: Path, day: date, known: Sequence[int]) -> Manifest:
    manifest = None
    for number in reversed(known):
        manifest = _read_manifest(warehouse, number, known)
        if datetime.fromisoformat(manifest.run["ended_at"]).date() <= day:
            return manifest
    there = f"the oldest, {known[0]}, is of {manifest.run['ended_at'][:10]}" if manifest else "there is none yet"
    raise LookupError(f"no snapshot in {warehouse} is as old as {day}: {there}")


def _read_manifest(warehouse: Path, snapshot_id: int, known: Sequence[int]) -> Manifest:
    if snapshot_id not in known:
        there = f"there are {known[0]} to {known[-1]}" if known else "there is none yet"
        raise LookupError(f"no snapshot {snapshot_id} in {warehouse}: {there}")
    try:
        content = json.loads(_manifest_path(warehouse, snapshot_id).read_text())
        if content.keys() - {each.name for each in fields(Manifest)} or content.get("layout", LAYOUT) != LAYOUT:
            raise OtherLayoutError(
                f"{warehouse} was made by another version of the software: use that one, or give another --warehouse, "
                "and `corpus run` makes it from the raw files"
            )
        tables = {name: tuple(DataFile(**file) for file in files) for name, files in content.pop("tables").items()}
        return Manifest(**content, tables=tables)
    except OtherLayoutError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        before = [number for number in known if number < snapshot_id]
        past = f"; `--snapshot {before[-1]}` reads the one before" if before else ""
        raise ValueError(
            f"the warehouse is damaged: the manifest of snapshot {snapshot_id} cannot be read ({error}). Put it back "
            f"from a copy{past}"
        ) from error


def publish(warehouse: Path, manifest: Manifest, run: Run, checks: Sequence[Check]) -> Manifest:
    """Makes the manifest the current snapshot: its staged files move to `tables/`, readers see all of it or nothing.

    PublishConflictError when a snapshot of that number is there already.
    """
    record_checks(warehouse, run.run_id, checks)  # before all: what a run that dies has left of them is lost
    manifest, draft = _draft_manifest(warehouse, manifest)
    path = _manifest_path(warehouse, manifest.snapshot_id)
    try:
        os.link(draft, path)
    except FileExistsError:
        raise PublishConflictError(f"snapshot {manifest.snapshot_id} was published by another run meanwhile") from None
    finally:
        draft.unlink()
    make_durable(path.parent)
    record(warehouse, run, ())
    write_catalog(warehouse, manifest.tables)
    return manifest


def replace_snapshot(warehouse: Path, manifest: Manifest) -> Manifest:
    """Puts the manifest in the place of the one of its number: what a snapshot held is no longer in it."""
    manifest, draft = _draft_manifest(warehouse, manifest)
    path = _manifest_path(warehouse, manifest.snapshot_id)
    draft.replace(path)
    make_durable(path.parent)
    return manifest


def expire_snapshot(warehouse: Path, snapshot_id: int) -> None:
    """Takes a snapshot off the list; its files stay until nothing names them."""
    _manifest_path(warehouse, snapshot_id).unlink()


def finish_publishing(warehouse: Path) -> None:
    """Does what a run that died right after its manifest was there had left: its row in the journal, the catalog."""
    manifest = read_manifest(warehouse)
    if manifest is None:
        return
    if not is_recorded(warehouse, manifest.run_id):
        times = {name: datetime.fromisoformat(manifest.run[name]) for name in ("started_at", "ended_at")}
        record(warehouse, Run(**{**manifest.run, **times}), ())
    if not has_catalog(warehouse, manifest.tables):
        write_catalog(warehouse, manifest.tables)


def _manifest_path(warehouse: Path, snapshot_id: int) -> Path:
    return warehouse / "snapshots" / f"{snapshot_id:06}.json"


def _draft_manifest(warehouse: Path, manifest: Manifest) -> tuple[Manifest, Path]:
    """The manifest with its staged files in their places, and the path where it waits for its name."""
    tables = {name: tuple(_settle(warehouse, name, file) for file in files) for name, files in manifest.tables.items()}
    manifest = replace(manifest, tables=tables)
    path = _manifest_path(warehouse, manifest.snapshot_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".draft-{os.getpid()}")
    draft.write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False, default=datetime.isoformat) + "\n")
    make_durable(draft)
    return manifest, draft


def _settle(warehouse: Path, table: str, file: DataFile) -> DataFile:
    """Gives a staged file its place among the table's; one that is there already stays."""
    if not file.path.startswith("staging/"):
        return file
    settled = f"tables/{table}/{Path(file.path).name}"
    (warehouse / settled).parent.mkdir(parents=True, exist_ok=True)
    if not (warehouse / settled).exists():
        os.link(warehouse / file.path, warehouse / settled)
        make_durable((warehouse / settled).parent)
    return replace(file, path=settled)
