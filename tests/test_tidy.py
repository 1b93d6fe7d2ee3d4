"""Tidying keeps what any kept snapshot needs, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.conftest import Corpus
from warehouse.connect import connect
from warehouse.journal import is_recorded
from warehouse.lock import WHOLE_SNAPSHOTS, WarehouseBusyError, hold_lock
from warehouse.manifest import list_snapshots, read_manifest
from warehouse.publish import replace_snapshot
from warehouse.tidy import MANY_FILES, Tidied, tidy_warehouse

Article = Callable[..., str]
ROWS = "FROM all_documents ORDER BY doc_id"


def land_often(corpus: Corpus, make_article: Article, runs: int) -> list[str]:
    return [corpus.land({f"{number}.txt": make_article(number)}).run.run_id for number in range(runs)]


def list_data(corpus: Corpus) -> set[Path]:
    return {path for path in (corpus.warehouse / "tables").glob("*/*") if path.parent.name not in ("runs", "checks")}


def test_small_files_are_compacted_and_the_rows_stay_as_they_were(corpus: Corpus, make_article: Article) -> None:
    land_often(corpus, make_article, MANY_FILES)
    before = {
        table: corpus.ask(f"FROM {table} ORDER BY ALL") for table in ("all_documents", "paragraphs", "fingerprints")
    }
    tidied = tidy_warehouse(corpus.warehouse)
    assert tidied.snapshot_id == MANY_FILES + 1
    manifest = read_manifest(corpus.warehouse)
    assert manifest is not None
    assert [len(manifest.tables[table]) for table in before] == [1, 1, 1]
    assert {table: corpus.ask(f"FROM {table} ORDER BY ALL") for table in before} == before
    assert corpus.ask("FROM runs SELECT outcome ORDER BY run_id DESC LIMIT 1") == [("tidied",)]
    assert corpus.run().run.outcome == "unchanged"
    assert corpus.land({"0.txt": None}).run.outcome == "published"


@pytest.mark.parametrize("column", ["suspended_rules", "title_from", "quality"])
def test_small_files_of_another_version_are_compacted_apart(
    corpus: Corpus, make_article: Article, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.tidy.MANY_FILES", 4)
    land_often(corpus, make_article, 2)
    corpus.take_column("all_documents", column)
    corpus.land({f"later/{number}.txt": make_article(10 + number) for number in range(3)})
    corpus.land({"later/3.txt": make_article(13)})
    before = corpus.ask(ROWS)
    assert tidy_warehouse(corpus.warehouse).compacted >= 4
    assert corpus.ask(ROWS) == before
    assert corpus.ask(f"FROM all_documents SELECT count(*), count({column}) WHERE length(uri) < 6") == [(2, 0)]
    assert corpus.ask("FROM all_documents SELECT count(*)") == [(6,)]


def test_rows_that_would_not_fit_into_memory_are_not_gathered(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of text that repeats itself a small file holds much; Arrow has no column with 2 GB of it.
    monkeypatch.setattr("warehouse.land.MOST_GATHERED", 400_000)
    land_often(corpus, lambda number: f"Word {number}. " * 10_000, MANY_FILES)
    assert tidy_warehouse(corpus.warehouse).compacted
    manifest = read_manifest(corpus.warehouse)
    assert manifest is not None
    rows = [file.rows for file in manifest.tables["all_documents"]]
    assert sum(rows) == MANY_FILES
    assert max(rows) <= 400_000 // len("Word 0. " * 10_000)


def test_gathered_rows_are_in_as_few_row_groups_as_may_be(corpus: Corpus, make_article: Article) -> None:
    for number in range(MANY_FILES + 1):
        corpus.land({"a.txt": make_article(number)})
    assert tidy_warehouse(corpus.warehouse).compacted
    manifest = read_manifest(corpus.warehouse)
    assert manifest is not None
    [changes] = manifest.tables["changes"]
    groups = pq.ParquetFile(corpus.warehouse / changes.path).metadata.num_row_groups
    assert (changes.rows, groups) == (MANY_FILES, 1)


def test_tidying_twice_does_nothing_more(corpus: Corpus, make_article: Article) -> None:
    land_often(corpus, make_article, MANY_FILES)
    tidy_warehouse(corpus.warehouse, keep_days=0, keep_snapshots=1)
    assert tidy_warehouse(corpus.warehouse, keep_days=0, keep_snapshots=1) == Tidied()


def test_an_expired_snapshot_goes_with_the_files_that_it_alone_needed(corpus: Corpus, make_article: Article) -> None:
    for number in range(3):
        corpus.land({"a.txt": make_article(number), f"b{number}.txt": make_article(10 + number)})
    tidied = tidy_warehouse(corpus.warehouse, keep_days=0, keep_snapshots=2)
    assert tidied.expired == 1
    assert list_snapshots(corpus.warehouse) == [2, 3]
    manifests = [read_manifest(corpus.warehouse, number) for number in (2, 3)]
    needed = {file.path for each in manifests if each for files in each.tables.values() for file in files}
    assert {str(path.relative_to(corpus.warehouse)) for path in list_data(corpus)} == needed
    assert len(corpus.ask(ROWS, snapshot=2)) == 3
    with pytest.raises(LookupError, match="no snapshot 1"):
        corpus.ask(ROWS, snapshot=1)


def test_young_snapshots_stay(corpus: Corpus, make_article: Article) -> None:
    land_often(corpus, make_article, 3)
    files = list_data(corpus)
    assert tidy_warehouse(corpus.warehouse, keep_days=1, keep_snapshots=1) == Tidied()
    assert list_snapshots(corpus.warehouse) == [1, 2, 3]
    assert list_data(corpus) == files


def test_a_snapshot_counts_as_old_from_when_it_was_no_longer_current(corpus: Corpus, make_article: Article) -> None:
    land_often(corpus, make_article, 3)
    for number in (1, 2):
        manifest = read_manifest(corpus.warehouse, number)
        assert manifest is not None
        run = replace(manifest.run, ended_at=manifest.run.ended_at - timedelta(days=30))
        replace_snapshot(corpus.warehouse, replace(manifest, run=run))
    assert tidy_warehouse(corpus.warehouse, keep_days=7, keep_snapshots=1).expired == 1
    assert list_snapshots(corpus.warehouse) == [2, 3]  # until a moment ago, readers opened the second


def test_a_reader_keeps_reading_its_snapshot_while_that_is_kept(corpus: Corpus, make_article: Article) -> None:
    land_often(corpus, make_article, MANY_FILES)
    with connect(corpus.warehouse) as reader:
        before = reader.execute(ROWS).fetchall()
        assert tidy_warehouse(corpus.warehouse).compacted
        assert reader.execute(ROWS).fetchall() == before


def test_journals_are_gathered_and_no_row_is_lost_or_told_twice(corpus: Corpus, make_article: Article) -> None:
    runs = land_often(corpus, make_article, 3)
    before = {table: corpus.ask(f"FROM {table} ORDER BY ALL") for table in ("runs", "checks")}
    folder = corpus.warehouse / "tables" / "runs"
    tidy_warehouse(corpus.warehouse)
    assert len(list(folder.iterdir())) == 4
    assert {table: corpus.ask(f"FROM {table} ORDER BY ALL") for table in before} == before
    tidy_warehouse(corpus.warehouse)
    assert len(list(folder.iterdir())) == 1
    assert {table: corpus.ask(f"FROM {table} ORDER BY ALL") for table in before} == before
    assert all(is_recorded(corpus.warehouse, run_id) for run_id in runs)
    newest = corpus.run().run.run_id
    for _ in range(2):
        tidy_warehouse(corpus.warehouse)
        assert corpus.ask("FROM runs SELECT run_id ORDER BY ALL") == [(run_id,) for run_id in [*runs, newest]]
    assert len(list(folder.iterdir())) == 1


def test_tidying_waits_for_no_run(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with hold_lock(corpus.warehouse), pytest.raises(WarehouseBusyError):
        tidy_warehouse(corpus.warehouse)


def test_nothing_is_tidied_away_from_a_verification(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with hold_lock(corpus.warehouse, WHOLE_SNAPSHOTS), pytest.raises(WarehouseBusyError, match="verifying"):
        tidy_warehouse(corpus.warehouse)


def test_an_empty_warehouse_says_that_there_is_nothing_to_tidy(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="nothing has landed"):
        tidy_warehouse(tmp_path)
