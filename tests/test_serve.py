"""The schedule, on real servers: what fires, what is skipped, what a cancelled or killed run leaves, who is told."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling

from flows.corpus import (
    corpus_etl,
    corpus_tidy,
    corpus_verify,
    describe_deployments,
    serve_corpus,
    set_up_automations,
)
from flows.settings import Settings
from tests.browser import open_page
from tests.conftest import ROOT, Corpus
from tests.servers import Served, list_processes, open_postgresql, open_server, serve, stop_worker, wait_for
from warehouse.connect import UsageError

Article = Callable[..., str]
SECRET = "a-token-of-the-channel"
EVERY_MINUTE = "* * * * *"


@pytest.fixture(scope="module")
def told() -> Iterator[list[dict[str, Any]]]:
    """What is posted to the notification's URL."""
    posts: list[dict[str, Any]] = []

    class Channel(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.append({"path": self.path, **json.loads(body)})
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Channel) as channel:
        threading.Thread(target=channel.serve_forever, daemon=True).start()
        posts.append({"url": f"http://127.0.0.1:{channel.server_port}/{SECRET}"})
        yield posts
        channel.shutdown()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory, told: list[dict[str, Any]]) -> Iterator[Served]:
    """Served with notifications; the schedule pauses once it has fired."""
    folder = tmp_path_factory.mktemp("sqlite")
    with (
        serve(folder, "--cron", EVERY_MINUTE, "--notify", told[0]["url"]) as served,
        temporary_settings({PREFECT_API_URL: f"{served.address}/api"}),
    ):
        yield served


def await_scheduled(served: Served) -> FlowRun:
    """The first run that the schedule has started and that is over; then the schedule pauses."""

    def read() -> FlowRun | None:
        flow_runs = served.ask_client(lambda client: client.read_flow_runs())
        over = [run for run in flow_runs if run.auto_scheduled and run.state and run.state.is_final()]
        return over[0] if over else None

    flow_run = wait_for(read, 150)
    deployment = served.ask_client(lambda client: client.read_deployment_by_name("corpus_etl/corpus"))
    served.ask_client(lambda client: client.pause_deployment(deployment.id))
    return flow_run


def test_a_run_of_the_schedule_fires(on_sqlite: Served, make_article: Article) -> None:
    on_sqlite.corpus.write({f"{number}.txt": make_article(number) for number in range(3)})
    flow_run = await_scheduled(on_sqlite)
    assert flow_run.state is not None
    assert flow_run.state.is_completed(), flow_run.state.message
    assert flow_run.name == "seeds → 3 new"
    assert on_sqlite.corpus.ask("FROM documents SELECT count(*)") == [(3,)]


def test_with_postgresql_a_run_fires_a_work_pool_gets_the_deployments_and_the_end_cancels_what_runs(
    tmp_path: Path, make_article: Article
) -> None:
    with (
        open_postgresql() as database,
        serve(tmp_path, "--cron", EVERY_MINUTE, PREFECT_API_DATABASE_CONNECTION_URL=database) as served,
        temporary_settings({PREFECT_API_URL: f"{served.address}/api"}),
    ):
        served.corpus.write({"a.txt": make_article(1)})
        flow_run = await_scheduled(served)
        assert flow_run.state is not None
        assert flow_run.state.is_completed(), flow_run.state.message
        assert not (tmp_path / "home" / "prefect.db").exists()
        flow_run_id, _ = start_endless(served, make_article)
        environment = {**served.environment, "PREFECT_API_URL": f"{served.address}/api"}
        for command in (["work-pool", "create", "default", "--type", "process"], ["deploy", "--all"]):
            prefect = [sys.executable, "-m", "prefect", "--no-prompt", *command]
            subprocess.run(prefect, cwd=ROOT, env=environment, check=True, capture_output=True)
        deployments = served.ask_client(lambda client: client.read_deployments())
        assert {deployment.name for deployment in deployments} == {"corpus", "verify", "tidy"}
        assert {deployment.work_pool_name for deployment in deployments} == {"default"}
    wait_for(lambda: not list_processes(flow_run_id), 20)
    [(outcome, reason)] = served.corpus.ask("FROM runs SELECT outcome, reason ORDER BY run_id DESC LIMIT 1")
    assert (outcome, reason.partition(";")[0]) == ("failed", "it was cancelled or interrupted")


def start_endless(served: Served, make_article: Article) -> tuple[UUID, int]:
    """A run whose worker has halted: it goes on until someone ends it."""
    served.corpus.write({f"many/{number}.txt": make_article(number, paragraphs=60) for number in range(40)})
    flow_run_id = served.start_run(full=True)
    return flow_run_id, stop_worker(flow_run_id)


def test_an_overlapping_run_is_skipped_and_a_cancelled_one_stops_its_workers_and_leaves_nothing_half_done(
    on_sqlite: Served, make_article: Article
) -> None:
    flow_run_id, _ = start_endless(on_sqlite, make_article)
    skipped = on_sqlite.await_end(on_sqlite.start_run())
    assert skipped.state is not None
    assert skipped.state.is_cancelled()
    assert skipped.state.message == "Deployment concurrency limit reached."

    snapshots = on_sqlite.corpus.ask("FROM runs SELECT max(snapshot_id)")
    on_sqlite.ask_client(lambda client: client.set_flow_run_state(flow_run_id, Cancelling()))
    cancelled = on_sqlite.await_end(flow_run_id)
    assert cancelled.state is not None
    assert cancelled.state.is_cancelled()
    wait_for(lambda: not list_processes(flow_run_id), 20)
    [(outcome, reason)] = on_sqlite.corpus.ask("FROM runs SELECT outcome, reason ORDER BY run_id DESC LIMIT 1")
    assert (outcome, reason.partition(";")[0]) == ("failed", "it was cancelled or interrupted")
    assert on_sqlite.corpus.ask("FROM runs SELECT max(snapshot_id)") == snapshots

    following = on_sqlite.await_end(on_sqlite.start_run())
    assert following.state is not None
    assert following.state.is_completed()
    assert on_sqlite.corpus.ask("FROM all_documents SELECT count(*)") == [(43,)]


def test_a_run_whose_process_was_killed_crashes_and_the_next_one_works(
    on_sqlite: Served, make_article: Article
) -> None:
    flow_run_id, worker = start_endless(on_sqlite, make_article)
    for number, command in list_processes(flow_run_id).items():
        if b"forkserver" not in command and b"resource_tracker" not in command:
            os.kill(number, signal.SIGKILL)
    os.kill(worker, signal.SIGCONT)
    crashed = on_sqlite.await_end(flow_run_id)
    assert crashed.state is not None
    assert crashed.state.is_crashed()
    wait_for(lambda: not list_processes(flow_run_id), 20)
    following = on_sqlite.await_end(on_sqlite.start_run())
    assert following.state is not None
    assert following.state.is_completed(), following.state.message


def test_a_run_that_has_gone_silent_crashes(on_sqlite: Served) -> None:
    set_up_automations(silence=timedelta(seconds=15))
    try:
        environment = {**on_sqlite.environment, "PREFECT_API_URL": f"{on_sqlite.address}/api"}
        with subprocess.Popen(on_sqlite.command("run"), env=environment, stderr=subprocess.PIPE) as process:

            def read() -> FlowRun | None:
                flow_runs = on_sqlite.ask_client(lambda client: client.read_flow_runs())
                running = [run for run in flow_runs if run.state and run.state.is_running()]
                return running[0] if running else None

            flow_run = wait_for(read, 60, pause=0.1)
            process.kill()
        over = on_sqlite.await_end(flow_run.id)
        assert over.state is not None
        assert over.state.is_crashed()
        assert str(over.state.message).startswith("It has gone silent")
    finally:
        set_up_automations()
    names = [automation.name for automation in on_sqlite.ask_client(lambda client: client.read_automations())]
    assert len(names) == len(set(names)) == 2


def test_a_second_schedule_on_the_server_is_refused_and_the_first_one_goes_on(on_sqlite: Served) -> None:
    second = subprocess.run(
        on_sqlite.command("serve"), env=on_sqlite.environment, cwd=on_sqlite.corpus.folder, capture_output=True
    )
    assert second.returncode == 1
    assert b"end that one first" in second.stderr
    deployments = on_sqlite.ask_client(lambda client: client.read_deployments())
    # The corpus is paused by the tests once it has fired.
    assert {deployment.name for deployment in deployments if not deployment.paused} >= {"verify", "tidy"}


def test_bad_parameters_are_refused_with_a_sentence(on_sqlite: Served) -> None:
    with pytest.raises(PrefectHTTPStatusError, match="-1 is less than the minimum of 0") as refused:
        on_sqlite.start_run(workers=-1)
    assert refused.value.response.status_code == 409
    with pytest.raises(PrefectHTTPStatusError, match="near_duplicates"):
        on_sqlite.start_run(near_duplicates="all")


def test_a_failed_run_is_told_and_the_token_in_the_address_is_not(
    on_sqlite: Served, told: list[dict[str, Any]]
) -> None:
    flow_run = on_sqlite.await_end(on_sqlite.start_run(seeds=str(on_sqlite.corpus.folder / "nowhere")))
    assert flow_run.state is not None
    assert flow_run.state.is_failed()
    post = wait_for(lambda: next((post for post in told[1:] if flow_run.name in post["text"]), None), 60)
    assert post["path"] == f"/{SECRET}"
    assert "has failed" in post["text"]
    assert f"/runs/flow-run/{flow_run.id}" in post["text"]
    assert SECRET not in on_sqlite.log
    home = on_sqlite.corpus.folder / "home"
    assert not [path for path in home.glob("prefect.db*") if SECRET.encode() in path.read_bytes()]


def test_the_nightly_and_the_weekly_run_do_their_work(on_sqlite: Served) -> None:
    # One after the other: what is verified is not tidied meanwhile.
    tidied, verified = (
        on_sqlite.await_end(on_sqlite.start_run(name)).state for name in ("corpus_tidy/tidy", "corpus_verify/verify")
    )
    assert tidied is not None
    assert verified is not None
    assert "snapshots expired" in str(tidied.message)
    assert str(verified.message).startswith("verified: what ")


def test_a_person_sees_in_the_browser_what_came_of_a_run_and_why_a_bad_value_is_refused(
    on_sqlite: Served, tmp_path: Path
) -> None:
    on_sqlite.corpus.write({"seen.txt": "A fair was held on the green. Many came, and it did not rain all day long.\n"})
    flow_run = on_sqlite.await_end(on_sqlite.start_run())
    assert flow_run.name == "seeds → 1 new"
    with open_page() as page:
        page.goto(f"{on_sqlite.address}/runs/flow-run/{flow_run.id}")
        page.get_by_text("is published").first.wait_for(timeout=60_000)
        page.screenshot(path=tmp_path / "run.png")
        text = page.inner_text("body")
        assert flow_run.name in text
        assert "Completed" in text
        assert "read and clean batch 1 of 1 (1 MB)" in text
        page.get_by_text("Artifacts", exact=True).first.click()
        page.get_by_text("corpus-report").first.click()
        page.get_by_text("documents in the corpus").first.wait_for(timeout=60_000)
        page.screenshot(path=tmp_path / "report.png")
        page.goto(f"{on_sqlite.address}/deployments/deployment/{flow_run.deployment_id}/run")
        page.get_by_text("Folder of the raw files.").first.wait_for(timeout=60_000)
        page.screenshot(path=tmp_path / "form.png")
        page.locator("input[type=number]").first.fill("-1")
        page.get_by_role("button", name="Submit").click()
        page.get_by_text("-1 is less than the minimum of 0").first.wait_for(timeout=60_000)
        page.screenshot(path=tmp_path / "refused.png")


def test_a_work_pool_gets_the_deployments_that_are_served() -> None:
    flows: dict[str, Flow[..., Any]] = {"corpus": corpus_etl, "verify": corpus_verify, "tidy": corpus_tidy}
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    served = describe_deployments(Settings(), "0 * * * *")
    assert [deployment["name"] for deployment in written] == [deployment.name for deployment in served]
    for deployment, other in zip(written, served, strict=True):
        flow = flows[deployment["name"]]
        flow.validate_parameters(deployment["parameters"])
        flow.validate_parameters(other.parameters)
        assert deployment["entrypoint"] == f"flows/corpus.py:{flow.name}"
        assert deployment["parameters"].keys() == other.parameters.keys()
        assert deployment["parameters"].get("share") == other.parameters.get("share")
        assert [each["cron"] for each in deployment["schedules"]] == [
            getattr(each.schedule, "cron", None) for each in other.schedules or ()
        ]
        assert deployment["tags"] == other.tags
        assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}


def test_a_worker_of_a_work_pool_runs_what_the_file_deploys(tmp_path: Path, make_article: Article) -> None:
    (tmp_path / "served").mkdir()
    corpus = Corpus(tmp_path / "served")
    with open_server(tmp_path / "home") as address, temporary_settings({PREFECT_API_URL: address}):
        environment = {**os.environ, "PREFECT_API_URL": address, "PREFECT_HOME": str(tmp_path / "home")}

        def prefect(*arguments: str) -> None:
            command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)

        with serve(corpus.folder, PREFECT_API_URL=address):
            corpus.write({"a.txt": make_article(1)})  # it pauses its deployments when it ends
        prefect("work-pool", "create", "default", "--type", "process")
        prefect("deploy", "--all")
        with get_client(sync_client=True) as client:
            deployment = client.read_deployment_by_name("corpus_etl/corpus")
            assert not deployment.paused
            settings = {"seeds": str(corpus.seeds), "warehouse": str(corpus.warehouse), "workers": 1}
            started = client.create_flow_run_from_deployment(deployment.id, parameters={"settings": settings})
            prefect("worker", "start", "--pool", "default", "--run-once")
            flow_run = client.read_flow_run(started.id)
    assert flow_run.state is not None
    assert flow_run.state.is_completed(), flow_run.state.message
    assert flow_run.name == "seeds → 1 new"
    assert corpus.ask("FROM documents SELECT count(*)") == [(1,)]


LOSES_A_SIGNAL = """
import os, signal
from flows.corpus import serve_corpus
from flows.settings import Settings

class Collected:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

serve_corpus(Settings(), "0 * * * *", None, lambda told: Collected() and print(told))
"""


def test_a_signal_to_end_that_python_loses_amid_its_cleaning_up_ends_it_all_the_same(tmp_path: Path) -> None:
    with open_server(tmp_path / "home") as address:
        ended = subprocess.run(
            [sys.executable, "-c", LOSES_A_SIGNAL],
            env={**os.environ, "PREFECT_API_URL": address, "PREFECT_HOME": str(tmp_path / "home"), "PYTHONPATH": "."},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 0, ended.stderr
    assert "tidy runs at" in ended.stdout
    assert "Exception ignored in" in ended.stderr


def test_what_is_no_address_is_refused_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="--notify takes a URL"):
        serve_corpus(Settings(), "0 * * * *", "the-channel", print)
