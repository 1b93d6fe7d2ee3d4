"""Arrow schemas and DuckDB's view of them, read off `flows/model.py`."""

import types
from collections.abc import Iterable
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

from flows.model import JSON, TABLES

ARROW_TYPES: dict[Any, pa.DataType] = {
    str: pa.string(),
    JSON: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}

DUCKDB_TYPES: dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}

SORTED_BY: dict[str, tuple[str, ...]] = {
    "all_documents": ("source", "published", "doc_id"),
    "edits": ("doc_id", "seq"),
    "paragraphs": ("doc_id", "seq"),
    "templates": ("source", "paragraph_hash"),
    "files": ("uri",),
    "fingerprints": ("doc_id",),
    "pairs": ("doc_id", "other_id"),
    "duplicates": ("doc_id",),
    "forgotten": ("uri", "record"),
}
"""How the rows of a file are sorted, so that Parquet's statistics let a reader skip."""


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table, one field a column; a column is nullable when its type says None."""
    return pa.schema(list(_arrow_fields(TABLES[table])))


@cache
def comments(table: str) -> dict[str, str]:
    """What each column means."""
    return {name: " ".join(notes) for name, (_, notes) in _columns(TABLES[table]).items()}


@cache
def column_types(table: str) -> dict[str, str]:
    """DuckDB's type of each column."""
    json = {name for name, (kind, _) in _columns(TABLES[table]).items() if kind is JSON}
    return {field.name: "JSON" if field.name in json else _duckdb_type(field.type) for field in arrow_schema(table)}


def arrow_table(table: str, rows: Iterable[Any]) -> pa.Table:
    """Rows (instances of the table's dataclass) as an Arrow table of its schema."""
    rows = list(rows)
    schema = arrow_schema(table)
    return pa.Table.from_arrays([_array([getattr(row, f.name) for row in rows], f.type) for f in schema], schema=schema)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_struct(kind):
        values = [asdict(value) for value in values]
    elif pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        values = [[asdict(element) for element in value] for value in values]
    return pa.array(values, kind)


def _columns(row: type) -> dict[str, tuple[Any, tuple[str, ...]]]:
    hints = get_type_hints(row, include_extras=True)
    columns = {}
    for field in fields(row):
        hint = hints[field.name]
        notes = tuple(hint.__metadata__) if get_origin(hint) is Annotated else ()
        columns[field.name] = (get_args(hint)[0] if notes else hint, notes)
    return columns


def _arrow_fields(row: type) -> Iterable[pa.Field]:
    for name, (kind, _) in _columns(row).items():
        options = [option for option in get_args(kind) if option is not type(None)]
        optional = get_origin(kind) in (Union, types.UnionType) and len(options) < len(get_args(kind))
        yield pa.field(name, _arrow_type(options[0] if optional else kind), nullable=optional)


def _duckdb_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_duckdb_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{field.name} {_duckdb_type(field.type)}' for field in kind)})"
    return DUCKDB_TYPES[kind]


def _arrow_type(kind: Any) -> pa.DataType:
    if get_origin(kind) is list:
        return pa.list_(pa.field("element", _arrow_type(get_args(kind)[0]), nullable=False))
    if isinstance(kind, type) and is_dataclass(kind):
        return pa.struct(list(_arrow_fields(kind)))
    return ARROW_TYPES[kind]
