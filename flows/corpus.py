"""The flows and their schedule: what happens under Prefect's eyes. The only module that imports Prefect.

A task supervises a batch in a thread, while the batch itself runs in a worker process: a Prefect task costs
milliseconds by threads and a tenth of a second by processes. No data passes between tasks, only names and counts.
"""

import asyncio
import copy
import logging
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from types import FrameType
from typing import Annotated, Any, NoReturn, Self, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flows.server import SETTINGS, answers, hold_schedule, start_server

# What is configured counts before; a server that is started from here inherits them.
os.environ.update(SETTINGS | os.environ)

from prefect import Flow, flow, get_run_logger, runtime, tags
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.automations import Automation
from prefect.blocks.webhook import Webhook
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    State,
    StateType,
    TaskRun,
)
from prefect.deployments.runner import RunnerDeployment
from prefect.events import EventTrigger, Posture, ResourceSpecification
from prefect.events.actions import ActionTypes, CallWebhook, ChangeFlowRunState
from prefect.futures import PrefectFuture
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.runner import Runner
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings
from prefect.states import Cancelled, Completed
from prefect.tasks import Task, exponential_backoff
from prefect.types.entrypoint import EntrypointType
from pydantic import Field

from flows.report import Report, write_headline, write_summary
from flows.report.artifacts import DESCRIPTIONS, describe_checks
from flows.result import Result
from flows.run import run_corpus
from flows.settings import Settings, local_path
from flows.supervise import FIRST_DELAY
from flows.verify import verify_corpus
from flows.work import Batch, may_pass
from warehouse.connect import UsageError
from warehouse.lock import WarehouseBusyError
from warehouse.tidy import KEEP_DAYS, KEEP_SNAPSHOTS, tidy_warehouse

T = TypeVar("T")
TAG = "corpus"
BUSY_TRIES = 36
BUSY_DELAY = 300.0
"""Seconds until tidying tries again, where a run holds the warehouse: three hours in all."""
VERIFY_CRON = "30 2 * * *"
TIDY_CRON = "30 4 * * sun"
VERIFY_SHARE = 0.15
"""Each night another part: a week reads about two files in three again."""
SILENCE = timedelta(minutes=10)
"""A run that has told nothing for so long is dead. It tells every three minutes that it lives, unless
PREFECT_FLOWS_HEARTBEAT_FREQUENCY says otherwise."""
SILENCE_AUTOMATION = "corpus: a run that has gone silent has crashed"
FAILURE_AUTOMATION = "corpus: a run that failed is told of"
WEBHOOK = "corpus-notify"
ALIVE = frozenset({"prefect.flow-run.Running", "prefect.flow-run.heartbeat"})
ENDED = frozenset(f"prefect.flow-run.{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed"))
MESSAGE = """{% set message %}{{ flow.name }} "{{ flow_run.name }}" has {{ flow_run.state.name | lower }}:\
 {{ flow_run.state.message }} {{ flow_run | ui_url or '' }}{% endset %}{"text": {{ message | tojson }}}"""
"""What is posted: JSON with a `text`, as Slack, Mattermost and others take it."""


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


@contextmanager
def use_server(address: str) -> Iterator[None]:
    """Within it, runs are reported to the API at the address, or to an embedded one when it is empty."""
    with temporary_settings({PREFECT_API_URL: address} if address else {}):
        yield


def serve_corpus(settings: Settings, cron: str, notify: str | None, tell: Callable[[str], None]) -> None:
    """Runs what is due until interrupted; starts a server where none is found, and ends it.

    `notify` is a URL that is told, by POST, of each run that failed. UsageError for one that is none, ValueError for
    what is no cron.
    """
    if notify is not None and urlsplit(notify).scheme not in ("http", "https"):
        raise UsageError("--notify takes a URL that begins with http:// or https://")
    deployments = describe_deployments(settings, cron)
    stop = _Stop()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a script starts it with &
    found = find_server()
    if not found:
        tell("Starting a Prefect server")
    with (
        nullcontext(found) if found else start_server(local_server()) as address,
        hold_schedule(address, get_current_settings().home),
        use_server(address),
    ):
        set_up_automations(notify)
        runner = _Runner(pause_on_shutdown=True)
        runner.before = stop
        for deployment in deployments:
            runner.add_deployment(deployment)
        tell(f"The Prefect UI is at {address.removesuffix('/api')}; stop with Ctrl-C.")
        if notify is not None:
            tell(f"Runs that fail are told to {urlsplit(notify).hostname}")
        for deployment in deployments:
            crons = ", ".join(str(schedule.schedule.cron) for schedule in deployment.schedules or ())  # type: ignore[union-attr]
            tell(f"{deployment.full_name} runs at {crons}")
        with suppress(KeyboardInterrupt):
            asyncio.run(runner.start())


class _Stop:
    """Ends on SIGTERM as on Ctrl-C, until the runner has a handler of its own."""

    asked = False
    """Remembered, since Python ignores what is raised where an object is collected: the runner then ends at once."""

    def __call__(self, signal_number: int, frame: FrameType | None) -> NoReturn:
        self.asked = True
        raise KeyboardInterrupt


class _Runner(Runner):
    """Ends on SIGTERM as on Ctrl-C, and cancels what runs: Prefect's own kills it, and leaves it as if it still ran."""

    before: _Stop
    """What SIGTERM did until the runner started."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        if self.before.asked:
            signal.raise_signal(signal.SIGINT)
        return self

    def handle_sigterm(self, *_: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    async def __aexit__(self, *raised: Any) -> None:
        await self.cancel_all()
        await super().__aexit__(*raised)


def describe_deployments(settings: Settings, cron: str) -> Sequence[RunnerDeployment]:
    """The corpus as often as given, verifying each night, tidying each week; prefect.yaml has the same three."""
    places = {"seeds": str(settings.seeds_path), "warehouse": str(settings.warehouse_path)}
    here = settings.model_copy(update=places).model_dump(mode="json")
    return (
        _deploy(corpus_etl, "corpus", cron, {"settings": here}),
        _deploy(corpus_verify, "verify", VERIFY_CRON, {"settings": here, "share": VERIFY_SHARE}),
        _deploy(corpus_tidy, "tidy", TIDY_CRON, {"warehouse": here["warehouse"]}),
    )


def _deploy(flow: Flow[..., Any], name: str, cron: str, parameters: dict[str, Any]) -> RunnerDeployment:
    """One run of it at a time: one that would overlap is cancelled."""
    deployment = flow.to_deployment(
        name,
        cron=cron,
        parameters=parameters,
        tags=[TAG],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(deployment, RunnerDeployment)  # as it is wherever the caller is not a coroutine
    return deployment


def set_up_automations(notify: str | None = None, silence: timedelta = SILENCE) -> None:
    """Has the server mark dead runs as crashed, and tell a URL of failed ones; what it has under these names goes."""
    _set_automation(
        SILENCE_AUTOMATION,
        _watch({*ALIVE, *ENDED}, posture=Posture.Proactive, after=set(ALIVE), within=silence),
        ChangeFlowRunState(
            name=None,
            state=StateType.CRASHED,
            force=False,
            message="It has gone silent: its process or its machine has ended. Nothing of it was published; the next "
            "run takes over the batches that it had finished.",
        ),
    )
    if notify is not None:
        # The URL may hold a token: the block keeps it encrypted, and nothing prints it.
        block = Webhook(url=notify, headers={"Content-Type": "application/json"})  # type: ignore[arg-type]
        block_id = block.save(WEBHOOK, overwrite=True)
        assert isinstance(block_id, UUID)  # as it is wherever the caller is not a coroutine
        _set_automation(
            FAILURE_AUTOMATION,
            _watch({"prefect.flow-run.Failed", "prefect.flow-run.Crashed"}, posture=Posture.Reactive),
            CallWebhook(block_document_id=block_id, payload=MESSAGE),
        )


def _watch(expect: set[str], **when: Any) -> EventTrigger:
    """A trigger of the flow runs that have our tag, each by itself."""
    return EventTrigger(
        expect=expect,
        match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
        match_related=ResourceSpecification({"prefect.resource.id": f"prefect.tag.{TAG}"}),
        for_each={"prefect.resource.id"},
        threshold=1,
        **when,
    )


def _set_automation(name: str, trigger: EventTrigger, action: ActionTypes) -> None:
    automation = Automation(name=name, trigger=trigger, actions=[action])
    with get_client(sync_client=True) as client:
        known = client.read_automations_by_name(name)
    if known:
        automation.id = known[0].id
        automation.update()
    else:
        automation.create()


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
