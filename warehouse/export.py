"""Exporting: the kept documents as plain files, for whoever has no DuckDB."""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from warehouse.connect import connect, locate, quote
from warehouse.land import SnapshotKey, draft_of, hash_file
from warehouse.manifest import read_manifest
from warehouse.tables import comments

ExportFormat = Literal["parquet", "jsonl", "csv"]
OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "jsonl": "FORMAT json, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'",
    "csv": "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'",
}
DESCRIPTION = "snapshot.json"


def export_documents(
    folder: Path, format: ExportFormat, warehouse: str | None = None, snapshot: SnapshotKey | None = None
) -> Path:
    """Writes `documents` as one file into a folder, beside it what it is: its snapshot, columns and SHA-256.

    FileExistsError when the folder holds anything. In CSV lists and structs are JSON.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: give a folder of its own for the export")
    root = locate(warehouse)
    manifest = read_manifest(root, snapshot)
    with connect(warehouse, manifest.snapshot_id if manifest else snapshot) as connection:
        assert manifest is not None  # or connecting had failed
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"documents.{format}"
        with draft_of(path) as draft:
            connection.execute(f"COPY ({_select(connection, format)}) TO {quote(str(draft))} ({OPTIONS[format]})")
            size, sha256 = draft.stat().st_size, hash_file(draft)
        [(rows,)] = connection.execute("FROM documents SELECT count(*)").fetchall()
    told = {
        "snapshot": manifest.snapshot_id,
        "published": manifest.run.ended_at,
        "run_id": manifest.run_id,
        "recipe": manifest.recipe,
        "file": path.name,
        "documents": rows,
        "bytes": size,
        "sha256": sha256,
        "columns": comments("all_documents"),
    }
    text = json.dumps(told, indent=1, ensure_ascii=False, default=datetime.isoformat)
    with draft_of(folder / DESCRIPTION) as draft:
        draft.write_text(text + "\n", encoding="utf-8")
    return path


def _select(connection: duckdb.DuckDBPyConnection, format: ExportFormat) -> str:
    """The query of what is exported, in an order of its own: the same snapshot gives the same file."""
    columns = connection.execute("DESCRIBE documents").fetchall()
    nested = [name for name, kind, *_ in columns if kind.endswith("]") or kind.startswith("STRUCT")]
    replaced = ", ".join(f"to_json({name}) AS {name}" for name in nested)
    choice = f"SELECT * REPLACE ({replaced})" if format == "csv" else "SELECT *"
    return f"FROM documents {choice} ORDER BY source, published, doc_id"
