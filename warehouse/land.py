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
MOST_GATHERED = 256 << 20
"""Bytes in memory of rows that are gathered: text that repeats itself takes a thousandth of them in a file."""

SnapshotKey = int | date
"""A snapshot by its number, or the one that was current at the end of a day, in UTC."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a table: its path relative to the warehouse, and what must be true of it."""

    path: str
    rows: int
    bytes: int
    sha256: str


def write_part(warehouse: Path, folder: str, table: str, rows: pa.Table, schema: pa.Schema | None = None) -> DataFile:
    """Writes sorted rows as one file below `folder` of the warehouse, durable before it gets its name.

    `schema` is that of the rows where an older version of the software made them, today's otherwise.
    """
    keys = [(column, "ascending") for column in SORTED_BY.get(table, ())]
    schema = schema or arrow_schema(table)
    rows = rows.cast(schema)
    rows = rows.sort_by(keys) if keys else rows.combine_chunks()
    return _write(warehouse, f"{folder}/{table}", schema, rows.to_batches(ROW_GROUP_ROWS))


def write_without(warehouse: Path, folder: str, table: str, file: DataFile, column: str, stale: pa.Array) -> DataFile:
    """Writes the rows of a file anew, without those whose `column` is among the stale: copy on write.

    The file keeps its columns: one of an older version may lack some.
    """
    parquet = pq.ParquetFile(warehouse / file.path)
    survivors = (
        kept
        for batch in parquet.iter_batches(ROW_GROUP_ROWS)
        if (kept := batch.filter(pc.invert(pc.is_in(batch[column], value_set=stale)))).num_rows
    )
    return _write(warehouse, f"{folder}/{table}", parquet.schema_arrow, survivors)


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
    """The files of a table, those that are smaller gathered into files of about so many bytes, below `folder`.

    What is gathered stands where the first of it stood: the oldest files, which may lack a column, stay the first.
    """
    small = [file for file in files if file.bytes < small_bytes]
    instead: dict[DataFile, DataFile | None] = {}
    for group, rows in _group_small(warehouse, small, small_bytes) if len(small) > 1 else ():
        if len(group) > 1:
            gathered = write_part(warehouse, folder, table, rows, rows.schema)
            instead |= {**dict.fromkeys(group), group[0]: gathered}
    return replace_files(files, instead)


def _group_small(
    warehouse: Path, small: Iterable[DataFile], small_bytes: int
) -> Iterator[tuple[list[DataFile], pa.Table]]:
    """Files that go together, with their rows: of the same columns, and no more than fit into memory."""
    group: list[DataFile] = []
    parts: list[pa.Table] = []
    for file in small:
        part = pq.ParquetFile(warehouse / file.path).read()
        if parts and (
            sum(each.bytes for each in group) >= small_bytes
            or sum(each.nbytes for each in parts) + part.nbytes > MOST_GATHERED
            or part.schema != parts[0].schema
        ):
            yield group, pa.concat_tables(parts)
            group, parts = [], []
        group.append(file)
        parts.append(part)
    yield group, pa.concat_tables(parts)


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
    """A path beside this one to write to: when that is whole and on the disk, it takes this one's place, at once.

    Each writer has a draft of its own, which goes where writing fails. Of a link the file it names is replaced; what is
    no file, such as /dev/stdout, is written to as it is.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    place = Path(os.path.realpath(path))
    draft = place.with_name(f"{place.name}.{secrets.token_hex(4)}.draft")
    try:
        yield draft
        make_durable(draft)
        draft.replace(place)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def make_durable(path: Path) -> None:
    """Returns once the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
