"""DuckDB with every table and view by name, read-only."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from pydantic import ValidationError

from flows.model import TABLES
from flows.settings import Settings, local_path
from warehouse.journal import JOURNALS, list_journal
from warehouse.land import DataFile, SnapshotKey, escape_glob
from warehouse.manifest import read_manifest
from warehouse.tables import column_types, comments

CATALOG = "corpus.duckdb"
VIEWS = Path(__file__).parent / "views"
TABLE_MACROS = Path(__file__).parent / "macros"
STAMP = "catalog_stamp"
"""The catalog's own macro: a hash of what its views are made of, by which one that is out of date is known."""

WHITE_SPACE = r"[\t-\r\x1c-\x1f\x85\p{Z}]"
"""What Python's str.isspace says, in RE2's words."""
MACROS = {
    "solid_length": (
        f"(text) AS length(regexp_replace(text, '{WHITE_SPACE}', '', 'g'))",
        "How many characters a text has, white space aside",
    ),
    "fold": ("(text) AS strip_accents(lower(text))", "A text as `search` compares it: case and accents aside"),
}

_COLUMN_COMMENT = re.compile(r"(?m)(\w+),? +-- (.+)$")


class UsageError(Exception):
    """What was asked for cannot be done as it was asked."""


def connect(warehouse: str | Path | None = None, snapshot: SnapshotKey | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection to the newest snapshot, or to one of the past by its number or day.

    It holds the snapshot it opened, whatever is published meanwhile. LookupError when there is none, ValueError for a
    damaged manifest, FileNotFoundError for a lost file.
    """
    root = locate(warehouse)
    manifest = read_manifest(root, snapshot)
    if manifest is None:
        raise LookupError(f"nothing has landed in {root} yet: `corpus run` lands the first snapshot")
    connection = duckdb.connect(":memory:")
    try:
        define(connection, root, manifest.tables)
        if snapshot is not None or not os.access(root, os.W_OK) or has_catalog(root, manifest.tables):
            return connection
        write_catalog(root, manifest.tables)
    except FileNotFoundError:
        if read_manifest(root, snapshot) == manifest:
            raise
    if read_manifest(root, snapshot) == manifest:
        return connection
    connection.close()  # another one was published meanwhile, or a document forgotten
    return connect(root, snapshot)


def list_files(
    table: str = "all_documents", snapshot: SnapshotKey | None = None, warehouse: str | Path | None = None
) -> list[Path]:
    """The Parquet files that a table of a snapshot is, for pandas, Polars, Spark and whatever else reads Parquet.

    >>> pandas.read_parquet(list_files())
    >>> spark.read.parquet(*map(str, list_files("edits")))

    Copies are in `all_documents` too: those that are kept are not in `duplicates`. LookupError for a table or snapshot
    that is not there, FileNotFoundError for a lost file.
    """
    root = locate(warehouse)
    if table not in TABLES:
        raise LookupError(f"there is no table {table!r}: there are {', '.join(TABLES)}; the others are views")
    manifest = read_manifest(root, snapshot)
    if table in JOURNALS:
        return sorted((root / "tables" / table).glob("*.parquet"))
    files = manifest.tables.get(table, ()) if manifest else ()
    _require(root, files)
    return [root / file.path for file in files]


def locate(warehouse: str | Path | None) -> Path:
    """The folder of a warehouse; the one of the settings when not given. UsageError when it is no folder's address."""
    try:
        return local_path(str(warehouse) if warehouse is not None else Settings().warehouse, "the warehouse")
    except ValidationError:
        raise
    except ValueError as error:
        raise UsageError(str(error)) from error


def write_catalog(root: Path, tables: Mapping[str, Sequence[DataFile]]) -> None:
    """Replaces `corpus.duckdb` by one of these tables: readers that have the old one open keep it."""
    draft = root / f"{CATALOG}.draft-{os.getpid()}"
    draft.unlink(missing_ok=True)
    # The oldest storage that DuckDB 1.5 and 2.0 both open.
    config: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.0.0"}
    with duckdb.connect(str(draft), config=config) as connection:
        connection.begin()  # one commit: each would wait for the disk
        define(connection, root, tables)
        connection.execute(f"CREATE MACRO {STAMP}() AS {quote(_stamp(root, tables))}")
        connection.commit()
    # What a reader that could write left behind belongs to the catalog that goes.
    (root / f"{CATALOG}.wal").unlink(missing_ok=True)
    draft.replace(root / CATALOG)


def define(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    tables: Mapping[str, Sequence[DataFile]],
    drafts: Mapping[str, Sequence[Path]] | None = None,
    views: bool = True,
    commented: bool = True,
) -> None:
    """Creates every table and view of the corpus in a connection; `drafts` are further files of journals, by table.

    Comments, for which people ask, take most of the time it takes, and views most of the rest: a stage of a run does
    without. FileNotFoundError when a file of the tables is not there, or not whole.
    """
    for name, (definition, comment) in MACROS.items():
        connection.execute(f"CREATE OR REPLACE MACRO {name}{definition}")
        if commented:
            connection.execute(f"COMMENT ON MACRO {name} IS {quote(comment)}")
    for table in TABLES:
        if table in JOURNALS:
            paths = list_journal(root, table)
            # The glob, not the list: a later run's rows are seen without a new catalog.
            sources = [f"{escape_glob(root)}/tables/{table}/*.parquet"] if paths else []
            sources += [escape_glob(path) for path in (drafts or {}).get(table, ())]
            first = [*map(escape_glob, paths), *sources][:1]
        else:
            _require(root, tables.get(table, ()))
            sources = [escape_glob(root / file.path) for file in tables.get(table, ())]
            first = sources[:1]
        query = _select(connection, table, sources, first)
        if table in JOURNALS:  # a row is there twice between one compaction and the next
            query = f"SELECT DISTINCT * FROM ({query})"
        connection.execute(f"CREATE OR REPLACE VIEW {table} AS {query}")
        if commented:
            _comment(connection, table, TABLES[table].__doc__ or "", comments(table))
    if views:
        _create_views(connection, commented)
        _create_table_macros(connection, commented)


@contextmanager
def open_tables(
    root: Path,
    tables: Mapping[str, Sequence[DataFile]],
    drafts: Mapping[str, Sequence[Path]] | None = None,
    views: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to these tables, for a stage of a run."""
    with duckdb.connect(":memory:") as connection:
        # Dozens of queries read the same files, which nobody changes: to read their footers once saves a quarter.
        connection.execute("SET parquet_metadata_cache = true")
        define(connection, root, tables, drafts, views, commented=False)
        yield connection


def define_before(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    tables: Mapping[str, Sequence[DataFile]],
    schema: str = "before",
    views: bool = False,
) -> None:
    """Creates tables in a schema of their own, beside the others: by default those of the snapshot before."""
    connection.execute(f"CREATE SCHEMA {schema}")
    connection.execute(f"USE {schema}")
    define(connection, root, tables, views=views, commented=False)
    connection.execute("USE main")


def _require(root: Path, files: Sequence[DataFile]) -> None:
    for file in files:
        path = root / file.path
        if not path.exists() or path.stat().st_size != file.bytes:
            raise FileNotFoundError(
                f"the warehouse is damaged: {path} is {'not whole' if path.exists() else 'not there'}. Put it back "
                f"from a copy; or delete {root}, and `corpus run` makes it anew from the raw files"
            )


def _select(connection: duckdb.DuckDBPyConnection, table: str, sources: Sequence[str], first: Sequence[str]) -> str:
    """Every column by name and type, from whichever files there are; `first` is the oldest of them, if there is one.

    Columns are added, never taken away: when the oldest file has them all, so do the others, and a plain scan does,
    into which DuckDB pushes filters, fields of structs and counts.
    """
    types = column_types(table)
    empty = f"SELECT {', '.join(f'NULL::{kind} AS {name}' for name, kind in types.items())} WHERE false"
    if not sources:
        return empty
    # Without hive_partitioning = false, a folder called source=x would be taken for a column.
    files = f"read_parquet([{', '.join(quote(source) for source in sources)}], hive_partitioning = false"
    stored = {name: "VARCHAR" if kind == "JSON" else kind for name, kind in types.items()}
    describe = "SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet(?, hive_partitioning = false))"
    found = connection.execute(describe, [first[0]]).fetchall()
    if {name: kind.replace('"', "") for name, kind in found} == stored:  # it quotes fields that are keywords
        columns = [f"{name}::JSON AS {name}" if kind == "JSON" else name for name, kind in types.items()]
        return f"SELECT {', '.join(columns)} FROM {files})"
    return f"{empty} UNION ALL BY NAME FROM {files}, union_by_name = true)"


def _create_views(connection: duckdb.DuckDBPyConnection, commented: bool) -> None:
    """One view a file of views/; a view may stand on others.

    The first line is the view's comment, a comment at the end of a line that of the column the line ends with. A column
    that has none is one of `all_documents` and has its comment.
    """
    queries = {path.stem: path.read_text("utf-8") for path in VIEWS.glob("*.sql")}
    for name in _sort_by_need(queries):
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS {queries[name]}")
        if not commented:
            continue
        first, _, rest = queries[name].partition("\n")
        notes = comments("all_documents") | dict(_COLUMN_COMMENT.findall(rest))
        columns = connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [name]).fetchall()
        told = {column: notes[column] for (column,) in columns if column in notes}
        _comment(connection, name, first.removeprefix("--").strip(), told)


def _create_table_macros(connection: duckdb.DuckDBPyConnection, commented: bool) -> None:
    """One macro a file of macros/, whose first line has its call, as in `search(words)`, and its comment."""
    queries = {path.stem: path.read_text("utf-8") for path in TABLE_MACROS.glob("*.sql")}
    for name in _sort_by_need(queries):
        first, _, query = queries[name].partition("\n")
        call, _, comment = first.removeprefix("-- ").partition(": ")
        connection.execute(f"CREATE OR REPLACE MACRO {call} AS TABLE {query}")
        if commented:
            connection.execute(f"COMMENT ON MACRO TABLE {name} IS {quote(comment)}")


def _sort_by_need(queries: Mapping[str, str]) -> Iterable[str]:
    """The names, each after those that its query stands on."""
    words = {name: set(re.findall(r"\w+", re.sub("--.*", "", query))) for name, query in queries.items()}
    return TopologicalSorter({name: words[name] & queries.keys() - {name} for name in sorted(queries)}).static_order()


def _comment(connection: duckdb.DuckDBPyConnection, view: str, text: str, columns: Mapping[str, str]) -> None:
    connection.execute(f"COMMENT ON VIEW {view} IS {quote(text)}")
    for column, comment in columns.items():
        connection.execute(f"COMMENT ON COLUMN {view}.{column} IS {quote(comment)}")


def has_catalog(root: Path, tables: Mapping[str, Sequence[DataFile]]) -> bool:
    """Whether `corpus.duckdb` is of these tables: not when the warehouse was moved, or its catalog is lost or of old.

    A copy is read, since a reader may have the catalog itself open in a way that shuts others out.
    """
    with tempfile.TemporaryDirectory() as folder, suppress(FileNotFoundError, duckdb.Error):
        copy = shutil.copy(root / CATALOG, folder)
        with duckdb.connect(str(copy), read_only=True) as catalog:
            return catalog.execute(f"SELECT {STAMP}()").fetchone() == (_stamp(root, tables),)
    return False


def _stamp(root: Path, tables: Mapping[str, Sequence[DataFile]]) -> str:
    """A hash of what the views are made of."""
    files = {table: [file.path for file in tables.get(table, ())] for table in TABLES}
    columns = {table: (TABLES[table].__doc__, column_types(table), comments(table)) for table in TABLES}
    queries = [
        (path.name, path.read_text("utf-8")) for folder in (VIEWS, TABLE_MACROS) for path in sorted(folder.iterdir())
    ]
    return hashlib.sha256(repr((str(root), files, columns, queries, MACROS)).encode()).hexdigest()


def read_rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> list[dict[str, Any]]:
    """The rows of a query, each by column."""
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def quote(text: str) -> str:
    """A literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
