"""DuckDB opens the warehouse: the same tables by every way in, and whatever is damaged is named."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Corpus
from warehouse import connect
from warehouse.connect import CATALOG

Article = Callable[..., str]
TABLES = "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
COLUMNS = """
    SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal
    ORDER BY table_name, column_index"""


@contextmanager
def open_catalog(corpus: Corpus) -> Iterator[duckdb.DuckDBPyConnection]:
    """As someone does who has DuckDB alone."""
    with duckdb.connect(str(corpus.warehouse / CATALOG), read_only=True) as catalog:
        yield catalog


def test_plain_duckdb_shows_the_same_tables_columns_and_comments(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with connect(corpus.warehouse) as connection, open_catalog(corpus) as catalog:
        for query in (TABLES, COLUMNS):
            assert catalog.execute(query).fetchall() == connection.execute(query).fetchall() != []


def test_plain_duckdb_gives_the_same_rows_and_knows_the_macros(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1), "b.txt": make_article(1), "c.txt": ""})
    with connect(corpus.warehouse) as connection, open_catalog(corpus) as catalog:
        for query in ("FROM documents", "FROM left_out ORDER BY ALL", "SELECT solid_length(text) FROM all_documents"):
            assert catalog.execute(query).fetchall() == connection.execute(query).fetchall() != []


def test_the_journal_shows_later_runs_to_those_who_hold_a_snapshot(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with open_catalog(corpus) as catalog:
        corpus.run()
        assert catalog.execute("SELECT outcome FROM runs ORDER BY started_at").fetchall() == [
            ("published",),
            ("unchanged",),
        ]


def test_nothing_can_be_changed_through_a_connection(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with connect(corpus.warehouse) as connection, pytest.raises(duckdb.Error):
        connection.execute("DELETE FROM documents")


def test_an_empty_warehouse_says_how_to_land_something(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="`corpus run` lands the first snapshot"):
        connect(tmp_path)


def test_the_warehouse_of_the_environment_is_opened(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.land({"a.txt": make_article(1)})
    monkeypatch.setenv("CORPUS_WAREHOUSE", str(corpus.warehouse))
    with connect() as connection:
        assert connection.execute("SELECT uri FROM documents").fetchall() == [("a.txt",)]


# The catalog mends itself


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "damaged"])
def test_a_catalog_that_is_lost_or_damaged_is_made_again(corpus: Corpus, make_article: Article, lost: bool) -> None:
    corpus.land({"a.txt": make_article(1)})
    (corpus.warehouse / CATALOG).write_bytes(b"no database")
    if lost:
        (corpus.warehouse / CATALOG).unlink()
    connect(corpus.warehouse).close()
    with open_catalog(corpus) as catalog:
        assert catalog.execute("SELECT uri FROM documents").fetchall() == [("a.txt",)]


def test_a_catalog_of_an_older_snapshot_is_made_again(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    old = (corpus.warehouse / CATALOG).read_bytes()
    corpus.land({"b.txt": make_article(2)})
    (corpus.warehouse / CATALOG).write_bytes(old)
    connect(corpus.warehouse).close()
    with open_catalog(corpus) as catalog:
        assert len(catalog.execute("FROM documents").fetchall()) == 2


def test_a_catalog_that_is_right_is_left_alone(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    before = (corpus.warehouse / CATALOG).stat().st_ino
    connect(corpus.warehouse).close()
    connect(corpus.warehouse, snapshot=1).close()
    assert (corpus.warehouse / CATALOG).stat().st_ino == before


def test_someone_who_has_the_catalog_open_for_writing_shuts_nobody_out(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    write = (
        f"import duckdb, sys; writer = duckdb.connect({str(corpus.warehouse / CATALOG)!r}); "
        "writer.execute('CREATE TABLE mine AS SELECT 1 AS one'); print('open', flush=True); sys.stdin.read(); "
        "import os; os._exit(1)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", write], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None and writer.stdin is not None
        assert writer.stdout.readline() == "open\n"
        assert corpus.ask("SELECT uri FROM documents") == [("a.txt",)]
        corpus.land({"b.txt": make_article(2)})
        with open_catalog(corpus) as catalog:
            assert len(catalog.execute("FROM documents").fetchall()) == 2
        writer.stdin.close()
    with open_catalog(corpus) as catalog:
        assert "mine" not in {name for (name,) in catalog.execute("SHOW TABLES").fetchall()}


# What is damaged


def test_a_lost_file_is_named_whatever_is_asked(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1) + "\n0 Comments\n"})
    [path] = (corpus.warehouse / "tables" / "edits").glob("*.parquet")
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"{path} is not there"):
        connect(corpus.warehouse)


def test_a_file_that_is_not_whole_is_named(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    [path] = (corpus.warehouse / "tables" / "all_documents").glob("*.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(FileNotFoundError, match=f"{path} is not whole"):
        connect(corpus.warehouse)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"snapshot_id": 2}', "\x00"])
def test_a_damaged_manifest_is_told_and_the_one_before_can_be_read(
    corpus: Corpus, make_article: Article, content: str
) -> None:
    corpus.land({"a.txt": make_article(1)})
    corpus.land({"b.txt": make_article(2)})
    (corpus.warehouse / "snapshots" / "000002.json").write_text(content)
    with pytest.raises(ValueError, match=r"the manifest of snapshot 2 cannot be read.*--snapshot 1"):
        connect(corpus.warehouse)
    assert corpus.ask("SELECT uri FROM documents", snapshot=1) == [("a.txt",)]


def test_a_manifest_says_what_it_lacks_of_its_run(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    path = corpus.warehouse / "snapshots" / "000001.json"
    manifest = json.loads(path.read_text())
    told = {name: value for name, value in manifest["run"].items() if name != "reason"}
    path.write_text(json.dumps({**manifest, "run": told}))  # as of a version that had no such column
    assert corpus.ask("SELECT uri FROM documents") == [("a.txt",)]
    for lacking, reason in (
        ({**told, "settings": "{}"}, "its settings lack 'seeds'"),
        ({name: value for name, value in told.items() if name != "ended_at"}, "it lacks 'ended_at'"),
    ):
        path.write_text(json.dumps({**manifest, "run": lacking}))
        with pytest.raises(ValueError, match=rf"snapshot 1 cannot be read \({reason}\)\. Put it back from a copy$"):
            connect(corpus.warehouse)


# Files of an older version


def test_a_file_without_a_newer_column_is_read_with_null_in_it(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    [path] = (corpus.warehouse / "tables" / "runs").glob("*.parquet")
    old = pq.read_table(path)
    pq.write_table(old.drop_columns(["reason"]), path)
    corpus.run()
    rows = corpus.ask("SELECT reason, outcome FROM runs ORDER BY started_at")
    assert rows == [(None, "published"), (None, "unchanged")]
    kinds = dict(corpus.ask("SELECT column_name, column_type FROM (DESCRIBE runs)"))
    assert kinds["reason"] == "VARCHAR"
    assert kinds["counts"] == "JSON"


def test_a_file_that_lacks_a_part_of_a_struct_is_read_with_null_in_it(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1), "lines.jsonl": "not json\n"})
    snapshot = corpus.warehouse / "snapshots" / "000001.json"
    [path] = (corpus.warehouse / "tables" / "files").glob("*.parquet")
    rows = pq.read_table(path)
    numbers = [[{"record": bad["record"]} for bad in row] for row in rows["rejected"].to_pylist()]
    kind = pa.list_(pa.struct([("record", pa.int64())]))
    rows = rows.set_column(rows.schema.get_field_index("rejected"), "rejected", pa.array(numbers, kind))
    size = path.stat().st_size
    pq.write_table(rows, path)
    snapshot.write_text(snapshot.read_text().replace(f'"bytes": {size}', f'"bytes": {path.stat().st_size}'))
    assert corpus.ask("SELECT rejected FROM files ORDER BY uri") == [([],), ([{"record": 0, "reason": None}],)]


def test_a_warehouse_that_may_not_be_written_is_read(corpus: Corpus, make_article: Article, tmp_path: Path) -> None:
    corpus.land({"a.txt": make_article(1)})
    copy = shutil.copytree(corpus.warehouse, tmp_path / "copy")
    (copy / CATALOG).unlink()
    copy.chmod(0o500)
    try:
        with connect(copy) as connection:
            assert connection.execute("SELECT uri FROM documents").fetchall() == [("a.txt",)]
    finally:
        copy.chmod(0o700)


@pytest.mark.parametrize("change", [{"layout": 2}, {"a_field_of_later": 1}])
def test_a_warehouse_of_another_version_is_told_from_a_damaged_one(
    corpus: Corpus, make_article: Callable[..., str], change: dict[str, int]
) -> None:
    corpus.land({"a.txt": make_article(1)})
    path = corpus.warehouse / "snapshots" / "000001.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ValueError, match=r"another version of the software: .* another --warehouse"):
        connect(corpus.warehouse)
    with pytest.raises(ValueError, match="another version of the software"):
        corpus.run()
