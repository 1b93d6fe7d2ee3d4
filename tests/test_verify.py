"""Verifying notices whatever the tables hold that the raw files do not give."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import flows.verify
from flows.report import Report, write_headline
from flows.settings import Settings
from flows.supervise import Plainly
from flows.verify import verify_corpus
from tests.conftest import Corpus, open_threads
from tests.test_templates import FOOTER, make_source
from warehouse.land import write_part
from warehouse.manifest import read_manifest
from warehouse.publish import replace_snapshot

Article = Callable[..., str]
SHAPE = "{0}\n\n{1}\n\n* * *\n\n" + FOOTER
Tamper = Callable[[pa.Table], pa.Table]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.verify, "open_engine", open_threads)


def verify(corpus: Corpus, share: float = 1.0, **settings: Any) -> Report:
    given = {"seeds": str(corpus.seeds), "warehouse": str(corpus.warehouse), **settings}
    return verify_corpus(Settings(**given), Plainly(), share)


def list_broken(report: Report) -> set[str]:
    return {check.name for check in report.checks if not check.passed}


def tamper(corpus: Corpus, table: str, change: Tamper) -> None:
    """Gives the newest snapshot other rows in a table, in a whole file."""
    manifest = read_manifest(corpus.warehouse)
    assert manifest is not None
    file, *others = manifest.tables[table]
    rows = change(pq.ParquetFile(corpus.warehouse / file.path).read())
    part = write_part(corpus.warehouse, "staging/tampered", table, rows)
    replace_snapshot(corpus.warehouse, replace(manifest, tables={**manifest.tables, table: (part, *others)}))


def with_first(column: str, value: Any) -> Tamper:
    """A table whose first row has another value in a column."""

    def change(rows: pa.Table) -> pa.Table:
        place = rows.schema.get_field_index(column)
        kind = rows.schema.field(column).type
        values = [value, *rows[column].to_pylist()[1:]]
        return rows.set_column(place, rows.schema.field(column), pa.array(values, kind))

    return change


@pytest.fixture
def landed(corpus: Corpus, make_article: Article) -> Corpus:
    """Files of several kinds, brought in two runs, with a copy, a template and a file that cannot be read."""
    corpus.land({**make_source(make_article, 12, SHAPE), "b.md": f"# The bridge\n\n{make_article(40)}"})
    records = '{"text": "One two three."}\n{"text": 4}\n'
    corpus.land({"copy.txt": make_article(40), "two.jsonl": records, "broken.pdf": b"%PDF-1.4 and no more"})
    return corpus


def test_what_landed_in_several_runs_is_what_the_files_give(landed: Corpus) -> None:
    assert landed.ask("FROM templates SELECT count(*) > 0") == [(True,)]
    assert landed.ask("FROM duplicates SELECT count(*)") == [(1,)]
    report = verify(landed)
    assert list_broken(report) == set()
    assert report.run.outcome == "verified"
    assert write_headline(report) == "verified: what 16 files give is what the tables hold"
    assert not (landed.warehouse / "staging" / "verifying").exists()
    assert landed.run().run.outcome == "unchanged"


@pytest.mark.parametrize(
    ("table", "change", "claim"),
    [
        ("files", with_first("encoding", "latin1"), "files_derive_from_raw_files"),
        ("paragraphs", with_first("char_count", 3), "paragraphs_derive_from_raw_files"),
        ("all_documents", with_first("title", "Another"), "all_documents_derive_from_raw_files"),
        ("edits", with_first("rule", "another"), "edits_derive_from_raw_files"),
        ("edits", lambda rows: rows.slice(1), "edits_derive_from_raw_files"),
        ("fingerprints", with_first("bands", [7]), "fingerprints_derive_from_raw_files"),
        ("templates", with_first("documents", 99), "templates_derive_from_documents"),
        ("duplicates", with_first("similarity", 0.1), "duplicates_derive_from_documents"),
        ("duplicates", lambda rows: rows.slice(1), "duplicates_derive_from_documents"),
    ],
)
def test_a_row_that_the_files_do_not_give_is_named(
    corpus: Corpus, make_article: Article, table: str, change: Tamper, claim: str
) -> None:
    files = make_source(make_article, 12, SHAPE)
    corpus.land({**files, "a.txt": make_article(40), "b.txt": make_article(40)})
    tamper(corpus, table, change)
    report = verify(corpus)
    assert report.run.outcome == "refuted"
    assert claim in list_broken(report)
    [check] = [check for check in report.checks if check.name == claim]
    assert check.rows == 1
    assert json.loads(check.detail or "")[0]["difference"] in ("not the same", "derived, but not stored")
    assert corpus.ask(f"FROM checks SELECT passed WHERE name = '{claim}'") == [(False,)]


def test_a_file_of_the_warehouse_with_other_bytes_is_named(landed: Corpus) -> None:
    manifest = read_manifest(landed.warehouse, 1)
    assert manifest is not None
    path = landed.warehouse / manifest.tables["all_documents"][0].path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    report = verify(landed)
    assert list_broken(report) == {"files_of_snapshots_are_whole"}
    assert path.name in (report.checks[0].detail or "")


def test_a_manifest_that_tells_other_counts_of_a_file_is_named(landed: Corpus) -> None:
    manifest = read_manifest(landed.warehouse, 1)
    assert manifest is not None
    [file, *others] = manifest.tables["edits"]
    tables = {**manifest.tables, "edits": (replace(file, rows=file.rows - 1), *others)}
    replace_snapshot(landed.warehouse, replace(manifest, tables=tables))
    assert list_broken(verify(landed)) == {"files_of_snapshots_are_whole"}


def test_files_that_changed_since_are_counted_and_not_compared(landed: Corpus, make_article: Article) -> None:
    landed.write({"b.md": make_article(50), "post/00.txt": None, "new.txt": make_article(51)})
    report = verify(landed)
    assert not report.failed
    assert write_headline(report).endswith("1 changed and 1 is gone since the snapshot, and not compared")


def test_a_folder_with_none_of_the_files_is_told_from_one_whose_files_changed(landed: Corpus, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError, match="is it the right folder"):
        verify(landed, seeds=str(tmp_path / "other"))


def test_a_share_of_the_files_is_another_one_each_day(landed: Corpus) -> None:
    report = verify(landed, share=0.5)
    assert not report.failed
    assert 0 < json.loads(report.run.counts)["files_compared"] < 16


def test_a_snapshot_of_other_settings_is_verified_by_those(landed: Corpus) -> None:
    landed.run(disabled_rules=("template",), near_duplicates="none")
    assert not verify(landed).failed


def test_a_snapshot_of_another_version_is_told_from_a_wrong_one(
    landed: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.draft.hash_recipe", lambda _: "of another version")
    with pytest.raises(ValueError, match="`corpus run` brings it up to date"):
        verify(landed)


def test_a_corpus_without_a_file_is_verified(corpus: Corpus) -> None:
    corpus.run()
    assert not verify(corpus).failed


def test_an_empty_warehouse_has_nothing_to_verify(corpus: Corpus) -> None:
    with pytest.raises(LookupError, match="nothing has landed"):
        verify(corpus)
    assert not Path(corpus.warehouse).exists()
