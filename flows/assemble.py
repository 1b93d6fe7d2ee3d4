"""The tables of the next snapshot: what stays of the current one, and what the batches staged."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.model import Change, Forgotten
from flows.plan import Known
from flows.settings import Settings
from flows.work import Work
from warehouse.check import tell_new
from warehouse.connect import define, define_before
from warehouse.land import DataFile, gather_small, replace_files, rewrite_without, write_part
from warehouse.tables import arrow_table

Tables = dict[str, tuple[DataFile, ...]]

SMALL_PART = 1 << 20
"""Parts with fewer bytes are gathered: a run each hour, by many workers, would leave hundreds of them in a day."""

COUNTS = """
    WITH new_files AS (FROM files WHERE is_new(run_id)),
    new_documents AS (FROM all_documents WHERE is_new(run_id)),
    new_edits AS (
        FROM edits
        SELECT kind, solid_length(before) AS taken, solid_length(after) AS put_in
        WHERE is_new(run_id)
    )
    FROM (
        FROM new_files SELECT
            count(*) AS files,
            count(*) FILTER (status = 'landed') AS files_landed,
            count(*) FILTER (status = 'empty') AS files_empty,
            count(*) FILTER (status = 'unreadable') AS files_unreadable,
            count(*) FILTER (status = 'unsupported') AS files_unsupported,
            count(*) FILTER (status = 'too_large') AS files_too_large,
            count(*) FILTER (status = 'forgotten') AS files_forgotten,
            sum(bytes) AS bytes,
            sum(len(rejected)) AS rejected
    ), (
        FROM new_documents SELECT
            count(*) AS documents,
            count(*) FILTER (len(suspended_rules) > 0) AS documents_kept_whole
    ), (
        FROM new_edits SELECT
            count(*) AS edits,
            sum(taken) FILTER (kind = 'remove') AS characters_remove,
            sum(taken) FILTER (kind = 'lift') AS characters_lift,
            sum(taken) FILTER (kind = 'repair') AS characters_repair,
            sum(put_in) AS characters_put_in
    )
    SELECT *"""
READ = """
    FROM (FROM files SELECT sum(documents + len(rejected)) AS records WHERE list_contains($uris, uri)),
        (FROM all_documents SELECT sum(original_chars) AS characters_read WHERE list_contains($uris, uri))
    SELECT *"""


def remember(connection: duckdb.DuckDBPyConnection, works: Sequence[Work]) -> list[Work]:
    """The works with what the past knows of their files: which runs first saw them, and what of them was forgotten."""
    uris = pa.table({"uri": pa.array([work.found.uri for work in works], pa.string())})  # read by the queries below
    first_runs: dict[str, dict[int, str]] = {}
    documents = "FROM all_documents SEMI JOIN uris USING (uri) SELECT uri, record, first_run_id"
    for uri, record, run_id in connection.execute(documents).fetchall():
        first_runs.setdefault(uri, {})[record] = run_id
    gone = (
        "FROM changes SEMI JOIN uris USING (uri) SELECT uri, min(first_seen_run) WHERE change = 'removed' GROUP BY uri"
    )
    returned = dict(connection.execute(gone).fetchall())
    forgotten: dict[str, list[Forgotten]] = {}
    columns = ", ".join(Forgotten.__dataclass_fields__)
    for row in connection.execute(
        f"FROM forgotten SEMI JOIN uris USING (uri) SELECT {columns} ORDER BY ALL"
    ).fetchall():
        forgotten.setdefault(row[0], []).append(Forgotten(*row))
    del uris
    return [
        replace(
            work,
            forgotten=tuple(forgotten.get(work.found.uri, ())),
            first_runs=first_runs.get(work.found.uri, {}),
            first_seen_run=work.first_seen_run or returned.get(work.found.uri),
        )
        for work in works
    ]


def assemble(
    warehouse: Path,
    folder: str,
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[DataFile]],
    staged: Mapping[str, Sequence[DataFile]],
    stale: Sequence[str],
) -> Tables:
    """The tables without the rows of the stale uris, and with the staged parts; what is written goes below `folder`.

    The connection has the tables by name.
    """
    uris = pa.array(stale, pa.string())
    gone = pa.table({"uri": uris})  # read by the query below
    doc_ids = connection.sql("FROM all_documents SEMI JOIN gone USING (uri) SELECT doc_id").to_arrow_table()["doc_id"]
    del gone
    by_document = ("doc_id", doc_ids.combine_chunks())
    stale_rows = {
        "all_documents": ("uri", uris),
        "edits": by_document,
        "paragraphs": by_document,
        "fingerprints": by_document,
        "files": ("uri", uris),
    }
    assembled = {table: tuple(files) for table, files in tables.items()}
    for table, (column, values) in stale_rows.items():
        files = tables.get(table, ())
        instead = rewrite_without(warehouse, connection, folder, table, files, column, values)
        new = gather_small(warehouse, folder, table, staged.get(table, ()), SMALL_PART)
        assembled[table] = (*replace_files(files, instead), *new)
    assembled["files"] = gather_small(warehouse, folder, "files", assembled["files"], sys.maxsize)  # into one
    return assembled


def add_changes(
    warehouse: Path, folder: str, before: Sequence[DataFile], changes: Sequence[Change]
) -> tuple[DataFile, ...]:
    """The files of `changes`, with these rows too."""
    return (
        (*before, write_part(warehouse, folder, "changes", arrow_table("changes", changes))) if changes else (*before,)
    )


def count_rows(connection: duckdb.DuckDBPyConnection, new_run_ids: Sequence[str]) -> Counter[str]:
    """What the rows come to that these runs made."""
    tell_new(connection, new_run_ids)
    return _read_counts(connection.execute(COUNTS))


def count_read(connection: duckdb.DuckDBPyConnection, uris: Sequence[str]) -> Counter[str]:
    """How many records, and characters of documents, were read from these files."""
    return _read_counts(connection.execute(READ, {"uris": list(uris)}))


def _read_counts(result: duckdb.DuckDBPyConnection) -> Counter[str]:
    names = [column[0] for column in result.description or ()]
    [row] = result.fetchall()
    return Counter({name: int(count or 0) for name, count in zip(names, row, strict=True)})


def point_at_kept(
    warehouse: Path,
    folder: str,
    run_id: str,
    settings: Settings,
    before: Mapping[str, Sequence[DataFile]],
    tables: Mapping[str, Sequence[DataFile]],
    compare_again: bool,
) -> Tables:
    """The files of `pairs` and `duplicates` for the assembled tables: those of before where nothing differs."""
    from flows.dedupe import find_duplicates  # with machine code, which takes long to load

    with duckdb.connect(":memory:") as connection:
        connection.execute("SET temp_directory = ?", [str(warehouse / folder / "waiting")])
        define(connection, warehouse, tables, views=False, commented=False)
        define_before(connection, warehouse, before)
        found = find_duplicates(connection, run_id, settings, compare_again)
    files: Tables = {}
    for table, rows in (("pairs", found.pairs), ("duplicates", found.duplicates)):
        files[table] = (write_part(warehouse, folder, table, rows),) if rows.num_rows else ()
        earlier = before.get(table, ())
        if [file.sha256 for file in files[table]] == [file.sha256 for file in earlier]:
            files[table] = tuple(earlier)
    return files


def list_changes(
    warehouse: Path,
    known: Mapping[str, Known],
    gone: Sequence[str],
    processed: Sequence[Work],
    staged: Sequence[DataFile],
    run_id: str,
) -> list[Change]:
    """What happened to files that were known, or that came back: a new file is no change."""
    sha256: dict[str, str | None] = {}
    for part in staged:
        columns = pq.ParquetFile(warehouse / part.path).read(["uri", "sha256"]).to_pydict()
        sha256 |= zip(columns["uri"], columns["sha256"], strict=True)
    changes = [
        Change(uri, "removed", known[uri].documents, known[uri].sha256, known[uri].first_seen_run, run_id)
        for uri in gone
    ]
    for work in processed:
        uri, before = work.found.uri, known.get(work.found.uri)
        if before is not None:
            kind = "reprocessed" if sha256[uri] == before.sha256 else "changed"
            changes.append(Change(uri, kind, before.documents, before.sha256, before.first_seen_run, run_id))
        elif work.first_seen_run is not None:
            changes.append(Change(uri, "returned", 0, None, work.first_seen_run, run_id))
    return changes
