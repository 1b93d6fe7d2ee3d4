"""Checks: each file of checks/ selects the rows that break its claim, and any row fails the run."""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from flows.model import Check

CHECKS = Path(__file__).parent / "checks"


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    new_run_ids: Sequence[str],
    largest_removed_jump: float = 1.0,
    folder: Path = CHECKS,
) -> list[Check]:
    """One row a claim.

    A check may read the schema `before`, which holds the snapshot before, and the variables `run_id`, `new_run_ids`
    (the runs whose rows are new) and `largest_removed_jump`, the setting.
    """
    connection.execute("SET VARIABLE run_id = ?", [run_id])
    connection.execute("SET VARIABLE largest_removed_jump = ?", [largest_removed_jump])
    connection.execute("SET VARIABLE new_run_ids = ?", [list(new_run_ids)])
    return [_run_check(connection, path, run_id) for path in sorted(folder.glob("*.sql"))]


def _run_check(connection: duckdb.DuckDBPyConnection, path: Path, run_id: str) -> Check:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE broken AS {path.read_text()}")
    row = connection.execute("SELECT count(*), (SELECT to_json(broken) FROM broken LIMIT 1) FROM broken").fetchone()
    count, first = row if row is not None else (0, None)
    return Check(path.stem, count == 0, count, None if first is None else json.dumps(json.loads(first)), run_id)
