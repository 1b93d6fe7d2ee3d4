"""A run lands what is new, states what is not, and never publishes what does not hold."""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest

import flows.process
import flows.run
import warehouse.check
from flows.batch import BrokenPromiseError
from flows.clean.rulebook import load_rules
from flows.ingest.find import Found, find_files
from flows.result import Result
from flows.settings import Settings
from flows.work import Batch
from tests.conftest import Corpus
from warehouse.connect import connect, open_tables
from warehouse.lock import WarehouseBusyError, hold_lock
from warehouse.manifest import read_manifest

Article = Callable[..., str]


def test_what_lands_can_be_queried(corpus: Corpus, make_article: Article) -> None:
    report = corpus.land({"paper/a.txt": make_article(1), "b.md": "# A title\n\n" + make_article(2)})
    assert report.run.outcome == "published"
    assert corpus.ask("FROM documents SELECT uri, source, title, language ORDER BY uri") == [
        ("b.md", None, "A title", "en"),
        ("paper/a.txt", "paper", None, "en"),
    ]


def test_a_second_run_with_nothing_new_publishes_nothing(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    report = corpus.run()
    assert report.run.outcome == "unchanged"
    assert corpus.ask("FROM runs SELECT outcome ORDER BY run_id") == [("published",), ("unchanged",)]
    assert len(list((corpus.warehouse / "snapshots").iterdir())) == 1


def test_a_run_with_nothing_new_starts_no_worker_and_writes_no_listing(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.ingest.find.RACY_SECONDS", -60)
    corpus.land({"a.txt": make_article(1), ".hidden": "", "empty.txt": "", "link.pdf": b"%PDF-1.4 broken"})
    listed = (corpus.warehouse / "listing.parquet").stat().st_mtime_ns
    monkeypatch.delattr("flows.run.open_engine")
    assert corpus.run().run.outcome == "unchanged"
    assert (corpus.warehouse / "listing.parquet").stat().st_mtime_ns == listed


def test_a_broken_rule_is_told_before_a_file_is_read(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(load_rules()[0], name="bell-line", family="bells", unless="bells(")
    monkeypatch.setattr("flows.clean.rulebook.load_rules", lambda: (broken,))
    monkeypatch.delattr("flows.process.run_batch")
    with pytest.raises(ValueError, match=r"bells\.toml, rule bell-line: 'unless' does not compile"):
        corpus.land({"a.txt": make_article(1)})


def test_a_changed_file_is_replaced_and_keeps_its_first_run(corpus: Corpus, make_article: Article) -> None:
    first = corpus.land({"a.txt": make_article(1), "b.txt": make_article(2)})
    second = corpus.land({"a.txt": make_article(3)})
    rows = corpus.ask("FROM documents SELECT uri, text LIKE '%district 3%', first_run_id, run_id ORDER BY uri")
    assert rows == [
        ("a.txt", True, first.run.run_id, second.run.run_id),
        ("b.txt", False, first.run.run_id, first.run.run_id),
    ]
    assert corpus.ask("FROM changes SELECT uri, change") == [("a.txt", "changed")]


def test_a_removed_file_leaves_and_the_copy_it_kept_out_comes_back(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.md": f"# The bridge\n\n{make_article(1)}", "b.txt": make_article(1)})
    assert corpus.ask("FROM documents SELECT uri") == [("a.md",)]
    corpus.land({"a.md": None})
    assert corpus.ask("FROM documents SELECT uri") == [("b.txt",)]
    assert corpus.ask("FROM duplicates") == []
    assert corpus.ask("FROM changes SELECT uri, change") == [("a.md", "removed")]


def test_a_returned_file_remembers_when_it_was_first_seen(corpus: Corpus, make_article: Article) -> None:
    first = corpus.land({"a.txt": make_article(1), "b.txt": make_article(2)})
    corpus.land({"a.txt": None})
    corpus.land({"a.txt": make_article(1)})
    assert corpus.ask("FROM files SELECT first_seen_run WHERE uri = 'a.txt'") == [(first.run.run_id,)]
    assert corpus.ask("FROM changes SELECT change ORDER BY run_id") == [("removed",), ("returned",)]


def test_a_moved_file_has_a_new_doc_id(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    before = corpus.ask("FROM documents SELECT doc_id")
    corpus.land({"a.txt": None, "b.txt": make_article(1)})
    assert corpus.ask("FROM documents SELECT uri") == [("b.txt",)]
    assert corpus.ask("FROM documents SELECT doc_id") != before


def test_a_touched_file_is_opened_but_not_processed_again(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    os.utime(corpus.seeds / "a.txt", (1, 1))
    assert corpus.run().run.outcome == "unchanged"


def test_a_changed_setting_that_shapes_rows_processes_everything_again(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1) + "\n0 Comments\n"})
    assert corpus.ask("FROM documents SELECT text LIKE '%Comments%'") == [(False,)]
    rule = corpus.ask("FROM edits SELECT DISTINCT rule")[0][0]
    report = corpus.run(disabled_rules=(rule,))
    assert report.run.outcome == "published"
    assert corpus.ask("FROM documents SELECT text LIKE '%Comments%'") == [(True,)]
    assert corpus.ask("FROM changes SELECT change") == [("reprocessed",)]


def test_a_full_run_processes_everything_again_and_gives_the_same(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    before = corpus.ask("FROM documents SELECT * EXCLUDE (run_id, ingested_at)")
    report = corpus.run(full=True)
    assert report.run.outcome == "published"
    assert corpus.ask("FROM documents SELECT * EXCLUDE (run_id, ingested_at)") == before


def test_a_changed_sidecar_or_source_toml_is_a_change(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"paper/a.txt": make_article(1)})
    corpus.land({"paper/a.txt.meta.json": json.dumps({"title": "Told", "section": "News"})})
    assert corpus.ask("FROM documents SELECT title, metadata -> '$.sidecar.section'") == [("Told", '"News"')]
    corpus.land({"paper/source.toml": 'name = "The Paper"'})
    assert corpus.ask("FROM documents SELECT title, source") == [("Told", "The Paper")]


def test_whatever_a_record_carries_is_in_a_column_or_in_its_metadata(corpus: Corpus, make_article: Article) -> None:
    record = {
        "text": make_article(1),
        "title": "Told",
        "source": "The Wire",
        "lang": "xx",
        "url": "http://[no",
        "author": "?",
        "date": "2025-01-02",
        "pubDate": "2025-01-03",
        "tags": ["a"],
        "sidecar": "with us",
        "field sidecar": "too",
    }
    corpus.land(
        {
            "paper/source.toml": 'name = "The Paper"\npublisher = "The Press"',
            "paper/a.jsonl": json.dumps(record),
            "paper/a.jsonl.meta.json": json.dumps({"title": "Told by the sidecar", "section": "News"}),
        }
    )
    [(title, source, metadata)] = corpus.ask("FROM documents SELECT title, source, metadata")
    assert (title, source) == ("Told by the sidecar", "The Paper")
    told = json.loads(metadata)
    assert told.pop("source.toml") == {"publisher": "The Press"}
    assert told.pop("sidecar") == {"section": "News"}
    assert len(told.keys() & {"date", "pubDate"}) == 1  # one of them is the column
    assert told.pop("field field sidecar") == "with us"  # the names are taken
    assert told.pop("field sidecar") == "too"
    left = {name: value for name, value in told.items() if name not in ("date", "pubDate")}
    assert left == {name: record[name] for name in ("title", "source", "lang", "url", "author", "tags")}


def test_no_password_of_an_address_reaches_a_row(corpus: Corpus, make_article: Article) -> None:
    address = "https://ann:secret@example.org/a"
    fields: list[dict[str, Any]] = [
        *({name: address} for name in ("title", "author", "source", "url", "lead")),
        *({name: "ann:secret@example.org/a"} for name in ("url", "site", "lead")),
        {"nested": {"list": [address]}},
    ]
    records = [{"text": make_article(number), **each} for number, each in enumerate(fields)]
    page = (
        f"<html><head><meta property='og:site_name' content='{address}'></head><body><p>{make_article(20)}</p></body>"
    )
    told = json.dumps({"a": [address], "title": address})
    corpus.land(
        {
            "a.jsonl": "\n".join(map(json.dumps, records)),
            "page.html": page,
            "b/source.toml": f"name = '{address}'\nhome = '{address}'",
            "b/a.txt": make_article(21),
            "c.txt": make_article(22),
            "c.txt.meta.json": told,
        }
    )
    rows = corpus.ask("FROM all_documents")
    assert len(rows) == len(records) + 3
    assert "secret" not in str(rows)
    assert corpus.ask("FROM all_documents SELECT count(*) WHERE url = 'https://example.org/a'") == [(1,)]


@pytest.mark.parametrize(("name", "publisher", "source", "kept"), [
    ("The Paper", "The Press", "The Paper", {"publisher": "The Press"}),
    ("—", "The Press", "The Press", {"name": "—"}),
    ("—", "", "paper", {"name": "—", "publisher": ""}),
    ("The <b>Paper</b>", "The Press", "The Paper", {"name": "The <b>Paper</b>", "publisher": "The Press"}),
])  # fmt: skip
def test_a_name_in_source_toml_is_the_source_or_stays_with_the_metadata(
    corpus: Corpus, make_article: Article, name: str, publisher: str, source: str, kept: dict[str, str]
) -> None:
    told = f"name = {json.dumps(name)}\npublisher = {json.dumps(publisher)}"
    corpus.land({"paper/source.toml": told, "paper/a.txt": make_article(1)})
    [(landed, metadata)] = corpus.ask("FROM documents SELECT source, metadata")
    assert landed == source
    assert json.loads(metadata)["source.toml"] == kept


def test_a_broken_sidecar_is_told_and_its_file_lands(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1), "a.txt.meta.json": "{"})
    [(status, reason)] = corpus.ask("FROM files SELECT status, reason")
    assert status == "landed"
    assert "a.txt.meta.json is left aside" in reason


def test_a_dry_run_writes_nothing(corpus: Corpus, make_article: Article) -> None:
    report = corpus.land({"a.txt": make_article(1)}, dry_run=True)
    assert report.run.outcome == "planned"
    assert json.loads(report.run.counts)["files"] == 1
    assert not corpus.warehouse.exists()


def test_bad_files_become_rows_and_the_others_land(corpus: Corpus, make_article: Article) -> None:
    files: dict[str, str | bytes | None] = {
        "good.txt": make_article(1),
        "empty.txt": "",
        "broken.pdf": b"%PDF-1.7\nnothing of the kind",
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(50),
        "lines.jsonl": json.dumps({"text": make_article(2)}) + "\nnot json\n" + json.dumps({"text": make_article(3)}),
    }
    assert corpus.land(files).run.outcome == "published"
    rows = corpus.ask("FROM files SELECT uri, status, documents")
    assert {uri: (status, documents) for uri, status, documents in rows} == {
        "good.txt": ("landed", 1),
        "empty.txt": ("empty", 0),
        "broken.pdf": ("unreadable", 0),
        "picture.png": ("unsupported", 0),
        "lines.jsonl": ("landed", 2),
    }
    left_out = {(what, uri): why for what, uri, why in corpus.ask("SELECT what, uri, why FROM left_out")}
    assert set(left_out) == {
        ("file", "empty.txt"),
        ("file", "broken.pdf"),
        ("file", "picture.png"),
        ("record", "lines.jsonl"),
    }
    assert all(left_out.values())


def test_a_file_above_the_limit_is_stated_without_being_read(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"big.txt": make_article(1, paragraphs=8000), "a.txt": make_article(2)}, max_file_mb=1)
    assert corpus.ask("FROM files SELECT status ORDER BY uri") == [("landed",), ("too_large",)]
    assert "max_file_mb" in corpus.ask("FROM files SELECT reason WHERE uri = 'big.txt'")[0][0]


def test_a_file_that_vanishes_while_the_run_reads_becomes_a_row(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def list_and_lose(root: Path, warehouse: Path) -> list[Found]:
        found = find_files(root, warehouse)
        (root / "a.txt").unlink()
        return found

    monkeypatch.setattr("flows.run.find_files", list_and_lose)
    assert corpus.land({"a.txt": make_article(1), "b.txt": make_article(2)}).run.outcome == "published"
    [(status, reason)] = corpus.ask("FROM files SELECT status, reason WHERE uri = 'a.txt'")
    assert status == "unreadable"
    assert "No such file" in reason


def test_a_file_that_is_replaced_while_the_run_reads_is_told_as_it_was_read(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def list_and_replace(root: Path, warehouse: Path) -> list[Found]:
        found = find_files(root, warehouse)
        (root / "a.txt").write_text(make_article(2, paragraphs=9))
        return found

    with monkeypatch.context() as patch:
        patch.setattr("flows.run.find_files", list_and_replace)
        corpus.land({"a.txt": make_article(1)})
    size = len(make_article(2, paragraphs=9))
    assert corpus.ask("FROM files SELECT bytes") == corpus.ask("FROM documents SELECT bytes") == [(size,)]
    assert corpus.run().run.outcome == "unchanged"


def test_seeds_without_a_file_do_not_empty_the_corpus(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    shutil.rmtree(corpus.seeds)
    corpus.seeds.mkdir()
    with pytest.raises(ValueError, match="is it the right folder"):
        corpus.run()
    assert corpus.ask("FROM documents SELECT uri") == [("a.txt",)]


def test_the_seeds_may_be_empty_from_the_start(corpus: Corpus) -> None:
    assert corpus.run().run.outcome == "published"
    assert corpus.ask("FROM documents") == []


# What does not hold is not published


def test_a_failed_check_publishes_nothing_and_says_which(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    corpus.land({"a.txt": make_article(1)})
    checks = tmp_path / "checks"
    checks.mkdir()
    (checks / "no_bridges.sql").write_text("-- fail: A claim.\nFROM documents SELECT uri WHERE text LIKE '%bridge%'")
    monkeypatch.setattr(warehouse.check.run_checks, "__defaults__", (checks,))
    report = corpus.land({"b.txt": make_article(2)})
    assert report.failed
    assert report.run.reason == "no_bridges did not hold"
    assert corpus.ask("FROM documents SELECT uri") == [("a.txt",)]
    assert corpus.ask("FROM checks SELECT name, passed, rows WHERE NOT passed") == [("no_bridges", False, 2)]
    assert corpus.ask("FROM runs SELECT outcome ORDER BY run_id") == [("published",), ("failed",)]


def test_a_ledger_that_does_not_add_up_publishes_nothing(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.batch.undo", lambda text, edits: "something else")
    with pytest.raises(BrokenPromiseError, match="do not undo") as raised:
        corpus.land({"a.txt": make_article(1)})
    assert raised.value.__notes__ == ["while processing a.txt"]
    assert not (corpus.warehouse / "snapshots").exists()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("all_documents", "FROM all_documents UNION ALL FROM all_documents"),
        ("all_documents", "FROM all_documents WHERE uri != 'a.txt'"),
        ("all_documents", "FROM all_documents SELECT * REPLACE (text || ' more' AS text)"),
        ("all_documents", "FROM all_documents SELECT * REPLACE (removed_chars + 1 AS removed_chars)"),
        ("edits", "FROM edits WHERE seq != 0"),
        ("edits", "FROM edits SELECT * REPLACE ('other' AS doc_id)"),
        ("edits", "FROM edits SELECT * REPLACE (after || 'x' AS after)"),
        ("paragraphs", "FROM paragraphs WHERE seq != 0"),
        ("paragraphs", "FROM paragraphs SELECT * REPLACE (char_count + 1 AS char_count)"),
        ("fingerprints", "FROM fingerprints LIMIT 1"),
        ("fingerprints", "FROM fingerprints SELECT * REPLACE ('other' AS run_id)"),
        ("files", "FROM files WHERE uri != 'a.txt'"),
        ("files", "FROM files UNION ALL FROM files"),
        ("files", "FROM files SELECT * REPLACE (NULL::VARCHAR AS reason)"),
        ("files", "FROM files SELECT * REPLACE ('lost' AS status)"),
        ("duplicates", "FROM duplicates SELECT * REPLACE ('nobody' AS kept_id)"),
        ("duplicates", "FROM duplicates SELECT * REPLACE (kept_id AS doc_id) UNION ALL FROM duplicates"),
    ],
)
def test_every_check_finds_what_it_is_for(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch, table: str, change: str
) -> None:
    """Tampered rows, put before the checks, are found by one of them."""

    @contextmanager
    def open_tampered(*arguments: Any, **options: Any) -> Iterator[duckdb.DuckDBPyConnection]:
        with open_tables(*arguments, **options) as connection:
            if len(arguments) > 2:  # the candidate, which the checks read
                connection.execute(f"CREATE TABLE tampered AS {change}")
                connection.execute(f"CREATE OR REPLACE VIEW {table} AS FROM tampered")
            yield connection

    monkeypatch.setattr("flows.run.open_tables", open_tampered)
    article = make_article(1)
    report = corpus.land({"a.txt": article + "\n0 Comments\n", "b.txt": article, "c.txt": article, "empty.txt": ""})
    assert report.failed, f"nobody noticed {change}"


# Readers, writers, crashes


def test_a_reader_keeps_its_snapshot_while_another_is_published(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    catalog = duckdb.connect(str(corpus.warehouse / "corpus.duckdb"), read_only=True)
    with connect(corpus.warehouse) as reader, catalog:
        corpus.land({"a.txt": make_article(2), "b.txt": make_article(3)})
        for connection in (reader, catalog):
            rows = connection.execute("SELECT uri, text LIKE '%district 1%' FROM documents").fetchall()
            assert rows == [("a.txt", True)]
    assert len(corpus.ask("FROM documents")) == 2


def test_a_snapshot_of_the_past_can_be_read(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    corpus.land({"a.txt": make_article(2)})
    assert corpus.ask("FROM documents SELECT text LIKE '%district 1%'", snapshot=1) == [(True,)]
    assert corpus.ask("FROM documents SELECT text LIKE '%district 1%'") == [(False,)]
    with pytest.raises(LookupError, match="there are 1 to 2"):
        connect(corpus.warehouse, snapshot=7)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left", "/somewhere"), "/somewhere: the disk is full: free some space"),
        (ValueError("the bridge is closed"), "the bridge is closed; while processing a.txt"),
        (KeyError("bridge"), "a mistake in the program (KeyError: 'bridge'); while processing a.txt"),
    ],
)
def test_why_a_run_failed_is_told_in_words(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def fail(*_: object) -> NoReturn:
        error.add_note("while processing a.txt")
        raise error

    monkeypatch.setattr("flows.run.learn_templates", fail)
    with pytest.raises(type(error)):
        corpus.land({"a.txt": make_article(1)})
    [(told,)] = corpus.ask_journal("FROM runs SELECT reason WHERE outcome = 'failed'")
    assert told.startswith(reason)


def test_the_only_snapshot_is_told_as_one(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with pytest.raises(LookupError, match=r"there is 1$"):
        connect(corpus.warehouse, snapshot=7)


def test_a_moved_warehouse_still_answers(corpus: Corpus, make_article: Article, tmp_path: Path) -> None:
    corpus.land({"a.txt": make_article(1)})
    moved = corpus.warehouse.rename(tmp_path / "moved")
    with connect(moved) as connection:
        assert connection.execute("SELECT uri FROM documents").fetchall() == [("a.txt",)]
    with duckdb.connect(str(moved / "corpus.duckdb"), read_only=True) as catalog:
        assert catalog.execute("SELECT uri FROM documents").fetchall() == [("a.txt",)]


def test_two_runs_do_not_write_to_one_warehouse(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with hold_lock(corpus.warehouse), pytest.raises(WarehouseBusyError, match="wait for it to end"):
        corpus.land({"b.txt": make_article(2)})


def test_a_run_that_died_with_its_manifest_written_is_finished_by_the_next(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.land({"a.txt": make_article(1)})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("warehouse.publish.record", die)
        with pytest.raises(KeyboardInterrupt):
            corpus.land({"b.txt": make_article(2)})
    assert corpus.run().run.outcome == "unchanged"
    assert corpus.ask("FROM runs SELECT outcome, snapshot_id ORDER BY run_id") == [
        ("published", 1),
        ("published", 2),
        ("unchanged", None),
    ]
    with duckdb.connect(str(corpus.warehouse / "corpus.duckdb"), read_only=True) as catalog:
        assert len(catalog.execute("FROM documents").fetchall()) == 2


@pytest.mark.parametrize("step", ["record", "write_catalog"])
def test_whoever_opens_the_catalog_sees_what_a_run_that_died_has_published(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    corpus.land({"a.txt": make_article(1)})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"warehouse.publish.{step}", die)
        with pytest.raises(KeyboardInterrupt):
            corpus.land({"b.txt": make_article(2)})
    assert corpus.run().run.outcome == "unchanged"
    with duckdb.connect(str(corpus.warehouse / "corpus.duckdb"), read_only=True) as catalog:
        assert len(catalog.execute("FROM documents").fetchall()) == 2
        [(checked,)] = catalog.execute(
            "FROM checks JOIN runs USING (run_id) SELECT count(*) WHERE snapshot_id = 2"
        ).fetchall()
    assert checked > 10


def test_the_small_parts_of_many_batches_land_as_one_file_a_table(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_batch = flows.process.run_batch
    batches = []

    def count(batch: Batch, settings: Settings, last_try: bool) -> Result:
        batches.append(batch.key)
        return run_batch(batch, settings, last_try)

    monkeypatch.setattr("flows.plan.SMALLEST_BATCH", 1)
    monkeypatch.setattr(flows.process, "run_batch", count)
    corpus.land({f"{number}.txt": make_article(number) for number in range(12)})
    assert len(batches) > 3
    manifest = read_manifest(corpus.warehouse)
    assert manifest is not None
    tables = ("all_documents", "paragraphs", "fingerprints", "files")
    assert [len(manifest.tables[table]) for table in tables] == [1, 1, 1, 1]
    assert corpus.ask("SELECT count(*) FROM all_documents") == [(12,)]


def test_finished_batches_of_a_run_that_died_are_taken_over(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.write({"a.txt": make_article(1), "b.txt": make_article(2)})
    monkeypatch.setattr("flows.ingest.find.RACY_SECONDS", -1.0)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(flows.run, "publish", die)
        with pytest.raises(KeyboardInterrupt):
            corpus.run()
    staged = {path.parent.parent.name for path in (corpus.warehouse / "staging").glob("*/*/result.json")}
    assert len(staged) == 1

    def refuse(*_: object) -> None:
        raise AssertionError("the batch was made twice")

    monkeypatch.setattr(flows.process, "run_batch", refuse)
    report = corpus.run()
    assert report.run.outcome == "published"
    assert {run_id for (run_id,) in corpus.ask("FROM all_documents SELECT run_id")} == staged
    assert dict(corpus.ask("FROM runs SELECT run_id, outcome")) == {
        report.run.run_id: "published",
        staged.pop(): "failed",
    }
    assert not [path for path in (corpus.warehouse / "staging").iterdir() if path.is_dir()]


def test_nothing_of_a_run_stays_in_staging(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    assert [path.name for path in (corpus.warehouse / "staging").iterdir()] == ["writing.lock"]


def test_a_file_that_failed_is_given_another_try_when_asked(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1), "b.jsonl": '{"text": 1}\n', "c.bin": b"\x00\x01\x02" * 100})
    assert corpus.run().run.outcome == "unchanged"
    report = corpus.run(retry=("failed",))
    assert json.loads(report.run.counts)["files"] == 2
    assert json.loads(corpus.run(retry=("a.txt",)).run.counts)["files"] == 1
    assert corpus.ask("FROM changes SELECT uri, change ORDER BY run_id, uri") == [
        ("b.jsonl", "reprocessed"),
        ("c.bin", "reprocessed"),
        ("a.txt", "reprocessed"),
    ]
    with pytest.raises(LookupError, match=r"no file d\.txt to retry"):
        corpus.run(retry=("d.txt",))
