"""A snapshot is the files that its manifest, `snapshots/<number>.json`, names; here it is read."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.model import Run
from warehouse.land import DataFile, SnapshotKey

LAYOUT = 1
"""Of the files of a warehouse: it rises when software of before could no longer read them."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is: for each table its files; the recipe and the run that made it, the snapshot before."""

    snapshot_id: int
    parent: int | None
    recipe: str
    run: Run
    tables: dict[str, tuple[DataFile, ...]] = field(default_factory=dict)
    layout: int = LAYOUT

    @property
    def run_id(self) -> str:
        """The run that made it."""
        return self.run.run_id

    @property
    def settings(self) -> dict[str, Any]:
        """Those of that run."""
        told: dict[str, Any] = json.loads(self.run.settings)
        return told


class OtherLayoutError(ValueError):
    """The warehouse is of another version of the software."""


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
        if manifest.run.ended_at.date() <= day:
            return manifest
    there = f"the oldest, {known[0]}, is of {manifest.run.ended_at:%Y-%m-%d}" if manifest else "there is none yet"
    raise LookupError(f"no snapshot in {warehouse} is as old as {day}: {there}")


def _read_manifest(warehouse: Path, snapshot_id: int, known: Sequence[int]) -> Manifest:
    if snapshot_id not in known:
        there = f"there are {known[0]} to {known[-1]}" if known[1:] else f"there is {known[0] if known else 'none yet'}"
        raise LookupError(f"no snapshot {snapshot_id} in {warehouse}: {there}")
    try:
        content = json.loads(manifest_path(warehouse, snapshot_id).read_text())
        if content.keys() - {each.name for each in fields(Manifest)} or content.get("layout", LAYOUT) != LAYOUT:
            raise OtherLayoutError(
                f"{warehouse} was made by another version of the software: use that one, or give another --warehouse, "
                "and `corpus run` makes it from the raw files"
            )
        tables = {name: tuple(DataFile(**file) for file in files) for name, files in content.pop("tables").items()}
        return Manifest(**{**content, "run": _read_run(content["run"]), "tables": tables})
    except OtherLayoutError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else error
        before = [number for number in known if number < snapshot_id]
        past = f"; `--snapshot {before[-1]}` reads the one before" if before else ""
        raise ValueError(
            f"the warehouse is damaged: the manifest of snapshot {snapshot_id} cannot be read ({reason}). Put it back "
            f"from a copy{past}"
        ) from error


def manifest_path(warehouse: Path, snapshot_id: int) -> Path:
    """Where a snapshot's manifest is."""
    return warehouse / "snapshots" / f"{snapshot_id:06}.json"


def _read_run(told: dict[str, Any]) -> Run:
    """The run that made a snapshot; a column that was added since is NULL, as in the tables."""
    if "seeds" not in json.loads(told["settings"]):
        raise ValueError("its settings lack 'seeds'")
    columns: dict[str, Any] = {each.name: told.get(each.name) for each in fields(Run)}
    times = {name: datetime.fromisoformat(told[name]) for name in ("started_at", "ended_at")}
    return Run(**(columns | times))
