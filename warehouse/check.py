"""Checks: each file of checks/ selects the rows that break its claim.

Its name is the claim. It begins with a comment: `-- fail: …` where a row must not be published, `-- warn: …` where
someone should look; then what the claim means, and what to do when it does not hold.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from flows.model import Check
from warehouse.connect import quote

CHECKS = Path(__file__).parent / "checks"
FIRST_ROWS = 5
"""Rows that `detail` shows of those that break a claim, and elements of their lists."""
LONGEST_TEXT = 200
"""Characters that it shows of a text."""


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    new_run_ids: Sequence[str],
    largest_removed_jump: float = 1.0,
    folder: Path = CHECKS,
) -> list[Check]:
    """One row a claim.

    A check may read the schema `before`, which holds the snapshot before, ask with `is_new(run_id)` whether a row is of
    the runs whose rows are new, and read the variables `run_id` and `largest_removed_jump`, the setting.
    """
    connection.execute("SET VARIABLE run_id = ?", [run_id])
    connection.execute("SET VARIABLE largest_removed_jump = ?", [largest_removed_jump])
    tell_new(connection, new_run_ids)
    return [_run_check(connection, path, run_id) for path in sorted(folder.glob("*.sql"))]


def tell_new(connection: duckdb.DuckDBPyConnection, run_ids: Sequence[str]) -> None:
    """Gives a connection the macro `is_new(run_id)`: whether it is one of these.

    By their range, too, by which DuckDB passes over row groups of earlier runs: to look for new documents without text
    it takes a fifth of the time.
    """
    told = "[" + ", ".join(map(quote, run_ids)) + "]::VARCHAR[]"
    connection.execute(
        f"CREATE OR REPLACE TEMP MACRO is_new(run_id) AS "
        f"run_id BETWEEN list_min({told}) AND list_max({told}) AND list_contains({told}, run_id)"
    )


def read_claim(path: Path) -> tuple[str, str]:
    """A check's severity, and what it means. ValueError when its file does not begin with them."""
    opening = re.match(r"-- (fail|warn): ((?:.*\n)(?:-- .*\n)*)", path.read_text("utf-8"))
    if opening is None:
        raise ValueError(f"{path} does not begin with `-- fail: …` or `-- warn: …`, the meaning of its claim")
    return opening[1], " ".join(re.sub(r"(?m)^-- ", "", opening[2]).split())


def _run_check(connection: duckdb.DuckDBPyConnection, path: Path, run_id: str) -> Check:
    severity, _ = read_claim(path)
    connection.execute("CREATE OR REPLACE TEMP TABLE broken AS " + path.read_text("utf-8"))
    rows = connection.execute("FROM broken SELECT to_json(broken) ORDER BY ALL LIMIT ?", [FIRST_ROWS]).fetchall()
    [(count,)] = connection.execute("SELECT count(*) FROM broken").fetchall()
    return Check(path.stem, severity, count == 0, count, _write_detail([json.loads(row) for (row,) in rows]), run_id)


def _write_detail(rows: Sequence[dict[str, Any]]) -> str | None:
    """The rows as JSON, long texts shortened; None when there are none."""
    return json.dumps([{name: _shorten(value) for name, value in row.items()} for row in rows]) if rows else None


def _shorten(value: Any) -> Any:
    if isinstance(value, list):
        return [_shorten(element) for element in value[:FIRST_ROWS]]
    return f"{value[:LONGEST_TEXT]}…" if isinstance(value, str) and len(value) > LONGEST_TEXT else value
