"""A run becomes the current snapshot, at once or not at all.

Publishing writes the manifest under a number that must not exist yet, so that of two writers one wins, and then swaps
`corpus.duckdb`, the catalog of views.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from flows.model import Check
from warehouse.connect import has_catalog, write_catalog
from warehouse.journal import is_recorded, record, record_checks
from warehouse.land import DataFile, make_durable
from warehouse.manifest import Manifest, manifest_path, read_manifest


class PublishConflictError(Exception):
    """Another writer published first."""


def publish(warehouse: Path, manifest: Manifest, checks: Sequence[Check]) -> Manifest:
    """Makes the manifest the current snapshot: its staged files move to `tables/`, readers see all of it or nothing.

    PublishConflictError when a snapshot of that number is there already.
    """
    record_checks(warehouse, manifest.run_id, checks)  # before all: what a run that dies has left of them is lost
    manifest, draft = _draft_manifest(warehouse, manifest)
    path = manifest_path(warehouse, manifest.snapshot_id)
    try:
        os.link(draft, path)
    except FileExistsError:
        raise PublishConflictError(f"snapshot {manifest.snapshot_id} was published by another run meanwhile") from None
    finally:
        draft.unlink()
    make_durable(path.parent)
    record(warehouse, manifest.run, ())
    write_catalog(warehouse, manifest.tables)
    return manifest


def replace_snapshot(warehouse: Path, manifest: Manifest) -> Manifest:
    """Puts the manifest in the place of the one of its number: what a snapshot held is no longer in it."""
    manifest, draft = _draft_manifest(warehouse, manifest)
    path = manifest_path(warehouse, manifest.snapshot_id)
    draft.replace(path)
    make_durable(path.parent)
    return manifest


def expire_snapshot(warehouse: Path, snapshot_id: int) -> None:
    """Takes a snapshot off the list; its files stay until nothing names them."""
    manifest_path(warehouse, snapshot_id).unlink()


def finish_publishing(warehouse: Path) -> None:
    """Does what a run that died right after its manifest was there had left: its row in the journal, the catalog."""
    manifest = read_manifest(warehouse)
    if manifest is None:
        return
    if not is_recorded(warehouse, manifest.run_id):
        record(warehouse, manifest.run, ())
    if not has_catalog(warehouse, manifest.tables):
        write_catalog(warehouse, manifest.tables)


def _draft_manifest(warehouse: Path, manifest: Manifest) -> tuple[Manifest, Path]:
    """The manifest with its staged files in their places, and the path where it waits for its name."""
    tables = {name: tuple(_settle(warehouse, name, file) for file in files) for name, files in manifest.tables.items()}
    manifest = replace(manifest, tables=tables)
    path = manifest_path(warehouse, manifest.snapshot_id)
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
