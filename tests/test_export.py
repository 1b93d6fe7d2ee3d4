"""An export is the kept documents, whole, in the form that was asked for."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.conftest import Corpus
from warehouse.connect import connect
from warehouse.export import ExportFormat, export_documents
from warehouse.land import hash_file
from warehouse.manifest import list_snapshots

Article = Callable[..., str]


@pytest.fixture
def landed(corpus: Corpus, make_article: Article) -> Corpus:
    article = make_article(1)
    corpus.land({"a.md": f'# Tea, "milk"\nand\n\n{article}', "copy.txt": article})
    records = {
        "text": make_article(2),
        "title": "Ünïcode 中文 🙂",
        "published": "2024-05-06T07:08Z",
        "extra": {"a": [1]},
    }
    corpus.land({"b.jsonl": json.dumps(records) + "\n"})
    return corpus


def export(corpus: Corpus, folder: Path, format: ExportFormat, snapshot: int | None = None) -> Path:
    return export_documents(folder, format, str(corpus.warehouse), snapshot)


@pytest.mark.parametrize("format", ["parquet", "jsonl", "csv"])
def test_an_export_has_the_kept_documents_in_every_format(landed: Corpus, tmp_path: Path, format: ExportFormat) -> None:
    path = export(landed, tmp_path / "out", format)
    if format == "parquet":
        rows = pq.ParquetFile(path).read().to_pylist()
    elif format == "jsonl":
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert {row["metadata"].get("extra", {}).get("a", [0])[0] for row in rows} == {0, 1}
        assert "2024-05-06T07:08:00Z" in {row["published"] for row in rows}
    else:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert all(json.loads(row["authors"]) == [] and json.loads(row["quality"]) for row in rows)
    query = "FROM documents SELECT doc_id, text, title ORDER BY source, published, doc_id"
    told = [(row["doc_id"], row["text"], row["title"] or None) for row in rows]
    assert told == landed.ask(query)
    described = json.loads((tmp_path / "out" / "snapshot.json").read_text("utf-8"))
    assert (described["documents"], described["snapshot"]) == (2, 2)
    assert described["sha256"] == hash_file(path)
    assert set(rows[0]) == set(described["columns"])


def test_the_same_snapshot_gives_the_same_file(landed: Corpus, tmp_path: Path) -> None:
    one, other = (export(landed, tmp_path / name, "jsonl").read_bytes() for name in ("one", "other"))
    assert one == other


def test_a_snapshot_of_the_past_is_exported_as_it_was(landed: Corpus, tmp_path: Path) -> None:
    path = export(landed, tmp_path / "it's out", "jsonl", snapshot=1)
    assert len(path.read_text("utf-8").splitlines()) == 1


def test_an_export_tells_the_snapshot_that_it_holds_whatever_is_published_meanwhile(
    landed: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_and_publish(*arguments: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*arguments)
        landed.land({"a.md": None})
        return connection

    told = len(list_snapshots(landed.warehouse))
    count = landed.ask("FROM documents SELECT count(*)")[0][0]
    monkeypatch.setattr("warehouse.export.connect", connect_and_publish)
    export_documents(tmp_path / "out", "jsonl", str(landed.warehouse))
    about = json.loads((tmp_path / "out" / "snapshot.json").read_text())
    assert (about["snapshot"], about["documents"]) == (told, count)


def test_a_folder_with_anything_in_it_is_left_alone(landed: Corpus, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="is not empty"):
        export(landed, tmp_path, "csv")
