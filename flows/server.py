"""A Prefect server: what it needs for months of hourly runs, whether it answers, and one that `corpus serve` starts."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from warehouse.lock import hold_file

KEPT = timedelta(days=30)
"""How long the server keeps flow runs, with their logs and artifacts; the warehouse's own `runs` and `checks` stay."""

SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # On a busy machine the embedded one takes more than the default of 20 seconds to start for the first time.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(int(KEPT.total_seconds())),
    # One by one, as they are written otherwise, the task runs of a run are in the UI half a minute late.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "100",
    # A run's claim to be the only one outlives a restart of the server: the default forgets who holds it.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}
"""For the servers that `corpus` starts, and proposed for others."""
START_SECONDS = 120.0
STOP_SECONDS = 15.0


def answers(address: str) -> bool:
    """Whether a server is there, and well."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=0.5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def start_server(address: str) -> Iterator[str]:
    """A server of this machine that is to answer at the address, which it gives, as long as this context lives."""
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


def _await_health(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(address):
        if server.poll() is not None:
            raise OSError(f"the Prefect server has ended with status {server.returncode}: what it said is above")
        if time.monotonic() > deadline:
            raise OSError(f"the Prefect server at {address} was not up within {START_SECONDS:.0f} seconds")
        time.sleep(0.5)


@contextmanager
def hold_schedule(address: str, folder: Path) -> Iterator[None]:
    """Within it no other `corpus serve` of this machine serves there: the first to end would pause the other's too.

    `folder` is Prefect's own on this machine. OSError where another does.
    """
    name = f"corpus-serve-{re.sub(r'[^a-z0-9.]+', '-', address.lower())}.lock"
    busy = OSError(
        f"another `corpus serve` runs the schedule of {address.removesuffix('/api')}: end that one first. For "
        "a second warehouse, give it a server of its own, by PREFECT_HOME and PREFECT_SERVER_API_PORT"
    )
    with hold_file(folder / name, busy):
        yield
