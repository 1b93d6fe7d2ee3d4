"""The flow: a run under Prefect's eyes. The only module that imports Prefect.

A task supervises a batch in a thread, while the batch itself runs in a worker process: a Prefect task costs
milliseconds by threads and a tenth of a second by processes. No data passes between tasks, only names and counts.
"""

import os
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

# The embedded server of a laptop has no reason to call anyone; a configured one keeps its own setting.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

from prefect import flow, get_run_logger, runtime, tags
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings
from prefect.states import Completed
from prefect.tasks import Task, exponential_backoff

from flows.batch import Batch, may_pass
from flows.report import Report, write_headline, write_summary
from flows.report.artifacts import DESCRIPTIONS
from flows.result import Result
from flows.run import run_corpus
from flows.settings import Settings
from flows.supervise import FIRST_DELAY

T = TypeVar("T")
TAG = "corpus"
LOCAL_SERVER = "http://127.0.0.1:4200/api"
"""Where `prefect server start` serves unless told otherwise."""


class RunFailedError(Exception):
    """A check did not hold, and nothing was published: the flow run has failed."""

    def __init__(self, report: Report) -> None:
        super().__init__(write_headline(report))
        self.report = report


def _name_run() -> str:
    settings = runtime.flow_run.parameters["settings"]
    kind = "dry run" if settings.dry_run else "full run" if settings.full else "run"
    return f"{kind} over {settings.seeds}, {runtime.flow_run.scheduled_start_time:%Y-%m-%d %H:%M}"


@flow(name="corpus_etl", flow_run_name=_name_run, persist_result=False)
def corpus_etl(settings: Settings = Settings()) -> State[Report]:  # noqa: B008  # the form of the UI shows these defaults
    """Brings the warehouse up to date with the seeds: find → plan → batches → dedupe → check → publish → report."""
    report = run_corpus(settings, _Observed())
    for key, markdown in {"corpus-report": write_summary(report), **report.artifacts}.items():
        create_markdown_artifact(markdown, key=key, description=DESCRIPTIONS[key])
    headline = write_headline(report)
    get_run_logger().info("%s", headline)
    if report.failed:
        raise RunFailedError(report)
    return Completed(message=headline, data=report)


def run_flow(settings: Settings, address: str) -> Report:
    """Runs the flow against the server at the address, or an embedded one when it is empty."""
    with use_server(address), tags(TAG, f"engine:{settings.engine.partition(':')[0]}"):
        state = corpus_etl(settings, return_state=True)
    try:
        report = state.result()  # raises what the flow raised
    except RunFailedError as error:
        return error.report
    assert isinstance(report, Report)
    return report


def serve_corpus(settings: Settings, cron: str, address: str) -> None:
    """Serves the flow on a schedule, one run at a time, until interrupted."""
    with use_server(address):
        corpus_etl.serve(
            name="corpus", cron=cron, limit=1, tags=[TAG], parameters={"settings": settings.model_dump(mode="json")}
        )


def find_server() -> str:
    """The address of the API that is configured, else of a server found running on this machine; else empty."""
    configured = get_current_settings().api.url
    if configured:
        return configured
    try:
        with urllib.request.urlopen(f"{LOCAL_SERVER}/health", timeout=0.5) as answer:
            return LOCAL_SERVER if answer.status == 200 else ""
    except OSError:
        return ""


@contextmanager
def use_server(address: str) -> Iterator[None]:
    """Within it, runs are reported to the API at the address, or to an embedded one when it is empty."""
    with temporary_settings({PREFECT_API_URL: address} if address else {}):
        yield


class _Observed:
    """Runs stages and batches as Prefect tasks; the progress of the batches is an artifact of the flow run."""

    def stage(self, name: str, function: Callable[[], T]) -> T:
        return _make_task(name, function)()

    def batches(
        self, batches: Sequence[Batch], process: Callable[[Batch, bool], Result], workers: int, retries: int
    ) -> list[Result]:
        by_name = {batch.name: batch for batch in batches}
        progress = _Progress(sum(len(batch.works) for batch in batches))

        def supervise(name: str, files: int, megabytes: float) -> Result:
            last_try = (runtime.task_run.run_count or 1) > retries
            result = process(by_name[name], last_try)
            progress.advance(files)
            return result

        supervising = _make_task("batch", supervise).with_options(
            task_run_name="{name}: {files} files, {megabytes} MB",
            retries=retries,
            retry_delay_seconds=exponential_backoff(FIRST_DELAY),
            retry_jitter_factor=0.5,
            retry_condition_fn=_is_worth_another_try,
        )
        # Only as many tasks as there are workers: a task that waits in a thread would look as if it ran.
        free = threading.Semaphore(workers)
        futures: list[PrefectFuture[Result]] = []
        for batch in batches:
            free.acquire()
            if any(future.state.is_failed() or future.state.is_crashed() for future in futures):
                break
            megabytes = round(sum(work.found.bytes for work in batch.works) / 1e6, 1)
            future = supervising.submit(batch.name, len(batch.works), megabytes)
            future.add_done_callback(lambda _: free.release())
            futures.append(future)
        return [future.result() for future in futures]


class _Progress:
    """A progress artifact that a person watches while the batches run."""

    def __init__(self, files: int) -> None:
        self.files = files
        self.done = 0
        self.lock = threading.Lock()
        artifact = create_progress_artifact(
            0.0, key="corpus-progress", description=f"Files read, cleaned and described, of {files:,}"
        )
        assert isinstance(artifact, UUID)  # as it is wherever the caller is not a coroutine
        self.artifact = artifact

    def advance(self, files: int) -> None:
        with self.lock:
            self.done += files
            update_progress_artifact(self.artifact, progress=100.0 * self.done / self.files)


def _make_task(name: str, function: Callable[..., T]) -> Task[..., T]:
    """A task of a function that closes over its data: Prefect sees neither what goes in nor keeps what comes out."""
    return Task(function, name=name, persist_result=False, cache_policy=NO_CACHE)


def _is_worth_another_try(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and may_pass(error)


if __name__ == "__main__":
    corpus_etl(Settings())
