"""Files, names and folders as they come: none stops a run, and none is touched that is not ours."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Corpus
from warehouse.connect import UsageError

Article = Callable[..., str]


def test_half_a_surrogate_pair_in_what_is_told_of_a_document_does_not_stop_the_run(
    corpus: Corpus, make_article: Article
) -> None:
    page = f"""<html><head><title>Quay</title><script type="application/ld+json">
    {{"@type": "NewsArticle", "headline": "\\ud800 quay", "keywords": "\\udc00", "articleSection": "\\ud800"}}
    </script></head><body><article><p>{make_article(1)}</p></article></body></html>"""
    files: dict[str, str | bytes | None] = {
        "page.html": page,
        "a.txt": make_article(2),
        "a.txt.meta.json": '{"title": "\\ud800", "section": "\\udfff"}',
        "b.txt": make_article(3),
        "b.txt.meta.json": "[" * 100_000,
    }
    assert corpus.land(files).run.outcome == "published"
    assert len(corpus.ask("FROM documents")) == 3


def test_names_that_are_no_utf8_are_told_apart(corpus: Corpus, make_article: Article) -> None:
    for number, name in enumerate((b"x\xff.txt", b"x\\xff.txt", b"\xff.txt.meta.json")):
        (corpus.seeds / os.fsdecode(name)).write_text(make_article(number))
    assert corpus.run().run.outcome == "published"
    assert len({uri for (uri,) in corpus.ask("FROM files SELECT uri")}) == 3


def test_sidecars_and_source_files_that_are_links_out_or_no_files_say_nothing(
    corpus: Corpus, make_article: Article, tmp_path: Path
) -> None:
    (tmp_path / "secret.json").write_text('{"title": "SECRET"}')
    (tmp_path / "secret.toml").write_text('name = "SECRET"')
    corpus.write({name: make_article(number) for number, name in enumerate(("a.txt", "b.txt", "c/c.txt", "d/d.txt"))})
    (corpus.seeds / "a.txt.meta.json").symlink_to(tmp_path / "secret.json")
    (corpus.seeds / "b.txt.meta.json").symlink_to(tmp_path / "nothing")
    (corpus.seeds / "c" / "source.toml").symlink_to(tmp_path / "secret.toml")
    os.mkfifo(corpus.seeds / "d" / "source.toml")
    assert corpus.run().run.outcome == "published"
    assert len(corpus.ask("FROM documents")) == 4
    assert corpus.ask("FROM documents SELECT uri WHERE title = 'SECRET' OR source = 'SECRET'") == []
    refused = {uri for (uri,) in corpus.ask("FROM files SELECT uri WHERE status != 'landed'")}
    assert refused == {"a.txt.meta.json", "b.txt.meta.json", "c/source.toml", "d/source.toml"}


@pytest.mark.parametrize("name", ["source=Reuters", "run_id=5", "w[1]", "w*", "it's", "line\nbreak", "{a,b}"])
def test_any_name_of_the_warehouse_s_folder_gives_the_same_rows(
    corpus: Corpus, make_article: Article, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.land({"a.txt": make_article(1)})
    told = corpus.ask("FROM documents SELECT uri, source, title, text")
    corpus.warehouse.rename(corpus.folder / "w1")
    monkeypatch.setattr(Corpus, "warehouse", property(lambda each: each.folder / name))
    report = corpus.run()
    assert corpus.ask("FROM documents SELECT uri, source, title, text") == told
    assert corpus.ask("FROM runs SELECT run_id") == [(report.run.run_id,)]
    assert corpus.run().run.outcome == "unchanged"


def test_a_run_removes_only_what_runs_have_staged(corpus: Corpus, make_article: Article) -> None:
    mine = corpus.warehouse / "staging" / "mine" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work")
    assert corpus.land({"a.txt": make_article(1)}).run.outcome == "published"
    assert mine.read_text() == "years of work"


def test_a_warehouse_around_the_raw_files_or_in_a_folder_of_others_is_refused(
    corpus: Corpus, make_article: Article
) -> None:
    corpus.write({"a.txt": make_article(1)})
    with pytest.raises(UsageError, match="keep the two apart"):
        corpus.run(warehouse=str(corpus.folder))
    (corpus.folder / "photos").mkdir()
    (corpus.folder / "photos" / "1.jpg").touch()
    with pytest.raises(UsageError, match="a folder of its own"):
        corpus.run(warehouse=str(corpus.folder / "photos"))


def test_a_run_that_finds_only_what_it_may_not_read_does_not_empty_the_corpus(
    corpus: Corpus, make_article: Article
) -> None:
    corpus.land({"a.txt": make_article(1)})
    corpus.write({"a.txt": None, ".DS_Store": "x"})
    with pytest.raises(ValueError, match="is it the right folder"):
        corpus.run()


@pytest.mark.parametrize("torn", ["listing.parquet", "staging/20260101T000000000000-abcd/0123456789abcdef/result.json"])
def test_a_file_of_ours_that_a_power_failure_cut_off_costs_only_time(
    corpus: Corpus, make_article: Article, torn: str
) -> None:
    corpus.land({"a.txt": make_article(1)})
    path = corpus.warehouse / torn
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    assert corpus.land({"b.txt": make_article(2)}).run.outcome == "published"
    assert len(corpus.ask("FROM documents")) == 2


def test_a_file_that_vanishes_while_the_folder_is_listed_was_not_there(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.write({"a.txt": make_article(1), "temporary/b.txt": make_article(2), "z.txt": make_article(3)})
    scandir = os.scandir

    def scan_and_lose(folder: Any) -> Any:
        listed: Any = scandir(folder)
        if folder == corpus.seeds and (corpus.seeds / "z.txt").exists():
            listed = list(listed)
            (corpus.seeds / "z.txt").unlink()
            (corpus.seeds / "temporary" / "b.txt").unlink()
            (corpus.seeds / "temporary").rmdir()
        return listed

    monkeypatch.setattr(os, "scandir", scan_and_lose)
    assert corpus.run().run.outcome == "published"
    monkeypatch.undo()
    assert corpus.ask("FROM files SELECT uri") == [("a.txt",)]


NESTED = "[" * 600 + "]" * 600
HUGE = "1" + "0" * 400


@pytest.mark.parametrize(
    "fields",
    [
        f'"date": {HUGE}',
        f'"date": -{HUGE}',
        f'"x": {HUGE}',
        f'"authors": {NESTED[200:1000]}',
        f'"authors": {NESTED}',
        f'"x": {"[" * 985 + "]" * 985}',
        f'"x": {"[" * 985 + "]" * 985}, "y": "\\ud83d\\ude00"',
    ],
)
def test_no_number_and_no_nesting_of_a_record_or_sidecar_stops_a_run(
    corpus: Corpus, make_article: Article, fields: str
) -> None:
    corpus.land(
        {
            "a.jsonl": f'{{"text": {json.dumps(make_article(1))}, {fields}}}',
            "b.txt": make_article(2),
            "b.txt.meta.json": f"{{{fields}}}",
            "c.md": f"+++\ndate = {HUGE}\n+++\n{make_article(3)}",
            "d.md": f"+++\nn = 0x{'f' * 5000}\n+++\n{make_article(4)}",
        }
    )
    for uri, status, reason in corpus.ask("FROM files SELECT uri, status, reason"):
        assert status == "landed" if uri != "a.jsonl" else status == "landed" or "nested too deep" in reason
