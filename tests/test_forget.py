"""What is forgotten is in no snapshot, in no file of the warehouse, and does not come back."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

import flows.forget
from flows.forget import find_targets, forget, resume_forgetting
from flows.model import Check
from flows.report.page import write_page
from tests.conftest import Corpus
from tests.test_engine import interrupt
from tests.test_templates import FOOTER, make_source
from tests.test_verify import in_this_process, list_broken, verify
from warehouse.connect import UsageError, connect, has_catalog
from warehouse.journal import record_checks
from warehouse.land import SCRATCH
from warehouse.lock import WHOLE_SNAPSHOTS, WarehouseBusyError, hold_lock
from warehouse.manifest import Manifest
from warehouse.publish import replace_snapshot

__all__ = ["in_this_process"]
Article = Callable[..., str]
SECRET = "Anna Sample of Elm Street asked that nobody should read about her case any longer, and she was heard."


def write_secret(article: str) -> str:
    return f"{SECRET}\n\n{article}"


def forget_named(corpus: Corpus, name: str, record: int | None = None, with_copies: bool = False) -> int:
    aim = find_targets(corpus.warehouse, name, record)
    return forget(corpus.warehouse, [*aim.targets, *(aim.copies if with_copies else ())], "she asked for it")


def read_warehouse(corpus: Corpus) -> str:
    """All that the warehouse's files say."""
    told = []
    for path in sorted(corpus.warehouse.rglob("*")):
        if path.suffix == ".parquet":
            told.append(json.dumps(pq.ParquetFile(path).read().to_pylist(), default=str))
        elif path.is_file():
            told.append(path.read_bytes().decode("latin1"))
    return "\n".join(told)


@pytest.fixture
def landed(corpus: Corpus, make_article: Article) -> Corpus:
    """Three snapshots: two have the text, the last a file beside it."""
    corpus.land({"a.txt": write_secret(make_article(1)), "b.txt": make_article(2)})
    corpus.land({"c.txt": make_article(3)})
    corpus.land({"d.txt": make_article(4)})
    return corpus


def test_files_of_a_version_that_had_fewer_columns_forget_too(landed: Corpus) -> None:
    landed.take_column("all_documents", "suspended_rules")
    landed.take_column("fingerprints", "anchors")
    landed.take_column("files", "rejected")
    assert forget_named(landed, "a.txt") == 1
    assert SECRET not in read_warehouse(landed)
    assert landed.ask("FROM documents SELECT count(*), count(suspended_rules)") == [(3, 0)]
    assert landed.ask("FROM files SELECT count(*), count(rejected)") == [(4, 0)]


def test_a_forgotten_file_is_in_no_snapshot_and_in_no_file(landed: Corpus) -> None:
    [(doc_id,)] = landed.ask("FROM documents SELECT doc_id WHERE uri = 'a.txt'")
    page = write_page(str(landed.warehouse))
    page.with_name(f"{page.name}.0123abcd.draft").write_text(SECRET)  # of a report that was killed
    assert SECRET in read_warehouse(landed)
    assert forget_named(landed, "a.txt") == 1
    told = read_warehouse(landed)
    assert SECRET not in told
    assert doc_id not in told
    assert not page.exists()
    for snapshot, count in ((1, 1), (2, 2), (3, 3)):
        assert landed.ask("FROM documents SELECT count(*)", snapshot) == [(count,)]
        assert landed.ask("FROM files SELECT status, documents WHERE uri = 'a.txt'", snapshot) == [("forgotten", 0)]
    assert landed.ask("FROM left_out SELECT rule, why WHERE uri = 'a.txt'") == [
        ("forgotten", "forgotten: she asked for it")
    ]
    assert landed.ask("FROM runs SELECT outcome, reason ORDER BY run_id DESC LIMIT 1") == [
        ("forgotten", "she asked for it")
    ]


def test_what_was_forgotten_does_not_come_back(landed: Corpus, make_article: Article) -> None:
    forget_named(landed, "a.txt")
    assert landed.run().run.outcome == "published"
    assert landed.run().run.outcome == "unchanged"
    landed.land({"a.txt": write_secret(make_article(7))})
    landed.land({"a.txt": None})
    landed.land({"a.txt": write_secret(make_article(1))})
    landed.run(full=True)
    assert landed.ask("FROM documents SELECT uri ORDER BY uri") == [("b.txt",), ("c.txt",), ("d.txt",)]
    assert landed.ask("FROM files SELECT status, reason WHERE uri = 'a.txt'") == [("forgotten", "she asked for it")]
    assert SECRET not in read_warehouse(landed)
    assert list_broken(verify(landed)) == set()


def test_what_was_forgotten_lands_again_under_another_name(landed: Corpus, make_article: Article) -> None:
    forget_named(landed, "a.txt")
    landed.land({"a.txt": None, "moved.txt": write_secret(make_article(1))})
    assert landed.ask("FROM documents SELECT uri WHERE contains(text, 'Anna Sample')") == [("moved.txt",)]
    assert forget_named(landed, "moved.txt") == 1
    assert SECRET not in read_warehouse(landed)


def test_a_record_is_known_by_its_text_when_its_number_has_changed(corpus: Corpus, make_article: Article) -> None:
    texts = [make_article(1), write_secret(make_article(2)), make_article(3)]
    corpus.land({"a.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts)})
    assert forget_named(corpus, "a.jsonl", record=1) == 1
    assert corpus.ask("FROM files SELECT status, documents, len(rejected)") == [("landed", 2, 1)]
    corpus.run()
    assert corpus.ask("FROM documents SELECT record ORDER BY record") == [(0,), (2,)]
    [(reason,)] = corpus.ask("FROM left_out SELECT why WHERE what = 'record'")
    assert reason == "forgotten: she asked for it"
    texts = [make_article(9), make_article(10), *texts]
    corpus.land({"a.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts)})
    assert corpus.ask("FROM documents SELECT record ORDER BY record") == [
        (0,),
        (2,),
        (4,),
    ]  # 1 has its doc_id, 3 its text
    assert SECRET not in read_warehouse(corpus)


def test_a_copy_takes_the_place_of_what_was_kept_unless_it_goes_too(corpus: Corpus, make_article: Article) -> None:
    text = write_secret(make_article(1))
    corpus.land({"a.md": f"# Her case\n\n{text}", "copy.txt": text, "b.txt": make_article(2)})
    corpus.land({"c.txt": make_article(3)})
    assert corpus.ask("FROM duplicates SELECT count(*)") == [(1,)]
    [(doc_id,)] = corpus.ask("FROM documents SELECT doc_id WHERE uri = 'a.md'")
    aim = find_targets(corpus.warehouse, doc_id[:12])
    assert [copy.uri for copy in aim.copies] == ["copy.txt"]
    forget(corpus.warehouse, aim.targets, "she asked for it")
    for snapshot in (1, 2):
        assert corpus.ask("FROM documents SELECT uri WHERE uri LIKE 'c%y.txt'", snapshot) == [("copy.txt",)]
        assert corpus.ask("FROM duplicates", snapshot) == []
    assert forget_named(corpus, "copy.txt") == 1
    assert SECRET not in read_warehouse(corpus)


@pytest.mark.parametrize("named", ["doc_id", "uri"])
def test_copies_go_too_when_asked(corpus: Corpus, make_article: Article, named: str) -> None:
    text = write_secret(make_article(1))
    corpus.land({"a.md": f"# Her case\n\n{text}", "copy.txt": text, "b.txt": make_article(2)})
    [(name,)] = corpus.ask(f"FROM all_documents SELECT {named} WHERE uri = 'copy.txt'")
    assert forget_named(corpus, name, with_copies=True) == 2
    assert corpus.ask("FROM all_documents SELECT uri") == [("b.txt",)]
    corpus.run()
    assert corpus.ask("FROM all_documents SELECT uri") == [("b.txt",)]
    assert SECRET not in read_warehouse(corpus)


def test_copies_of_the_past_go_too(corpus: Corpus, make_article: Article) -> None:
    text = write_secret(make_article(1))
    corpus.land({"a.md": f"# Her case\n\n{text}", "gone.txt": text, "changed.txt": text, "b.txt": make_article(2)})
    corpus.land({"gone.txt": None, "changed.txt": make_article(3)})
    [(doc_id,)] = corpus.ask("FROM documents SELECT doc_id WHERE uri = 'a.md'")
    for name in (doc_id, "a.md"):
        copies = find_targets(corpus.warehouse, name).copies
        assert [copy.uri for copy in copies] == ["gone.txt"]  # another text is in the place of the other
    assert forget_named(corpus, doc_id, with_copies=True) == 2
    assert corpus.ask("FROM all_documents SELECT uri ORDER BY uri", snapshot=1) == [("b.txt",), ("changed.txt",)]
    corpus.land({"gone.txt": text})
    assert corpus.ask("FROM all_documents SELECT uri ORDER BY uri") == [("b.txt",), ("changed.txt",)]


def test_what_has_left_the_corpus_is_forgotten_in_the_past(landed: Corpus) -> None:
    landed.land({"a.txt": None})
    assert landed.ask("FROM documents SELECT count(*)", snapshot=3) == [(4,)]
    assert forget_named(landed, "a.txt") == 1
    assert SECRET not in read_warehouse(landed)
    landed.land({"a.txt": SECRET})
    assert landed.ask("FROM files SELECT status WHERE uri = 'a.txt'") == [("forgotten",)]


def test_forgetting_that_was_cut_off_is_finished_when_asked_again(
    landed: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced: list[int] = []

    def die(warehouse: Path, manifest: Manifest) -> Manifest:
        if replaced:
            raise KeyboardInterrupt
        replaced.append(manifest.snapshot_id)
        return replace_snapshot(warehouse, manifest)

    with monkeypatch.context() as patch:
        patch.setattr("flows.forget.replace_snapshot", die)
        with pytest.raises(KeyboardInterrupt):
            forget_named(landed, "a.txt")
    assert SECRET in read_warehouse(landed)
    forget_named(landed, "a.txt")
    assert SECRET not in read_warehouse(landed)


@pytest.mark.parametrize("step", ["replace_snapshot", "write_catalog", "remove_unneeded", "clear_staging", "record"])
def test_forgetting_that_was_cut_off_is_finished_by_the_next_run(
    landed: Corpus, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    [(doc_id,)] = landed.ask("FROM documents SELECT doc_id WHERE uri = 'a.txt'")
    done = getattr(flows.forget, step)
    times = 0

    def die(*arguments: Any) -> Any:
        nonlocal times
        times += 1
        if step != "clear_staging" or times == 2:
            if step == "replace_snapshot":
                done(*arguments)
            raise KeyboardInterrupt
        return done(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(flows.forget, step, die)
        forget_named(landed, doc_id)
    landed.run()
    told = read_warehouse(landed)
    assert SECRET not in told
    assert doc_id not in told
    assert landed.ask("FROM runs SELECT reason WHERE outcome = 'forgotten'") == [("she asked for it",)]
    assert list_broken(verify(landed)) == set()


def test_forgetting_that_was_cut_off_can_be_resumed_without_a_run(
    landed: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(flows.forget, "remove_unneeded", die)
        forget_named(landed, "a.txt")
    assert SECRET in read_warehouse(landed)
    resume_forgetting(landed.warehouse)
    assert SECRET not in read_warehouse(landed)


def test_what_a_verification_that_died_has_left_is_forgotten_too(
    landed: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("flows.verify.shutil.rmtree", lambda *_, **__: None)
        patch.setattr("flows.verify._derive_rest", interrupt)
        verify(landed)
    scratch = landed.warehouse / SCRATCH
    assert list(scratch.rglob("all_documents/*.parquet"))
    forget_named(landed, "a.txt")
    assert SECRET not in read_warehouse(landed)
    assert not scratch.exists()


def test_no_document_is_forgotten_while_another_process_verifies(landed: Corpus) -> None:
    with hold_lock(landed.warehouse, WHOLE_SNAPSHOTS), pytest.raises(WarehouseBusyError, match="verifying"):
        forget_named(landed, "a.txt")
    assert landed.ask("FROM forgotten") == []


def test_what_a_check_told_of_a_file_goes_however_its_name_is_spelled(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"café.txt": write_secret(make_article(1)), "b.txt": make_article(2)})
    [(run_id,)] = corpus.ask("FROM runs SELECT run_id")
    details = [json.dumps([{"uri": uri, "before": SECRET}]) for uri in ("café.txt", "b.txt")]
    record_checks(corpus.warehouse, run_id, [Check("a_claim", "fail", False, 1, each, run_id) for each in details])
    forget_named(corpus, "café.txt")
    assert corpus.ask("FROM checks SELECT detail ORDER BY ALL") == [(details[1],), (None,)]


def test_a_reader_that_renews_the_catalog_meanwhile_brings_nothing_back(
    landed: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget_first(*arguments: Any) -> bool:
        if landed.warehouse.joinpath("corpus.duckdb").exists() and not forgotten:
            forgotten.append(forget_named(landed, "a.txt"))
            return False
        return has_catalog(*arguments)

    forgotten: list[int] = []
    monkeypatch.setattr(sys.modules["warehouse.connect"], "has_catalog", forget_first)
    connect(landed.warehouse).close()
    assert forgotten == [1]
    with duckdb.connect(str(landed.warehouse / "corpus.duckdb"), read_only=True) as catalog:
        assert catalog.execute("FROM documents SELECT uri ORDER BY uri").fetchall() == [
            ("b.txt",),
            ("c.txt",),
            ("d.txt",),
        ]


@pytest.mark.parametrize("reason", ["", " \n"])
def test_what_is_forgotten_for_no_reason_stays(landed: Corpus, reason: str) -> None:
    aim = find_targets(landed.warehouse, "a.txt")
    with pytest.raises(UsageError, match="give the reason"):
        forget(landed.warehouse, aim.targets, reason)
    assert landed.ask("FROM all_documents SELECT count(*) WHERE uri = 'a.txt'") == [(1,)]
    assert landed.run().run.outcome == "unchanged"


def test_a_name_of_nothing_or_of_several_is_told(landed: Corpus) -> None:
    with pytest.raises(LookupError, match="give a doc_id"):
        find_targets(landed.warehouse, "z.txt")
    with pytest.raises(LookupError, match="record 7"):
        find_targets(landed.warehouse, "a.txt", 7)
    with pytest.raises(LookupError, match="give a doc_id"):
        find_targets(landed.warehouse, "")
    [(first,)] = landed.ask("FROM documents SELECT min(doc_id)")
    assert len(find_targets(landed.warehouse, first).targets) == 1
    heads = landed.ask("FROM documents SELECT doc_id[1] AS head GROUP BY head HAVING count(*) > 1")
    for (head,) in heads:
        with pytest.raises(UsageError, match="give more of the doc_id"):
            find_targets(landed.warehouse, head)


def test_a_snapshot_verifies_at_once_after_forgetting_and_after_the_next_run(
    landed: Corpus, make_article: Article
) -> None:
    landed.land(make_source(make_article, 12, "{0}\n\n{1}\n\n* * *\n\n" + FOOTER))
    assert landed.ask("FROM templates SELECT count(*) > 0") == [(True,)]
    forget_named(landed, "a.txt")
    forget_named(landed, "post/00.txt")
    assert list_broken(verify(landed)) == set()
    landed.run()
    assert landed.ask("FROM templates SELECT DISTINCT of_documents") == [(11,)]
    assert list_broken(verify(landed)) == set()
