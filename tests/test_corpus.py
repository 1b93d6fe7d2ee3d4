"""The flow under Prefect: what an operator sees of a run, and what is tried again."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ParameterTypeError
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness

import flows.corpus
from flows.batch import run_batch
from flows.corpus import corpus_etl, corpus_tidy, corpus_verify, find_server, run_flow, use_server
from flows.settings import Settings
from tests.conftest import ROOT, Corpus
from tests.servers import wait_for
from warehouse.lock import WarehouseBusyError, hold_lock
from warehouse.tidy import tidy_warehouse

Article = Callable[..., str]


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


def run(corpus: Corpus, **options: Any) -> Any:
    settings = Settings(seeds=str(corpus.seeds), warehouse=str(corpus.warehouse), workers=2, **options)
    with use_server(find_server()):
        return corpus_etl(settings, return_state=True)


def read_run(state: Any) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(state.state_details.flow_run_id)


def test_an_operator_sees_what_ran_and_what_came_of_it(corpus: Corpus, make_article: Article) -> None:
    corpus.write({f"{number}.txt": make_article(number) for number in range(3)})
    state = run(corpus)
    assert state.is_completed()
    assert state.message == f"snapshot 1 of {corpus.warehouse} is published"
    flow_run = read_run(state)
    assert flow_run.name == "seeds → 3 new"
    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts(
            artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run.id]))
        )
    by_key = {artifact.key: artifact for artifact in artifacts}
    of_this = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run.id]))

    def read_names() -> set[str] | None:  # the server records them behind
        with get_client(sync_client=True) as client:
            names = {task.name for task in client.read_task_runs(flow_run_filter=of_this)}
        return names if "publish" in names else None

    assert {"find", "plan", "read and clean batch 1 of 1 (1 MB)", "dedupe", "check"} <= wait_for(read_names, 60)
    assert by_key["corpus-progress"].data == 100.0
    assert "documents in the corpus | 3" in str(by_key["corpus-report"].data)
    assert corpus.ask("FROM documents SELECT count(*)") == [(3,)]


def test_nothing_new_completes_and_says_so(corpus: Corpus, make_article: Article) -> None:
    corpus.write({"a.txt": make_article(1)})
    run(corpus)
    assert run(corpus).message == "nothing is new: 1 file is as it was"


def test_a_run_through_prefect_gives_the_same_tables_as_a_plain_one(corpus: Corpus, make_article: Article) -> None:
    corpus.write({f"{number}.txt": make_article(number % 3) for number in range(9)})
    run(corpus)
    query = "FROM all_documents SELECT * EXCLUDE (run_id, first_run_id, ingested_at) ORDER BY doc_id"
    through_prefect = corpus.ask(query)
    corpus.run(full=True)
    assert corpus.ask(query) == through_prefect


def test_input_and_output_that_fail_for_a_while_are_tried_again(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[bool] = []

    def fail_twice(*arguments: Any) -> Any:
        tries.append(arguments[-1])
        if len(tries) < 3:
            raise OSError(errno.EIO, "the disk hiccups")
        return run_batch(*arguments)

    monkeypatch.setattr("flows.process.run_batch", fail_twice)
    monkeypatch.setattr(flows.corpus, "FIRST_DELAY", 0.01)
    corpus.write({"a.txt": make_article(1)})
    assert run(corpus, retries=2).is_completed()
    assert tries == [False, False, True]  # the last knows that it is the last


def test_what_cannot_pass_is_not_tried_again(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def fail(*_: Any) -> Any:
        tries.append("one")
        raise ValueError("the bridge is closed")

    monkeypatch.setattr("flows.process.run_batch", fail)
    corpus.write({"a.txt": make_article(1)})
    assert run(corpus).is_failed()
    assert tries == ["one"]
    assert corpus.ask_journal("FROM runs SELECT outcome, reason") == [("failed", "the bridge is closed")]


def test_a_failed_check_fails_the_flow_run(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nothing_lands.sql").write_text("-- fail: Nothing lands.\nFROM documents SELECT uri")
    monkeypatch.setattr("warehouse.check.run_checks.__defaults__", (tmp_path,))
    corpus.write({"a.txt": make_article(1)})
    settings = Settings(seeds=str(corpus.seeds), warehouse=str(corpus.warehouse))
    report = run_flow(settings, find_server())
    assert report.failed
    assert report.run.reason == "nothing_lands did not hold"


def test_a_changed_and_a_gone_file_are_in_the_name_of_the_run(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1), "b.txt": make_article(2), "c.txt": make_article(3)})
    corpus.write({"a.txt": make_article(4), "b.txt": None, "d.txt": make_article(5)})
    assert read_run(run(corpus)).name == "seeds → 1 new, 1 changed, 1 gone"
    assert read_run(run(corpus, full=True)).name == "seeds → 3 again"
    corpus.write({"a.txt": make_article(4)})
    os.utime(corpus.seeds / "a.txt", (1, 1))
    assert read_run(run(corpus)).name == "seeds → nothing new"


def test_a_person_who_runs_it_by_hand_is_told_that_another_run_goes_on(corpus: Corpus, make_article: Article) -> None:
    corpus.write({"a.txt": make_article(1)})
    with hold_lock(corpus.warehouse):
        state = run(corpus)
    assert state.is_failed()
    assert "another process is writing to" in state.message


def test_the_terminal_tells_an_error_without_a_traceback(corpus: Corpus, make_article: Article) -> None:
    corpus.write({"a.txt": make_article(1)})
    command = [sys.executable, "-m", "flows.cli", "run", str(corpus.seeds), "--warehouse", str(corpus.warehouse)]
    environment = {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    with hold_lock(corpus.warehouse):
        run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert "wait for it to end" in run.stderr
    assert "Traceback" not in run.stderr


def test_verifying_and_tidying_say_what_they_did(corpus: Corpus, make_article: Article) -> None:
    corpus.land({"a.txt": make_article(1)})
    with use_server(find_server()):
        settings = Settings(seeds=str(corpus.seeds), warehouse=str(corpus.warehouse), workers=1)
        verified = corpus_verify(settings, return_state=True)
        tidied = corpus_tidy(str(corpus.warehouse), return_state=True)
    assert verified.message == "verified: what 1 file gives is what the tables hold"
    assert "snapshots expired" in str(tidied.message)
    assert read_run(tidied).name == f"tidy {corpus.warehouse}"


def test_tidying_waits_for_the_run_that_holds_the_warehouse(
    corpus: Corpus, make_article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.land({"a.txt": make_article(1)})
    tries: list[str] = []

    def refuse_once(*arguments: Any) -> Any:
        tries.append("one")
        if len(tries) == 1:
            raise WarehouseBusyError("another process is writing")
        return tidy_warehouse(*arguments)

    monkeypatch.setattr(flows.corpus, "tidy_warehouse", refuse_once)
    monkeypatch.setattr(flows.corpus, "BUSY_DELAY", 0.01)
    with use_server(find_server()):
        assert corpus_tidy(str(corpus.warehouse), return_state=True).is_completed()
    assert len(tries) == 2


def test_the_form_of_the_ui_has_every_setting_with_its_limits() -> None:
    schema = corpus_etl.parameters.model_dump()
    form = schema["definitions"]["Settings"]["properties"]
    assert set(form) == set(Settings.model_fields)
    assert all(field["description"] for field in form.values())
    assert form["max_file_mb"]["minimum"] == 1
    with pytest.raises(ParameterTypeError, match="engine"):
        corpus_etl.validate_parameters({"settings": {"engine": "elsewhere"}})
