"""The flows: what happens under Prefect's eyes. With `flows.serve`, the only module that imports Prefect.

A task supervises a batch in a thread, while the batch itself runs in a worker process: a Prefect task costs
milliseconds by threads and a tenth of a second by processes. No data passes between tasks, only names and counts.
"""

import copy
import logging
import math
import os
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar
from uuid import UUID

from flows.server import SETTINGS

# What is configured counts before; a server that is started from here inherits them.
os.environ.update(SETTINGS | os.environ)

from prefect import flow, get_run_logger, runtime, tags
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings
from prefect.states import Cancelled, Completed
from prefect.tasks import Task, exponential_backoff
from pydantic import Field

from flows.batch import Batch, may_pass
from flows.report import Report, write_headline, write_summary
from flows.report.artifacts import DESCRIPTIONS, describe_checks
from flows.result import Result
from flows.run import run_corpus
from flows.settings import Settings, local_path
from flows.supervise import FIRST_DELAY
from flows.verify import verify_corpus
from warehouse.lock import WarehouseBusyError
from warehouse.tidy import KEEP_DAYS, KEEP_SNAPSHOTS, tidy_warehouse

T = TypeVar("T")
TAG = "corpus"
BUSY_TRIES = 36
BUSY_DELAY = 300.0
"""Seconds until tidying tries again, where a run holds the warehouse: three hours in all."""


class RunFailedError(Exception):
    """A check did not hold, and nothing was published: the flow run has failed."""

    def __init__(self, report: Report) -> None:
        super().__init__(write_headline(report))
        self.report = report


def _name_run() -> str:
    """What a run is called until its plan is known."""
    settings = runtime.flow_run.parameters["settings"]
    kind = "dry run" if settings.dry_run else "full run" if settings.full else "run"
    return f"{kind} over {settings.seeds}, {runtime.flow_run.scheduled_start_time:%Y-%m-%d %H:%M}"


@flow(name="corpus_etl", flow_run_name=_name_run, persist_result=False)
def corpus_etl(settings: Settings = Settings()) -> State[Any]:  # noqa: B008  # the form of the UI shows these defaults
    """Brings the warehouse up to date with the seeds: find → plan → batches → dedupe → check → publish → report."""
    try:
        report = run_corpus(settings, _Observed())
    except WarehouseBusyError as error:
        return _skip(error)
    _keep_artifacts({"corpus-report": write_summary(report), **report.artifacts})
    return _conclude(report)


@flow(name="corpus_verify", flow_run_name="verify {settings.warehouse}", persist_result=False)
def corpus_verify(
    settings: Settings = Settings(),  # noqa: B008
    share: Annotated[
        float, Field(gt=0, le=1, description="Of the raw files, how many are read again; each day another part.")
    ] = 1.0,
) -> State[Any]:
    """Derives again, from the raw files, what the tables promise, and compares."""
    try:
        report = verify_corpus(settings, _Observed(), share)
    except WarehouseBusyError as error:
        return _skip(error)
    _keep_artifacts({"corpus-verified": f"{write_summary(report)}\n\n{describe_checks(report.checks)}"})
    return _conclude(report)


@flow(name="corpus_tidy", flow_run_name="tidy {warehouse}", persist_result=False)
def corpus_tidy(
    warehouse: Annotated[str, Field(min_length=1, description="Folder of the tables.")] = Settings().warehouse,
    keep_days: Annotated[float, Field(ge=0, description="Snapshots younger than so many days stay.")] = KEEP_DAYS,
    keep_snapshots: Annotated[int, Field(ge=1, description="The newest so many stay, however old.")] = KEEP_SNAPSHOTS,
) -> State[str]:
    """Expires old snapshots, compacts small files, removes what no snapshot needs."""
    tidy = _make_task(
        "tidy", lambda: tidy_warehouse(local_path(warehouse, "the warehouse"), keep_days, keep_snapshots)
    ).with_options(retries=BUSY_TRIES, retry_delay_seconds=BUSY_DELAY, retry_condition_fn=_is_busy)
    message = str(tidy())
    get_run_logger().info("%s", message)
    return Completed(message=message, data=message)


def _skip(error: WarehouseBusyError) -> State[Any]:
    """The state of a scheduled run that found the warehouse busy; a person who waits for a run is told by the error."""
    if runtime.deployment.id is None:
        raise error
    return Cancelled(message=f"skipped, the next run does its work: {error}")


def _keep_artifacts(artifacts: Mapping[str, str]) -> None:
    for key, markdown in artifacts.items():
        create_markdown_artifact(markdown, key=key, description=DESCRIPTIONS[key])


def _conclude(report: Report) -> State[Any]:
    """The state of a flow run that has its report: RunFailedError for one that must not count as done."""
    headline = write_headline(report)
    for check in report.checks:
        if not check.passed:
            tell = get_run_logger().error if check.severity == "fail" else get_run_logger().warning
            tell("%s did not hold: %s rows, the first: %s", check.name, check.rows, check.detail)
    if report.failed:
        raise RunFailedError(report)
    get_run_logger().info("%s", headline)
    return Completed(message=headline, data=report)


def run_flow(settings: Settings, address: str, tracebacks: bool = False) -> Report:
    """Runs the flow against the server at the address, or an embedded one when it is empty."""
    if not tracebacks:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, PrefectConsoleHandler) and handler.formatter:
                handler.setFormatter(_Brief(handler.formatter))
    with use_server(address), tags(TAG, f"engine:{settings.engine.partition(':')[0]}"):
        state = corpus_etl(settings, return_state=True)
    try:
        report = state.result()  # raises what the flow raised
    except RunFailedError as error:
        return error.report
    assert isinstance(report, Report)
    return report


class _Brief(logging.Formatter):
    """Tells an error in a line, on the terminal: where it came from is in the UI."""

    def __init__(self, whole: logging.Formatter) -> None:
        super().__init__()
        self.whole = whole

    def format(self, record: logging.LogRecord) -> str:
        brief = copy.copy(record)
        brief.exc_info = brief.exc_text = None
        return self.whole.format(brief)


def find_server() -> str:
    """The address of the API that is configured, else of a server found running on this machine; else empty."""
    configured = get_current_settings().api.url
    if configured:
        return configured
    local = local_server()
    return local if answers(local) else ""


def local_server() -> str:
    """The address of the API that `prefect server start` serves on this machine."""
    server = get_current_settings().server.api
    return f"http://{server.host}:{server.port}/api"


def answers(address: str) -> bool:
    """Whether a server is there, and well."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=0.5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def use_server(address: str) -> Iterator[None]:
    """Within it, runs are reported to the API at the address, or to an embedded one when it is empty."""
    with temporary_settings({PREFECT_API_URL: address} if address else {}):
        yield


class _Observed:
    """Runs stages and batches as Prefect tasks; the progress of the batches is an artifact of the flow run."""

    def announce(self, headline: str) -> None:
        with get_client(sync_client=True) as client:
            client.update_flow_run(UUID(runtime.flow_run.id), name=headline)
        get_run_logger().info("%s", headline)

    def stage(self, name: str, function: Callable[[], T]) -> T:
        return _make_task(name, function)()

    def batches(
        self, batches: Sequence[Batch], process: Callable[[Batch, bool], Result], workers: int, retries: int
    ) -> list[Result]:
        by_name = {batch.name: batch for batch in batches}
        progress = _Progress(sum(len(batch.works) for batch in batches))

        def supervise(batch: str, megabytes: int) -> Result:
            last_try = (runtime.task_run.run_count or 1) > retries
            result = process(by_name[batch], last_try)
            progress.advance(len(by_name[batch].works))
            return result

        supervising = _make_task("read and clean", supervise).with_options(
            task_run_name="read and clean {batch} ({megabytes} MB)",
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
            megabytes = math.ceil(sum(work.found.bytes for work in batch.works) / 1e6)
            future = supervising.submit(batch.name, megabytes)
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
    return Task(function, name=name, task_run_name=name, persist_result=False, cache_policy=NO_CACHE)


def _is_busy(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), WarehouseBusyError)


def _is_worth_another_try(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and may_pass(error)


if __name__ == "__main__":
    corpus_etl(Settings())
