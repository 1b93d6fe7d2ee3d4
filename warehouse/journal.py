"""The journals, `runs` and `checks`: rows of the warehouse's whole past, whatever became of the run; a file a run.

`compact_journals` gathers them into one file each. The files that it gathered go the next time, so that a reader who
has just listed them still finds them; until then their rows are there twice, and `connect` reads each once.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.model import Check, Run
from warehouse.land import draft_of
from warehouse.tables import arrow_schema, arrow_table

JOURNALS = ("runs", "checks")
GATHERED = "-gathered"


def record(warehouse: Path, run: Run, checks: Sequence[Check]) -> None:
    """Writes the run and what was checked into the journals."""
    record_checks(warehouse, run.run_id, checks)
    _write(warehouse / "tables" / "runs" / f"{run.run_id}.parquet", arrow_table("runs", [run]))


def record_checks(warehouse: Path, run_id: str, checks: Sequence[Check]) -> None:
    """Writes what a run has checked into its journal."""
    if checks:
        _write(warehouse / "tables" / "checks" / f"{run_id}.parquet", arrow_table("checks", checks))


def is_recorded(warehouse: Path, run_id: str) -> bool:
    """Whether the journal has the run: one that was killed is missing."""
    folder = warehouse / "tables" / "runs"
    return (folder / f"{run_id}.parquet").exists() or any(
        run_id in _read_run_ids(path) for path in folder.glob(f"*{GATHERED}.parquet")
    )


def list_journal(warehouse: Path, table: str) -> list[Path]:
    """The files of a journal, the oldest first."""
    return sorted((warehouse / "tables" / table).glob("*.parquet"))


def compact_journals(warehouse: Path) -> int:
    """Gathers each journal's files into one; how many were, or had been before and now go."""
    removed = 0
    for table in JOURNALS:
        files = list_journal(warehouse, table)
        gathered = {run_id for path in files if path.stem.endswith(GATHERED) for run_id in _read_run_ids(path)}
        stale = [path for path in files if path.stem in gathered]
        stale += [path for path in files if path.stem.endswith(GATHERED)][:-1]
        for path in stale:
            path.unlink()
        removed += len(stale)
        files = list_journal(warehouse, table)
        if len(files) < 2:
            continue
        parts = [arrow_schema(table).empty_table(), *(pq.ParquetFile(path).read() for path in files)]
        rows = pa.concat_tables(parts, promote_options="permissive")
        # Named by its last run, it stands among the others in the order in which columns were added.
        _write(files[-1].with_name(f"{files[-1].stem.removesuffix(GATHERED)}{GATHERED}.parquet"), rows)
    return removed


def scrub_checks(warehouse: Path, names: Sequence[str]) -> None:
    """Takes from the journal of checks the rows of documents, as far as they name one of these."""
    spelled = {*names, *(json.dumps(name)[1:-1] for name in names)}
    for path in (warehouse / "tables").glob("*/*.draft"):
        path.unlink()  # of a writer that died
    for path in list_journal(warehouse, "checks"):
        rows = pq.ParquetFile(path).read()
        details = rows["detail"].to_pylist()
        kept = [None if detail and any(name in detail for name in spelled) else detail for detail in details]
        if kept != details:
            place = rows.schema.get_field_index("detail")
            _write(path, rows.set_column(place, rows.schema.field(place), pa.array(kept, pa.string())))


def _read_run_ids(path: Path) -> list[str]:
    run_ids: list[str] = pq.ParquetFile(path).read(["run_id"])["run_id"].to_pylist()
    return run_ids


def _write(path: Path, rows: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(path) as draft:
        pq.write_table(rows, draft, compression="zstd")
