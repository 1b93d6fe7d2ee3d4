"""Verifying: what the tables promise is derived anew, from the raw files, and compared with what they hold.

Each stage is derived from what it stood on: documents and their edits from the raw files and the templates of the
snapshot, templates from the documents, pairs and copies from the documents. Runs may go on meanwhile: what is verified
is the snapshot that was current at the start. Files that changed since are counted, not compared.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from flows.assemble import point_at_kept, remember
from flows.draft import Draft
from flows.engine import open_engine
from flows.ingest.find import find_files
from flows.learn import learn_templates
from flows.model import Check
from flows.plan import read_known
from flows.report import Report
from flows.settings import Settings
from flows.supervise import Supervisor
from flows.work import PENDING, Batch, Work
from warehouse.check import run_checks
from warehouse.connect import define, define_before, read_rows
from warehouse.journal import record
from warehouse.land import SCRATCH, DataFile, hash_file
from warehouse.lock import WHOLE_SNAPSHOTS, hold_lock
from warehouse.manifest import Manifest, list_snapshots, read_manifest

KEYS = {
    "files": ("uri",),
    "all_documents": ("doc_id",),
    "edits": ("doc_id", "seq"),
    "paragraphs": ("doc_id", "seq"),
    "fingerprints": ("doc_id",),
    "templates": ("source", "paragraph_hash"),
    "pairs": ("doc_id", "other_id"),
    "duplicates": ("doc_id",),
}
"""What names a row, in the tables that are derived again."""
FROM_FILES = {
    "files": "uri",
    "all_documents": "uri",
    "edits": "doc_id",
    "paragraphs": "doc_id",
    "fingerprints": "doc_id",
}
"""Tables that stand on the raw files, and the column that says which."""
WITHIN = {
    "uri": "(FROM {0}.{1} SEMI JOIN scope USING (uri))",
    "doc_id": "(FROM {0}.{1} SEMI JOIN (FROM {0}.all_documents SEMI JOIN scope USING (uri)) USING (doc_id))",
}
"""Their rows whose files are compared."""
NOT_DERIVED = ("run_id", "first_run_id", "first_seen_run", "ingested_at", "modified_at")
"""Columns that say when a row was made, not what of."""
MOST_ROWS = 3
MOST_CHARACTERS = 200
"""Of rows and values that the detail of a check shows."""
SCOPE = """
    CREATE TEMP TABLE scope AS
    FROM files JOIN derived.files AS again USING (uri, state) SELECT uri"""
DIFFERENCES = """
    WITH stored AS (FROM {stored} SELECT {keys}, hash(*COLUMNS(* EXCLUDE ({left_out}))) AS digest),
    derived AS (FROM {derived} SELECT {keys}, hash(*COLUMNS(* EXCLUDE ({left_out}))) AS digest)
    FROM stored FULL JOIN derived USING ({keys})
    SELECT {keys}, CASE WHEN derived.digest IS NULL THEN 'stored, but not derived'
        WHEN stored.digest IS NULL THEN 'derived, but not stored' ELSE 'not the same' END AS difference
    WHERE stored.digest IS DISTINCT FROM derived.digest
    ORDER BY ALL"""


def verify_corpus(settings: Settings, supervisor: Supervisor, share: float = 1.0) -> Report:
    """Derives the current snapshot again and compares; `share` of the raw files, another part each day.

    What does not hold is a failed check of the report. LookupError where nothing has landed; ValueError where the
    snapshot was made by other code or settings than those of today: then nothing would come out the same; and where
    none of its files is among the raw files.
    """
    warehouse = settings.warehouse_path
    before = read_manifest(warehouse)
    if before is None:
        raise LookupError(f"nothing has landed in {warehouse} yet: `corpus run` lands the first snapshot")
    with ExitStack() as stack:
        stack.enter_context(hold_lock(warehouse, WHOLE_SNAPSHOTS))
        scratch = warehouse / SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        stack.callback(shutil.rmtree, scratch)
        open_once = cache(lambda: stack.enter_context(open_engine(settings.engine, settings.workers)))
        draft = Draft(_settle(settings, before), supervisor, open_once)
        if draft.recipe != before.recipe:
            raise ValueError(
                f"snapshot {before.snapshot_id} was made by another version of the software, or of a library: "
                "`corpus run` brings it up to date; verify it then"
            )
        checks = [draft.stage("files", lambda: _check_files(draft, warehouse))]
        if not checks[0].passed:  # nothing can be derived from what is not whole
            return _end(draft, checks)
        connection = stack.enter_context(duckdb.connect(":memory:"))
        connection.execute("SET temp_directory = ?", [str(scratch / "waiting")])
        define(connection, warehouse, before.tables, commented=False)
        define_before(connection, warehouse, before.tables)
        checks += draft.stage("claims", lambda: _check_claims(draft, connection))
        checks += _derive_documents(draft, before, connection, share)
        checks += draft.stage("templates and copies", lambda: _derive_rest(draft, before, connection))
    return _end(draft, checks)


def _end(draft: Draft, checks: Sequence[Check]) -> Report:
    broken = [check.name for check in checks if check.stops]
    run = draft.end("refuted" if broken else "verified", reason=f"{', '.join(broken)} did not hold" if broken else None)
    record(draft.warehouse, run, checks)
    return Report(run, checks, draft.warehouse)


def _settle(settings: Settings, before: Manifest) -> Settings:
    """The settings, but what decides rows as it was for the snapshot."""
    told = before.settings
    deciding = {name: told[name] for name in settings.shaping() | settings.deciding() if name in told}
    return Settings(**{**settings.model_dump(), **deciding})


def _check_files(draft: Draft, warehouse: Path) -> Check:
    """Whether every file that any snapshot names is there, with the bytes and the rows that it had."""
    manifests = [read_manifest(warehouse, number) for number in list_snapshots(warehouse)]
    named = {file for each in manifests if each for files in each.tables.values() for file in files}
    broken = [
        {"path": file.path, "difference": difference}
        for file in sorted(named, key=lambda file: file.path)
        if (difference := _find_difference(warehouse / file.path, file)) is not None
    ]
    return _write_check(draft, "files_of_snapshots_are_whole", len(broken), broken[:MOST_ROWS])


def _find_difference(path: Path, file: DataFile) -> str | None:
    """How a file is not what a manifest says of it; None when it is."""
    if not path.exists():
        return "not there"
    if hash_file(path) != file.sha256:
        return "other bytes"
    told = (file.rows, file.bytes)
    return None if told == (pq.read_metadata(path).num_rows, path.stat().st_size) else "other counts in a manifest"


def _check_claims(draft: Draft, connection: duckdb.DuckDBPyConnection) -> list[Check]:
    """The checks of every run, on all rows instead of the new ones."""
    runs = connection.execute("FROM files SELECT run_id UNION FROM all_documents SELECT run_id").fetchall()
    return run_checks(connection, draft.run_id, [run_id for (run_id,) in runs])


def _derive_documents(
    draft: Draft, before: Manifest, connection: duckdb.DuckDBPyConnection, share: float
) -> list[Check]:
    """Compares the tables that stand on the raw files, where those are as they were."""
    known = read_known(connection)
    found = draft.stage("find", lambda: find_files(draft.settings.seeds_path, draft.warehouse))
    if known and not any(file.uri in known for file in found):
        raise ValueError(
            f"no file of the corpus, which has {len(known):,}, is below {draft.settings.seeds_path}: is it the right "
            "folder? `corpus verify FOLDER` names another"
        )
    query = "FROM all_documents SELECT uri, max(ingested_at) GROUP BY uri"
    read_at = dict(connection.execute(query).fetchall())
    day = f"{draft.started_at:%Y-%m-%d}"
    works = [
        Work(file, known[file.uri].state, known[file.uri].first_seen_run, read_at=read_at.get(file.uri), again=True)
        for file in found
        if file.uri in known and _draw(f"{day}\0{file.uri}") < share
    ]
    templates = tuple(before.tables.get("templates", ()))
    scratch = draft.warehouse / SCRATCH
    for file in templates:  # a worker reads them below its batch's warehouse, which the scratch folder is
        (scratch / file.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(draft.warehouse / file.path, scratch / file.path)
    blank = Batch(scratch, draft.run_id, draft.recipe, draft.started_at, templates, name="batch")
    result = draft.process(remember(connection, works), blank)
    define_before(connection, scratch, {table: tuple(parts) for table, parts in result.tables.items()}, "derived")
    connection.execute(SCOPE)
    [(compared,)] = connection.execute("FROM scope SELECT count(*)").fetchall()
    draft.counts.update(files_found=len(found), files_compared=compared, files_changed=len(works) - compared)
    draft.counts["files_gone"] = len(known.keys() - {file.uri for file in found})
    return [
        _compare(
            draft,
            connection,
            table,
            "raw_files",
            WITHIN[column].format("main", table),
            WITHIN[column].format("derived", table),
        )
        for table, column in FROM_FILES.items()
    ]


def _derive_rest(draft: Draft, before: Manifest, connection: duckdb.DuckDBPyConnection) -> list[Check]:
    """Compares the tables that stand on the documents of the snapshot.

    Where documents were forgotten since, the next run learns the templates anew: these are not compared.
    """
    [(pending,)] = connection.execute("FROM files SELECT count(*) WHERE state = ?", [PENDING]).fetchall()
    learned = learn_templates(draft.warehouse, SCRATCH, draft.run_id, draft.settings, connection)
    elected = point_at_kept(draft.warehouse, SCRATCH, draft.run_id, draft.settings, {}, before.tables, True)
    tables: Mapping[str, Sequence[DataFile]] = {"templates": learned.files, **elected}
    define_before(connection, draft.warehouse, tables, "elected")
    return [
        _compare(draft, connection, table, "documents", f"main.{table}", f"elected.{table}")
        for table in ("templates", "pairs", "duplicates")
        if table != "templates" or not pending
    ]


def _compare(
    draft: Draft, connection: duckdb.DuckDBPyConnection, table: str, source: str, stored: str, derived: str
) -> Check:
    """A check that two queries give the same rows of a table."""
    keys = ", ".join(KEYS[table])
    columns = connection.execute(f"DESCRIBE FROM {stored}").fetchall()
    left_out = ", ".join(name for name, *_ in columns if name in NOT_DERIVED)
    differences = DIFFERENCES.format(stored=stored, derived=derived, keys=keys, left_out=left_out)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE differences AS {differences}")
    [(count,)] = connection.execute("FROM differences SELECT count(*)").fetchall()
    broken = connection.execute("FROM differences LIMIT ?", [MOST_ROWS]).fetchall()
    detail = []
    for *key, difference in broken:
        names = dict(zip(KEYS[table], key, strict=True))
        where = " AND ".join(f"{name} = ${name}" for name in names)
        one, other = (
            next(iter(read_rows(connection, f"FROM {query} WHERE {where}", names)), {}) for query in (stored, derived)
        )
        columns_apart = {
            name: [_shorten(one[name]), _shorten(other[name])]
            for name in one.keys() & other.keys()
            if name not in NOT_DERIVED and one[name] != other[name]
        }
        detail.append({**names, "difference": difference, **columns_apart})
    return _write_check(draft, f"{table}_derive_from_{source}", count, detail)


def _shorten(value: Any) -> str:
    text = str(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _write_check(draft: Draft, name: str, rows: int, detail: Sequence[Mapping[str, Any]]) -> Check:
    told = json.dumps(detail, ensure_ascii=False, default=str) if detail else None
    return Check(name, severity="fail", passed=rows == 0, rows=rows, detail=told, run_id=draft.run_id)


def _draw(text: str) -> float:
    """A number from 0 to 1, always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64
