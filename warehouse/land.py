"""Rows are written aside as Parquet files whose names are hashes of their content, never edited, only superseded."""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.tables import SORTED_BY, arrow_schema

RUN_ID = re.compile(r"\d{8}T\d{6,12}-[0-9a-f]{4,6}")
SCRATCH = "staging/verifying"
"""Where a verification derives the tables again."""
ROW_GROUP_ROWS = 100_000
"""DuckDB reads a row group at a time, in a thread each; it advises 100,000 rows or more."""


SnapshotKey = int | date
"""A snapshot by its number, or the one that was current at the end of a day, in UTC."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a table: its path relative to the warehouse, and what must be true of it."""

    path: str
    rows: int
    bytes: int
    sha256: str


def write_part(warehouse: Path, folder: str, table: str, rows: pa.Table) -> DataFile:
    """Writes sorted rows as one file below `folder` of the warehouse, durable before it gets its name."""
    keys = [(column, "ascending") for column in SORTED_BY.get(table, ())]
    rows = rows.cast(arrow_schema(table))
    if keys:
        rows = rows.sort_by(keys)
    return _write(warehouse, f"{folder}/{table}", arrow_schema(table), rows.to_batches(ROW_GROUP_ROWS))


def write_without(warehouse: Path, folder: str, table: str, file: DataFile, column: str, stale: pa.Array) -> DataFile:
    """Writes the rows of a file anew, without those whose `column` is among the stale: copy on write."""
    survivors = (
        kept
        for batch in pq.ParquetFile(warehouse / file.path).iter_batches(ROW_GROUP_ROWS)
        if (kept := batch.filter(pc.invert(pc.is_in(batch[column], value_set=stale)))).num_rows
    )
    return _write(warehouse, f"{folder}/{table}", arrow_schema(table), survivors)


def rewrite_without(
    warehouse: Path,
    connection: duckdb.DuckDBPyConnection,
    folder: str,
    table: str,
    files: Collection[DataFile],
    column: str,
    stale: pa.Array,
) -> dict[DataFile, DataFile | None]:
    """What takes the place of each file of a table that has rows whose `column` is among the stale.

    None for a file that has no others; files without such rows are not named.
    """
    if not files or not len(stale):
        return {}
    gone = pa.table({"key": stale})  # read by the query below, by its name
    paths = [escape_glob(warehouse / file.path) for file in files]
    found = connection.execute(
        f"SELECT parse_filename(filename), count(*) FROM read_parquet(?, filename = true, hive_partitioning = false) "
        f"SEMI JOIN gone ON {column} = gone.key GROUP BY ALL",
        [paths],
    ).fetchall()
    touched: dict[str, int] = dict(found)
    del gone
    return {
        file: write_without(warehouse, folder, table, file, column, stale) if hits < file.rows else None
        for file in files
        if (hits := touched.get(Path(file.path).name, 0))
    }


def replace_files(files: Iterable[DataFile], instead: Mapping[DataFile, DataFile | None]) -> tuple[DataFile, ...]:
    """The files, each with what `rewrite_without` has put in its place."""
    return tuple(kept for file in files if (kept := instead.get(file, file)) is not None)


def gather_small(
    warehouse: Path, folder: str, table: str, files: Sequence[DataFile], small_bytes: int
) -> tuple[DataFile, ...]:
    """The files of a table, those that are smaller gathered into files of about so many bytes, below `folder`."""
    groups = list(_group_small(files, small_bytes))
    gathered = {file for group in groups for file in group}
    parts = (_gather(warehouse, folder, table, group) for group in groups)
    return (*(file for file in files if file not in gathered), *parts)


def _group_small(files: Iterable[DataFile], small_bytes: int) -> Iterator[list[DataFile]]:
    """Smaller files that go together, two at least."""
    group: list[DataFile] = []
    for file in files:
        if file.bytes < small_bytes:
            group.append(file)
        if len(group) > 1 and sum(each.bytes for each in group) >= small_bytes:
            yield group
            group = []
    if len(group) > 1:
        yield group


def _gather(warehouse: Path, folder: str, table: str, files: Iterable[DataFile]) -> DataFile:
    parts = [arrow_schema(table).empty_table(), *(pq.ParquetFile(warehouse / file.path).read() for file in files)]
    # Older files may lack a column.
    return write_part(warehouse, folder, table, pa.concat_tables(parts, promote_options="permissive"))


def name_run(started_at: datetime) -> str:
    """A run_id of its own: its time, and a random part."""
    return f"{started_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def clear_staging(warehouse: Path) -> None:
    """Removes what runs have staged, and nothing that anyone else may have put there."""
    for path in (warehouse / "staging").iterdir():
        if path.is_dir() and RUN_ID.fullmatch(path.name):
            shutil.rmtree(path)


def escape_glob(path: Path) -> str:
    """The path as DuckDB must be given it, which takes *, ? and [ for a pattern of names."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(warehouse: Path, folder: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> DataFile:
    (warehouse / folder).mkdir(parents=True, exist_ok=True)
    draft = warehouse / folder / f"draft-{os.getpid()}.parquet"
    rows = 0
    with pq.ParquetWriter(draft, schema, compression="zstd", compression_level=3, write_page_index=True) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    make_durable(draft)
    sha256 = hash_file(draft)
    path = f"{folder}/{sha256[:32]}.parquet"
    size = draft.stat().st_size
    draft.replace(warehouse / path)
    return DataFile(path, rows, size, sha256)


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A path beside this one to write to: when that is whole and on the disk, it takes this one's place, at once."""
    draft = path.with_name(f"{path.name}.draft")
    yield draft
    make_durable(draft)
    draft.replace(path)


def make_durable(path: Path) -> None:
    """Returns once the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
