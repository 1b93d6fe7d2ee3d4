"""Questions to the corpus: what `corpus sql`, `status`, `runs`, `snapshots`, `checks` and `rules` ask."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.check import CHECKS, read_claim
from warehouse.connect import CATALOG, UsageError, connect, define, define_before, locate, quote
from warehouse.land import DataFile, SnapshotKey, escape_glob
from warehouse.manifest import list_snapshots, read_manifest
from warehouse.output import Format, print_overview, print_rows, print_styled
from warehouse.show import show_invisible
from warehouse.words import count_of

LOSSLESS = "SET arrow_lossless_conversion = true"
"""So that a HUGEINT, a UUID or JSON is still one where it is printed."""
READING = ("SELECT", "MULTI", "EXPLAIN")
"""Statements that are taken; MULTI is a PIVOT of DuckDB 2."""
CONFINE = """
    SET allowed_directories = [{folders}];
    SET enable_external_access = false;
    SET python_enable_replacements = false;
    SET lock_configuration = true"""
"""After it, a connection reads no file outside these folders, loads nothing, and cannot be told otherwise."""
_OUTSIDE = re.compile(r"disabled (by|through) configuration|\bextension\b|Table with name \S*[/\\]")
"""What DuckDB says where a query reaches for what is outside, whatever kind of error that is."""
WRITING = frozenset({"enable_logging", "enable_profiling", "query", "json_execute_serialized_sql"})
"""Functions of a SELECT that write files, or run a text as SQL, in which those are not seen."""
_CALLED = re.compile(r'"?(\w+)')
_EXPLAIN = re.compile(r"(?is)^(?:\s|--[^\n]*\n|/\*.*?\*/)*EXPLAIN\b\s*(?:ANALY[SZ]E\b|\([^)]*\))?")

NAMED = {
    "status": "FROM source_status ORDER BY documents DESC, source",
    "runs": """
        FROM runs SELECT run_id, outcome, snapshot_id AS snapshot, started_at AS started,
            round(epoch(ended_at - started_at), 1) AS seconds, (counts ->> 'files_found')::BIGINT AS found,
            (counts ->> 'files')::BIGINT AS processed, (counts ->> 'documents')::BIGINT AS landed,
            (counts ->> 'corpus')::BIGINT AS corpus, reason
        ORDER BY started_at DESC""",
    "checks": """
        FROM checks SELECT name, coalesce(severity, 'fail') AS severity, passed, rows, detail, run_id
        WHERE run_id = (FROM runs SEMI JOIN checks USING (run_id) SELECT arg_max(run_id, started_at))
        ORDER BY passed, severity, name""",
    "rules": """
        FROM known_rules FULL JOIN rule_effects AS now USING (rule, kind)
            FULL JOIN before.rule_effects AS past USING (rule, kind)
        SELECT rule, kind, zone,
            coalesce(now.hits, 0) AS hits,
            if(getvariable('past_is_known'), coalesce(now.hits, 0) - coalesce(past.hits, 0), NULL) AS hits_gained,
            coalesce(now.characters, 0) AS characters,
            if(getvariable('past_is_known'), coalesce(now.characters, 0) - coalesce(past.characters, 0), NULL)
                AS characters_gained,
            coalesce(now.documents, 0) AS documents, coalesce(now.sources, 0) AS sources,
            coalesce(now.largest, 0) AS largest, description
        ORDER BY 4 DESC, rule, kind""",
    "snapshots": """
        FROM known_snapshots
        SELECT snapshot, published, run_id, landed - copies AS documents, copies
        ORDER BY snapshot DESC""",
}
"""The questions that are commands; beside the corpus they may read `known_rules` and `known_snapshots`."""

OVERVIEW = """
    FROM documents SELECT count(*) AS documents, coalesce(sum(word_count), 0)::BIGINT AS words,
        count(DISTINCT source) AS sources, count(DISTINCT language) AS languages,
        min(published)::DATE AS earliest, max(published)::DATE AS latest"""
OMITTED = """
    FROM files SELECT count(*), status || ' file', NULL WHERE status != 'landed' GROUP BY ALL
    UNION ALL SELECT sum(len(rejected))::BIGINT, 'rejected record', NULL FROM files
    UNION ALL SELECT count(*), kind || ' copy', kind || ' copies' FROM duplicates GROUP BY kind
    UNION ALL SELECT sum(removed_chars)::BIGINT, 'character of boilerplate', 'characters of boilerplate'
    FROM all_documents"""
NEWEST_RUN = "FROM runs SELECT run_id, outcome, ended_at, reason ORDER BY started_at DESC LIMIT 1"


def print_query(query: str, warehouse: str | None, snapshot: SnapshotKey | None, format: Format) -> None:
    """Prints the rows of one statement that reads the corpus.

    UsageError when it is another kind of statement, or several, or reaches for anything outside the warehouse.
    """
    root = locate(warehouse)
    with connect(warehouse, snapshot) as connection:
        kind = _require_reading(connection, query, root)
        connection.execute(LOSSLESS)
        # As it is called, and as a pattern of names is written: it is asked for before the pattern is looked up.
        folders = ", ".join(quote(f"{folder}/tables") for folder in (root, escape_glob(root)))
        connection.execute(CONFINE.format(folders=folders))
        try:
            rows = connection.sql(query)
            if kind == "EXPLAIN" and format == "table":
                print_styled(*rows.to_arrow_table()["explain_value"].to_pylist(), soft_wrap=True)
            else:
                print_rows(rows, format)
        except (duckdb.Error, pa.ArrowException) as error:
            if _OUTSIDE.search(str(error)):
                raise UsageError(
                    f"{str(error).splitlines()[0]}. `corpus sql` reads the tables of the corpus and no other file, and "
                    f"loads no extension: for both, `duckdb {root / CATALOG}`, or warehouse.connect() in Python"
                ) from error
            raise


def print_named(name: str, warehouse: str | None, snapshot: SnapshotKey | None, format: Format) -> None:
    """Prints the rows of one of NAMED."""
    with _open(warehouse, snapshot, journal=name in ("runs", "checks")) as connection:
        if name == "rules":
            connection.register("known_rules", _list_rules())
            past = _read_parent(locate(warehouse), snapshot)
            connection.execute("SET VARIABLE past_is_known = ?", [past is not None])
            define_before(connection, locate(warehouse), past or {}, views=True)
        if name == "snapshots":
            connection.register("known_snapshots", _list_snapshots(locate(warehouse)))
        rows = connection.sql(NAMED[name])
        if format == "table":
            print_overview(rows)
        else:
            print_rows(rows, format)


def print_status(warehouse: str | None, snapshot: SnapshotKey | None, format: Format) -> None:
    """Prints what is in the corpus by source; before the table, what it comes to and what was left out."""
    if format == "table":
        with connect(warehouse, snapshot) as connection:
            print_styled(*_list_totals(connection, locate(warehouse), snapshot), "", soft_wrap=True)
    print_named("status", warehouse, snapshot, format)


def print_checks(warehouse: str | None, format: Format) -> bool:
    """Prints what the newest run checked, and how to look closer at what did not hold; whether any of it fails."""
    with _open(warehouse, None, journal=True) as connection:
        rows = connection.sql(NAMED["checks"])
        broken = rows.filter("NOT passed").fetchall()
        if format == "table":
            print_overview(rows.project("* EXCLUDE (detail, run_id)"))
            for name, severity, _, count, detail, _ in broken:
                print_styled("", *_explain(name, severity, count, detail), soft_wrap=True)
        else:
            print_rows(rows, format)
    return any(severity == "fail" for _, severity, *_ in broken)


def _explain(name: str, severity: str, count: int, detail: str | None) -> list[str]:
    """A claim that does not hold: what it means, the first rows that break it, and the query that finds all of them."""
    path = CHECKS / f"{name}.sql"
    meaning = read_claim(path)[1] if path.exists() else "This version has no such check."
    shown = detail or "[]"
    first = json.loads(shown) if shown.startswith("[") else [json.loads(shown)]
    lines = [f"{severity}: {name}, {count_of(count, 'row')}. {meaning}"]
    lines += [f"  {json.dumps(row, ensure_ascii=False)}" for row in first]
    return [*map(show_invisible, lines), f"  all of them are what {path} selects"]


def _open(warehouse: str | None, snapshot: SnapshotKey | None, journal: bool) -> duckdb.DuckDBPyConnection:
    """A connection; before the first snapshot one to the journals alone, where they are what is asked for."""
    root = locate(warehouse)
    if journal and not list_snapshots(root) and any((root / "tables" / "runs").glob("*.parquet")):
        connection = duckdb.connect(":memory:")
        define(connection, root, {})
        return connection
    return connect(warehouse, snapshot)


def _require_reading(connection: duckdb.DuckDBPyConnection, query: str, root: Path) -> str:
    """The statement's kind."""
    if writing := sorted(WRITING & set(_list_calls(query))):
        raise UsageError(f"{writing[0]} can write files: for it, `duckdb`, or warehouse.connect() in Python")
    statements = connection.extract_statements(query)
    # DuckDB 1 makes two statements of a PIVOT, without text of their own, the last of which reads.
    kinds = [statement.type.name for statement in statements if statement.query or statement is statements[-1]]
    if len(kinds) != 1:
        raise UsageError('give one statement, such as "FROM documents LIMIT 5"')
    [kind] = kinds
    if kind not in READING:
        raise UsageError(
            f"this is a statement of kind {kind}, and only those that read are taken: SELECT, FROM, DESCRIBE, "
            "SUMMARIZE, SHOW, EXPLAIN. To write rows to a file: --format csv > rows.csv. For tables of your own: "
            f"`duckdb {root / CATALOG}`, or warehouse.connect() in Python"
        )
    if kind == "EXPLAIN" and (explained := _EXPLAIN.sub("", query, count=1)) != query:
        _require_reading(connection, explained, root)  # EXPLAIN ANALYZE does what it explains
    return kind


def _list_calls(query: str) -> Iterator[str]:
    """The names that stand before a parenthesis, whatever comments stand between; those in literals are none."""
    told = query.encode()
    passed = (duckdb.token_type.string_const, duckdb.token_type.comment)  # DuckDB 2 tells of comments, 1 does not
    tokens = [(place, kind) for place, kind in duckdb.tokenize(query) if kind not in passed]
    for (place, _), (following, _) in pairwise(tokens):
        if told.startswith(b"(", following) and (name := _CALLED.match(told[place:following].decode())):
            yield name[1].lower()


def _list_totals(connection: duckdb.DuckDBPyConnection, root: Path, snapshot: SnapshotKey | None) -> list[str]:
    """The corpus, what was left out, the snapshot and the newest run, a line each."""
    manifest = read_manifest(root, snapshot)
    assert manifest is not None
    [(documents, words, sources, languages, earliest, latest)] = connection.execute(OVERVIEW).fetchall()
    counts = ((documents, "document"), (words, "word"), (sources, "source"), (languages, "language"))
    corpus = ", ".join(count_of(*count) for count in counts)
    omitted = [count_of(*left_out) for left_out in connection.execute(OMITTED).fetchall() if left_out[0]]
    lines = [
        f"corpus      {corpus}" + (f", published {earliest} to {latest}" if earliest else ""),
        f"left out    {', '.join(omitted) or 'nothing'}",
        f"snapshot    {manifest.snapshot_id}, {_write_time(manifest.run.ended_at)}, of run {manifest.run_id}",
    ]
    for run_id, outcome, ended_at, reason in connection.execute(NEWEST_RUN).fetchall():
        lines.append(f"newest run  {run_id}, {_write_time(ended_at)}, {outcome}{f': {reason}' if reason else ''}")
    return lines


def _write_time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _read_parent(root: Path, snapshot: SnapshotKey | None) -> dict[str, tuple[DataFile, ...]] | None:
    """The tables of the snapshot before: of the first one none; None when it has expired, or is no longer whole."""
    manifest = read_manifest(root, snapshot)
    if manifest is None or manifest.parent is None:
        return {}
    parent = read_manifest(root, manifest.parent) if manifest.parent in list_snapshots(root) else None
    tables = parent.tables if parent else None
    if tables is None or not all((root / file.path).exists() for files in tables.values() for file in files):
        return None
    return tables


def _list_rules() -> pa.Table:
    """But for white space, of which no row is kept."""
    from flows.clean.rulebook import list_rules

    return _table(("rule", "kind", "zone", "description"), [rule for rule in list_rules() if rule.kind != "space"])


def _list_snapshots(root: Path) -> pa.Table:
    manifests = [manifest for number in list_snapshots(root) if (manifest := read_manifest(root, number))]
    rows = [
        (
            manifest.snapshot_id,
            manifest.run.ended_at,
            manifest.run_id,
            sum(file.rows for file in manifest.tables["all_documents"]),
            sum(file.rows for file in manifest.tables["duplicates"]),
        )
        for manifest in manifests
    ]
    return _table(("snapshot", "published", "run_id", "landed", "copies"), rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    return pa.table({column: [row[place] for row in rows] for place, column in enumerate(columns)})
