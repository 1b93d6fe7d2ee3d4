"""How rows are printed to stdout: a table to look at, or CSV, JSON and Parquet for programs."""

import csv
import io
import json
import os
import pydoc
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from warehouse.connect import UsageError, quote

Format = Literal["table", "csv", "json", "parquet"]

MOST_ROWS = 1_000
"""Rows that a table shows; the other formats print all there are."""
ROWS_AT_A_TIME = 10_000
WIDTH = 160
"""Characters in a line where there is no terminal to tell, nor COLUMNS."""

_NESTED = re.compile(r"JSON$|\]$|^(STRUCT|MAP|UNION)\(")
_HUGE = re.compile(r"\bU?HUGEINT\b")
_NOT_A_NUMBER = re.compile(r"\b(NaN|Infinity)\b")


def print_rows(rows: duckdb.DuckDBPyRelation, format: Format) -> None:
    """Prints rows as they come. What a table does not show is told, and how to see it."""
    if format == "table":
        _print_table(rows)
    elif format == "csv":
        _print_csv(rows)
    elif format == "json":
        _print_json(rows)
    else:
        _print_parquet(rows)


def print_overview(rows: duckdb.DuckDBPyRelation) -> None:
    """Prints rows as a table for people: numbers in groups of three, long cells folded, no types."""
    shown, more = _take(rows)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for field in shown.schema:
        is_number = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        table.add_column(field.name, justify="right" if is_number else "left", overflow="fold", vertical="top")
    for row in shown.to_pylist():
        table.add_row(*(tidy(value) for value in row.values()))
    print_styled(table)
    _tell_of_more(more)


def print_styled(*parts: Any, soft_wrap: bool = False) -> None:
    """Prints what rich renders, in colour where stdout has it, as wide as the terminal."""
    console = Console(width=_width(), highlight=False, markup=False, emoji=False)
    with console.capture() as capture:  # written by ourselves: the console would end the process on a closed pipe
        for part in parts:
            console.print(part, soft_wrap=soft_wrap)
    _write("\n".join(line.rstrip(" ") for line in capture.get().split("\n")))


def _write(page: str) -> None:
    """Writes to stdout; what does not fit a terminal goes through $PAGER, as `git` does it."""
    if sys.stdout.isatty() and page.count("\n") >= shutil.get_terminal_size().lines:
        os.environ.setdefault("LESS", "FRX")
        pydoc.pager(page)
    else:
        sys.stdout.write(page)


def tidy(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(tidy, value))
    return str(value).partition(".")[0] if hasattr(value, "hour") else str(value)


def _print_table(rows: duckdb.DuckDBPyRelation) -> None:
    shown, more = _take(rows)
    page = io.StringIO()
    with duckdb.connect(":memory:") as printer, redirect_stdout(page):
        printer.from_arrow(shown).show(max_width=_width(), max_rows=MOST_ROWS)
    _write(page.getvalue().rstrip("\n") + "\n")
    _tell_of_more(more)
    if "…" in page.getvalue():
        _tell("… stands for what does not fit: name fewer columns, or see all of it with --format json")


def _take(rows: duckdb.DuckDBPyRelation) -> tuple[pa.Table, bool]:
    """The first rows, and whether there are more."""
    reader = rows.to_arrow_reader(ROWS_AT_A_TIME)
    schema = reader.schema
    batches: list[pa.RecordBatch] = []
    while sum(batch.num_rows for batch in batches) <= MOST_ROWS and (batch := next(reader, None)) is not None:
        batches.append(batch)
    table = pa.Table.from_batches(batches, schema).rename_columns(_tell_apart(schema.names))
    return table.slice(0, MOST_ROWS), table.num_rows > MOST_ROWS


def _tell_of_more(more: bool) -> None:
    if more:
        _tell(f"these are the first {MOST_ROWS:,} rows: --format csv, json or parquet prints all of them")


def _tell(message: str) -> None:
    sys.stdout.flush()
    print(message, file=sys.stderr)


def _print_csv(rows: duckdb.DuckDBPyRelation) -> None:
    """RFC 4180, but lines end as the shell's tools have them; lists and structs are JSON, NULL is empty."""
    columns = _tell_apart(rows.columns)
    texts = [
        f"to_json({_name(column)})::VARCHAR" if _NESTED.search(str(kind)) else f"{_name(column)}::VARCHAR"
        for column, kind in zip(columns, rows.types, strict=True)
    ]
    csv.writer(sys.stdout, lineterminator="\n").writerow(columns)
    for batch in _read_texts(rows, columns, texts):
        page = io.StringIO(newline="")
        csv.writer(page, lineterminator="\n").writerows(batch)
        sys.stdout.write(page.getvalue())


def _print_json(rows: duckdb.DuckDBPyRelation) -> None:
    """One array of objects, an object a line; what JSON has no number for is null."""
    columns = _tell_apart(rows.columns)
    pairs = ", ".join(f"{quote(column)}, {_name(column)}" for column in columns)
    opening = "["
    for batch in _read_texts(rows, columns, [f"json_object({pairs})::VARCHAR"]):
        objects = [_replace_not_numbers(text) for (text,) in batch]
        sys.stdout.write(f"{opening}\n" + ",\n".join(objects))
        opening = ","
    sys.stdout.write("[]\n" if opening == "[" else "\n]\n")


def _replace_not_numbers(text: str) -> str:
    if not _NOT_A_NUMBER.search(text):
        return text
    return json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)


def _print_parquet(rows: duckdb.DuckDBPyRelation) -> None:
    if sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal: redirect it, as in `… --format parquet > rows.parquet`")
    # Parquet has no integer of 128 bits: DuckDB would round it to a double.
    casts = [
        f"{_name(column)}::{_HUGE.sub('DECIMAL(38, 0)', str(kind))} AS {_name(column)}"
        for column, kind in zip(rows.columns, rows.types, strict=True)
        if _HUGE.search(str(kind))
    ]
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        exact = rows.project(f"* REPLACE ({', '.join(casts)})") if casts else rows
        with duckdb.connect(":memory:") as printer:  # the connection of the rows may not write
            printer.from_arrow(exact.to_arrow_reader(ROWS_AT_A_TIME)).write_parquet(file.name, compression="zstd")
        with Path(file.name).open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)


def _read_texts(
    rows: duckdb.DuckDBPyRelation, columns: Sequence[str], expressions: Sequence[str]
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The expressions over the columns, for some rows at a time.

    A second DuckDB computes them over rows that have come, so that the first sees the query as it was written: what it
    says of a mistake points into that.
    """
    reader = rows.to_arrow_reader(ROWS_AT_A_TIME)
    with duckdb.connect(":memory:") as printer:
        for batch in reader:
            table = pa.Table.from_batches([batch]).rename_columns(columns)
            texts = printer.from_arrow(table).project(", ".join(expressions)).to_arrow_table()
            yield zip(*(column.to_pylist() for column in texts.columns), strict=True)


def _tell_apart(names: Sequence[str]) -> list[str]:
    """The names, numbered where the same one comes again: no format may lose a column to another."""
    apart: dict[str, str] = {}
    for name in names:
        free, number = name, 0
        while free.lower() in apart:
            number += 1
            free = f"{name}_{number}"
        apart[free.lower()] = free
    return list(apart.values())


def _width() -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
