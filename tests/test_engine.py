"""A batch runs in a worker that may die, here or on a cluster, and the tables come out the same."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

import flows.batch
import flows.clean
import flows.clean.matchers
import flows.result
from flows.engine import Engine, EngineEndedError, WorkerDiedError, open_engine
from flows.work import Batch
from tests.conftest import Corpus

KILLED = "killed"
Article = Callable[..., str]
TABLES = {
    "all_documents": "* EXCLUDE (run_id, first_run_id, ingested_at)",
    "edits": "* EXCLUDE run_id",
    "paragraphs": "* EXCLUDE run_id",
    "templates": "* EXCLUDE run_id",
    "files": "* EXCLUDE (run_id, first_seen_run, modified_at)",
    "duplicates": "* EXCLUDE run_id",
}


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def read_tables(corpus: Corpus) -> dict[str, list[tuple[Any, ...]]]:
    return {table: corpus.ask(f"FROM {table} SELECT {columns} ORDER BY ALL") for table, columns in TABLES.items()}


def test_a_pool_whose_worker_was_killed_is_replaced() -> None:
    with open_engine("local", 1) as engine:
        with pytest.raises(WorkerDiedError):
            engine.call(kill_itself)
        assert engine.call(abs, -1) == 1
        with pytest.raises(WorkerDiedError):
            engine.call_alone(kill_itself)


def have_rules_ready() -> bool:
    return bool(flows.clean.matchers.build_zones.cache_info().currsize)


def test_workers_begin_with_the_stages_made_ready() -> None:
    with open_engine("local", 1) as engine:
        assert engine.call(have_rules_ready)


def test_workers_end_with_the_process_that_started_them() -> None:
    program = "import os, time; from flows.engine import open_engine\nwith open_engine('local', 1) as engine:\n"
    program += "    print(engine.call(os.getpid), flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        process.kill()
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.1)
    raise AssertionError("the worker waits for ever")


def test_an_interrupt_ends_the_workers_and_the_calls_under_way(tmp_path: Path) -> None:
    failed: list[Exception] = []
    mark = tmp_path / "started"

    def call_for_long(engine: Engine) -> None:
        try:
            engine.call(work_for_long, mark)
        except WorkerDiedError as error:
            failed.append(error)

    with pytest.raises(KeyboardInterrupt), open_engine("local", 1) as engine:
        worker = engine.call(os.getpid)
        caller = threading.Thread(target=call_for_long, args=(engine,))
        caller.start()
        while not mark.exists():
            time.sleep(0.01)
        raise KeyboardInterrupt
    caller.join(30)
    assert len(failed) == 1
    assert not Path(f"/proc/{worker}").exists()
    with pytest.raises(EngineEndedError):
        engine.call_alone(abs, -1)


def test_an_interrupted_run_is_in_the_journal_and_publishes_nothing(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.write({"a.txt": make_article(1)})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("flows.run.run_checks", interrupt)
        corpus.run()
    [(outcome, snapshot, reason)] = corpus.ask_journal("FROM runs SELECT outcome, snapshot_id, reason")
    assert (outcome, snapshot) == ("failed", None)
    assert reason == "it was cancelled or interrupted; the next run takes over the batches it had finished"
    assert corpus.run().run.outcome == "published"


def test_a_run_that_is_interrupted_when_it_has_published_has_not_failed(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.write({"a.txt": make_article(1)})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("flows.run.clear_staging", interrupt)
        corpus.run()
    assert corpus.ask("FROM runs SELECT outcome, snapshot_id") == [("published", 1)]


def work_for_long(mark: Path) -> None:
    mark.touch()
    time.sleep(600)


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def test_an_engine_without_its_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ValueError, match=r"corpus-etl\[cluster\]"), open_engine("tcp://127.0.0.1:1"):
        pass


def test_a_worker_killed_in_mid_batch_costs_nothing_but_its_time(
    corpus_of_processes: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = corpus_of_processes
    corpus.write({f"{number}.txt": make_article(number) for number in range(5)})
    monkeypatch.setattr("flows.process.run_batch", run_batch_killed_once)
    assert corpus.run().run.outcome == "published"
    assert (corpus.warehouse / KILLED).exists()
    assert len(corpus.ask("FROM documents")) == 5


def test_a_file_that_kills_every_worker_becomes_a_row_and_the_others_land(
    corpus_of_processes: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = corpus_of_processes
    corpus.write({f"{number}.txt": make_article(number) for number in range(5)})
    corpus.write({"3-deadly.txt": make_article(9)})
    monkeypatch.setattr("flows.process.run_batch", run_batch_with_a_deadly_file)
    assert corpus.run().run.outcome == "published"
    [(uri, reason)] = corpus.ask("FROM files SELECT uri, reason WHERE status != 'landed'")
    assert uri == "3-deadly.txt"
    assert "kills the process" in reason
    assert len(corpus.ask("FROM documents")) == 5
    assert corpus.run().run.outcome == "unchanged"


def test_a_cluster_gives_the_same_tables(corpus_of_processes: Corpus, make_article: Article) -> None:
    corpus = corpus_of_processes
    corpus.write({f"{n % 3}/{n}.txt": make_article(n // 2) + "\n0 Comments\n" for n in range(20)})
    corpus.land({"broken.pdf": b"%PDF-"})
    here = read_tables(corpus)
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=40
    ) as cluster:
        assert corpus.run(full=True, engine=cluster.scheduler_address).run.outcome == "published"
    assert read_tables(corpus) == here


def run_batch_killed_once(batch: Batch, *arguments: Any) -> flows.result.Result:
    """Dies in mid-batch the first time; whoever tries again finds the mark and goes on."""
    mark = batch.warehouse / KILLED
    if not mark.exists():
        mark.touch()
        flows.batch.run_batch(replace(batch, works=batch.works[:2]), *arguments)
        (batch.warehouse / batch.folder / flows.result.RESULT).unlink()
        kill_itself()
    return flows.batch.run_batch(batch, *arguments)


def run_batch_with_a_deadly_file(batch: Batch, *arguments: Any) -> flows.result.Result:
    if any("deadly" in work.found.uri and work.verdict is None for work in batch.works):
        kill_itself()
    return flows.batch.run_batch(batch, *arguments)


def test_what_fails_while_workers_are_made_ready_ends_no_fork_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(flows.clean, "clean", fail)
    monkeypatch.delitem(sys.modules, "flows.warm", raising=False)
    importlib.import_module("flows.warm")
