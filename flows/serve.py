"""The schedule: `corpus serve` finds or starts a Prefect server, tells it what to watch for, and runs what is due."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from prefect import Flow
from prefect.automations import Automation
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.events import EventTrigger, Posture, ResourceSpecification
from prefect.events.actions import ActionTypes, CallWebhook, ChangeFlowRunState
from prefect.runner import Runner
from prefect.settings import get_current_settings
from prefect.types.entrypoint import EntrypointType

from flows.corpus import TAG, answers, corpus_etl, corpus_tidy, corpus_verify, find_server, local_server, use_server
from flows.settings import Settings
from warehouse.connect import UsageError
from warehouse.lock import hold_file

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
START_SECONDS = 120.0
STOP_SECONDS = 15.0


def serve_corpus(settings: Settings, cron: str, notify: str | None, tell: Callable[[str], None]) -> None:
    """Runs what is due until interrupted; starts a server where none is found, and ends it.

    `notify` is a URL that is told, by POST, of each run that failed. UsageError for one that is none, ValueError for
    what is no cron.
    """
    if notify is not None and urlsplit(notify).scheme not in ("http", "https"):
        raise UsageError("--notify takes a URL that begins with http:// or https://")
    deployments = describe_deployments(settings, cron)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a script starts it with &
    with _find_or_start_server(tell) as address, _hold_schedule(address), use_server(address):
        set_up_automations(notify)
        runner = _Runner(pause_on_shutdown=True)
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


class _Runner(Runner):
    """Ends on SIGTERM as on Ctrl-C, and cancels what runs: Prefect's own kills it, and leaves it as if it still ran."""

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


@contextmanager
def _find_or_start_server(tell: Callable[[str], None]) -> Iterator[str]:
    """The address of a server: one that is configured or found, else one that lives as long as this context."""
    address = find_server()
    if address:
        yield address
        return
    address = local_server()
    tell("Starting a Prefect server")
    # A session of its own: Ctrl-C is for this process, which still needs the server to end what runs.
    command = [sys.executable, "-m", "prefect", "--no-prompt", "server", "start", "--log-level", "WARNING"]
    environment = {"PREFECT_UI_URL": address.removesuffix("/api"), **os.environ}  # for the links in notifications
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _await_health(server, address)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def _hold_schedule(address: str) -> Iterator[None]:
    """Within it no other `corpus serve` of this machine serves there: the first to end would pause the other's too."""
    name = f"corpus-serve-{re.sub(r'[^a-z0-9.]+', '-', address.lower())}.lock"
    busy = OSError(
        f"another `corpus serve` runs the schedule of {address.removesuffix('/api')}: end that one first. For "
        "a second warehouse, give it a server of its own, by PREFECT_HOME and PREFECT_SERVER_API_PORT"
    )
    with hold_file(get_current_settings().home / name, busy):
        yield


def _await_health(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(address):
        if server.poll() is not None:
            raise OSError(f"the Prefect server has ended with status {server.returncode}: what it said is above")
        if time.monotonic() > deadline:
            raise OSError(f"the Prefect server at {address} was not up within {START_SECONDS:.0f} seconds")
        time.sleep(0.5)


def _stop(signal_number: int, frame: FrameType | None) -> NoReturn:
    """Ends as Ctrl-C does; while it serves, Prefect has a handler of its own."""
    raise KeyboardInterrupt
