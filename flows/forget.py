"""Forgetting: documents are taken out of every snapshot, for good.

What stays is a row of `forgotten`, by which later runs leave them out, and what `files` says of their file. The raw
files are not touched: that is for whoever owns them. Once the newest snapshot has the row, the rest follows whatever
happens: where it was cut off, the next run or the next forgetting ends it.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.assemble import Tables, point_at_kept
from flows.model import JSON, Forgotten, Run
from flows.report.page import PAGE
from flows.settings import Settings
from flows.work import FORGOTTEN, PENDING
from warehouse.connect import UsageError, list_files, open_tables, write_catalog
from warehouse.journal import is_recorded, record, scrub_checks
from warehouse.land import (
    SCRATCH,
    DataFile,
    clear_staging,
    escape_glob,
    name_run,
    replace_files,
    rewrite_without,
    write_part,
)
from warehouse.lock import WHOLE_SNAPSHOTS, hold_lock
from warehouse.manifest import Manifest, list_snapshots, read_manifest
from warehouse.publish import finish_publishing, replace_snapshot
from warehouse.tables import arrow_schema, arrow_table
from warehouse.tidy import remove_unneeded

BY_DOCUMENT = ("all_documents", "edits", "paragraphs", "fingerprints")
MOST_CHOICES = 20
NAMED = """
    FROM all_documents SELECT uri, record, content_hash, title, doc_id
    WHERE (uri = $name AND record = $record) OR ($record IS NULL AND starts_with(doc_id, $prefix))
    ORDER BY uri, record"""
FAMILY = """
    WITH family AS (
        FROM all_documents LEFT JOIN duplicates USING (doc_id)
        SELECT uri, record, content_hash, title, doc_id, coalesce(kept_id, doc_id) AS kept_id
    )
    FROM family SEMI JOIN (FROM family WHERE {column} = $1) AS asked USING (kept_id)
    SELECT uri, record, content_hash, title WHERE {column} != $1 ORDER BY uri, record"""
"""The other documents in the families of those that a column, doc_id or uri, names."""
DOOMED = """
    FROM read_parquet($paths, union_by_name = true, hive_partitioning = false) AS documents JOIN targets
    ON documents.uri = targets.uri AND (
        targets.record IS NULL OR documents.record = targets.record OR documents.content_hash = targets.content_hash
    )
    SELECT DISTINCT doc_id"""
FILES = """
    WITH gone AS (
        FROM all_documents SEMI JOIN doomed USING (doc_id)
        SELECT uri, list({record: record, reason: $reason} ORDER BY record) AS records GROUP BY uri
    ),
    whole AS (FROM targets SELECT uri, true AS is_whole WHERE record IS NULL)
    FROM files LEFT JOIN gone USING (uri) LEFT JOIN whole USING (uri)
    SELECT
        files.* REPLACE (
            CASE WHEN is_whole OR (documents = len(records)
                    AND len(list_filter(rejected, lambda each: NOT starts_with(each.reason, $status))) = 0) THEN $status
                WHEN documents = len(records) THEN 'unreadable' ELSE status END AS status,
            CASE WHEN is_whole OR records IS NOT NULL THEN $reason ELSE reason END AS reason,
            CASE WHEN is_whole THEN 0 ELSE documents - coalesce(len(records), 0) END AS documents,
            CASE WHEN is_whole THEN [] ELSE list_sort(rejected || coalesce(records, [])) END AS rejected,
            CASE WHEN is_whole OR records IS NOT NULL THEN $pending ELSE state END AS state
        )"""
"""The next run processes the files again, and says of them what it finds."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be forgotten: a document, or with no record a whole file."""

    uri: str
    record: int | None
    content_hash: str | None
    title: str | None

    def __str__(self) -> str:
        where = self.uri if self.record is None else f"{self.uri}, record {self.record}"
        return f"{where}: {self.title}" if self.title else where


@dataclass(frozen=True, slots=True)
class Aim:
    """What a name stands for: what is to be forgotten, and the copies of it that would stay."""

    targets: tuple[Target, ...]
    copies: tuple[Target, ...]


def find_targets(warehouse: Path, name: str, record: int | None = None) -> Aim:
    """What a uri (of the whole file, or with a record), or the start of a doc_id, names in the newest snapshot with it.

    LookupError when no snapshot has it, UsageError when it names several documents.
    """
    for number in reversed(list_snapshots(warehouse)):
        with _open_snapshot(warehouse, number) as connection:
            if record is None and connection.execute("FROM files WHERE uri = ?", [name]).fetchone():
                return Aim((Target(name, None, None, None),), _list_copies(warehouse, "uri", name))
            prefix = name if name and set(name) <= set("0123456789abcdef") else "none"
            found = connection.execute(NAMED, {"name": name, "record": record, "prefix": prefix}).fetchall()
            if len(found) > 1:
                choices = [f"  {doc_id}  {title or uri}" for uri, _, _, title, doc_id in found[:MOST_CHOICES]]
                raise UsageError("\n".join([f"{name} names {len(found)} documents: give more of the doc_id", *choices]))
            for *target, doc_id in found:
                return Aim((Target(*target),), _list_copies(warehouse, "doc_id", doc_id))
    what = name if record is None else f"{name}, record {record}"
    raise LookupError(f"no snapshot of {warehouse} has {what}: give a doc_id, or a uri as `files` has it")


def _list_copies(warehouse: Path, column: str, name: str) -> tuple[Target, ...]:
    """The copies of what a column, doc_id or uri, names, in whichever snapshot.

    Not those in whose place the newest snapshot has another text: it would be forgotten with them.
    """
    copies: dict[tuple[str, int, str], Target] = {}
    numbers = list_snapshots(warehouse)
    for number in reversed(numbers):
        with _open_snapshot(warehouse, number) as connection:
            for uri, record, content_hash, title in connection.execute(FAMILY.format(column=column), [name]).fetchall():
                copies.setdefault((uri, record, content_hash), Target(uri, record, content_hash, title))
    with _open_snapshot(warehouse, numbers[-1]) as connection:
        uris = [uri for uri, *_ in copies]
        places = "FROM all_documents SELECT (uri, record), content_hash WHERE list_contains(?, uri)"
        now = dict(connection.execute(places, [uris]).fetchall())
    return tuple(copy for (*place, text), copy in copies.items() if now.get(tuple(place), text) == text)


@contextmanager
def _open_snapshot(warehouse: Path, number: int) -> Iterator[duckdb.DuckDBPyConnection]:
    manifest = read_manifest(warehouse, number)
    assert manifest is not None
    with open_tables(warehouse, manifest.tables) as connection:
        yield connection


def forget(warehouse: Path, targets: Sequence[Target], reason: str) -> int:
    """Takes the targets out of every snapshot; how many documents that were.

    The run of it has a row. UsageError without a reason, WarehouseBusyError while another run writes, or what is there
    is verified.
    """
    require_reason(reason)
    with hold_lock(warehouse):
        finish_publishing(warehouse)
        finish_forgetting(warehouse)
        started_at = datetime.now(UTC).replace(tzinfo=None)
        run_id = name_run(started_at)
        rows = [Forgotten(each.uri, each.record, each.content_hash, reason, started_at, run_id) for each in targets]
        forgotten = pa.concat_tables([_read_forgotten(warehouse), arrow_table("forgotten", rows)])
        return _take_out(warehouse, rows, forgotten)


def require_reason(reason: str) -> None:
    """UsageError for a reason that says nothing."""
    if not reason.strip():
        raise UsageError("give the reason: it stays in `forgotten` and in `files`, where the document was")


def resume_forgetting(warehouse: Path) -> None:
    """Ends a forgetting that was cut off, if one was. WarehouseBusyError as of `forget`."""
    if _list_unfinished(warehouse, _read_forgotten(warehouse)):
        with hold_lock(warehouse):
            finish_publishing(warehouse)
            finish_forgetting(warehouse)


def finish_forgetting(warehouse: Path) -> None:
    """Ends a forgetting that was cut off, if one was. The caller holds the lock."""
    forgotten = _read_forgotten(warehouse)
    if rows := _list_unfinished(warehouse, forgotten):
        _take_out(warehouse, rows, forgotten)


def _read_forgotten(warehouse: Path) -> pa.Table:
    """What the newest snapshot has of the table."""
    parts = [pq.ParquetFile(path).read() for path in list_files("forgotten", warehouse=warehouse)]
    # An older file may lack a column.
    return pa.concat_tables([arrow_schema("forgotten").empty_table(), *parts], promote_options="permissive")


def _list_unfinished(warehouse: Path, forgotten: pa.Table) -> list[Forgotten]:
    """The rows of the last forgetting, if it died before its run was in the journal."""
    last = pc.max(forgotten["run_id"]).as_py()
    if last is None or is_recorded(warehouse, last):
        return []
    return [Forgotten(**row) for row in forgotten.filter(pc.equal(forgotten["run_id"], last)).to_pylist()]


def _take_out(warehouse: Path, rows: Sequence[Forgotten], forgotten: pa.Table) -> int:
    """Takes what the rows name, of one forgetting, out of every snapshot; `forgotten` is the table with these rows.

    What stands beside the snapshots goes first: when these are done, nothing tells any more which documents it were.
    """
    run_id, reason = rows[0].run_id, rows[0].reason
    folder = f"staging/{run_id}"
    manifests = [manifest for number in list_snapshots(warehouse) if (manifest := read_manifest(warehouse, number))]
    newest = manifests[-1]
    with hold_lock(warehouse, WHOLE_SNAPSHOTS):
        doomed = _list_doomed(warehouse, manifests, rows)
        clear_staging(warehouse)
        shutil.rmtree(warehouse / SCRATCH, ignore_errors=True)
        for page in (warehouse / PAGE, *warehouse.glob(f"{PAGE}.*.draft")):  # it has examples of texts
            page.unlink(missing_ok=True)
        scrub_checks(warehouse, [*doomed.to_pylist(), *(each.uri for each in rows)])
        part = write_part(warehouse, folder, "forgotten", forgotten)
        instead = _rewrite(warehouse, folder, manifests, doomed)
        for manifest in reversed(manifests):  # the newest first: from then on it goes to its end
            tables = _forget_in(warehouse, folder, run_id, manifest, rows, doomed, instead)
            tables["forgotten"] = (part,)
            replaced = replace_snapshot(warehouse, replace(manifest, tables=tables))
            if manifest is newest:
                write_catalog(warehouse, replaced.tables)
        remove_unneeded(warehouse)
        clear_staging(warehouse)
    run = Run(
        run_id=run_id,
        snapshot_id=None,
        started_at=rows[0].forgotten_at,
        ended_at=datetime.now(UTC).replace(tzinfo=None),
        outcome=FORGOTTEN,
        reason=reason,
        recipe=newest.recipe,
        settings=newest.run.settings,
        counts=JSON(json.dumps({"documents_forgotten": len(doomed)})),
        seconds=JSON("{}"),
    )
    record(warehouse, run, ())
    return len(doomed)


def _list_doomed(warehouse: Path, manifests: Sequence[Manifest], rows: Sequence[Forgotten]) -> pa.Array:
    """The doc_ids that go, from whichever snapshot."""
    paths = sorted({escape_glob(warehouse / file.path) for each in manifests for file in each.tables["all_documents"]})
    if not paths:
        return pa.array([], pa.string())
    with duckdb.connect(":memory:") as connection:
        connection.register("targets", arrow_table("forgotten", rows))
        return connection.sql(DOOMED, params={"paths": paths}).to_arrow_table()["doc_id"].combine_chunks()


def _rewrite(
    warehouse: Path, folder: str, manifests: Sequence[Manifest], doomed: pa.Array
) -> dict[DataFile, DataFile | None]:
    """What takes the place of each file of any snapshot that has rows of these documents."""
    instead: dict[DataFile, DataFile | None] = {}
    with duckdb.connect(":memory:") as connection:
        for table in BY_DOCUMENT:
            files = {file for each in manifests for file in each.tables.get(table, ())}
            instead |= rewrite_without(warehouse, connection, folder, table, files, "doc_id", doomed)
    return instead


def _forget_in(
    warehouse: Path,
    folder: str,
    run_id: str,
    manifest: Manifest,
    rows: Sequence[Forgotten],
    doomed: pa.Array,
    instead: dict[DataFile, DataFile | None],
) -> Tables:
    """The tables of a snapshot without these documents: copies that they had kept out are elected anew."""
    tables: Tables = {table: replace_files(files, instead) for table, files in manifest.tables.items()}
    with open_tables(warehouse, manifest.tables) as connection:
        connection.register("targets", arrow_table("forgotten", rows))
        connection.register("doomed", pa.table({"doc_id": doomed}))
        reason = f"{FORGOTTEN}: {rows[0].reason}"
        files = connection.sql(
            FILES, params={"reason": reason, "status": FORGOTTEN, "pending": PENDING}
        ).to_arrow_table()
    if files.num_rows:  # with the columns that those of the snapshot have
        schema = pq.ParquetFile(warehouse / manifest.tables["files"][-1].path).schema_arrow
        tables["files"] = (write_part(warehouse, folder, "files", files.select(schema.names), schema),)
    if tables["all_documents"] != manifest.tables["all_documents"]:
        told = manifest.settings
        settings = Settings(**{name: told[name] for name in Settings().deciding() if name in told})
        tables |= point_at_kept(warehouse, folder, run_id, settings, manifest.tables, tables, False)
    return tables
