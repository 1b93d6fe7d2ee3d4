"""What the tests of the schedule start: PostgreSQL, and `corpus serve` with a Prefect server of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun

from flows.server import SETTINGS, answers
from tests.conftest import ROOT, Corpus

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """A `corpus serve` under way."""

    corpus: Corpus
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.corpus.folder / "serve.log").read_text()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "flows.cli", *arguments]

    def start_run(self, deployment: str = "corpus_etl/corpus", **settings: Any) -> UUID:
        """Starts a run as the UI's form does, with settings that differ from the schedule's."""
        with get_client(sync_client=True) as client:
            known = client.read_deployment_by_name(deployment)
            parameters = {"settings": {**known.parameters["settings"], **settings}} if settings else None
            return client.create_flow_run_from_deployment(known.id, parameters=parameters).id

    def await_end(self, flow_run_id: UUID, seconds: float = 90.0) -> FlowRun:
        """The flow run, once it is over."""

        def read() -> FlowRun | None:
            with get_client(sync_client=True) as client:
                flow_run = client.read_flow_run(flow_run_id)
            return flow_run if flow_run.state and flow_run.state.is_final() else None

        return wait_for(read, seconds)

    def ask_client(self, function: Callable[[SyncPrefectClient], T]) -> T:
        with get_client(sync_client=True) as client:
            return function(client)


@contextmanager
def serve(folder: Path, *arguments: str, **environment: str) -> Iterator[Served]:
    """`corpus serve` with a Prefect server that it starts, in a folder of their own."""
    port = find_port()
    for name in ("seeds", "home"):
        (folder / name).mkdir()
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CORPUS_"))},
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_SERVER_API_PORT": str(port),
        "CORPUS_SEEDS": str(folder / "seeds"),
        "CORPUS_WAREHOUSE": str(folder / "landed"),
        "CORPUS_WORKERS": "1",
        **environment,
    }
    in_background = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]  # SIGINT is ignored, as by a script's &
    command = [*in_background, sys.executable, "-m", "flows.cli", "serve", *arguments]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)
    served = Served(Corpus(folder), port, variables, process)
    try:
        wait_for(lambda: process.poll() is not None or "tidy runs at" in served.log, 150)
        assert process.poll() is None, served.log
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, served.log


@contextmanager
def open_server(folder: Path, **environment: str) -> Iterator[str]:
    """The address of the API of a Prefect server that has its database in this folder."""
    address = f"http://127.0.0.1:{(port := find_port())}/api"
    variables = {
        **os.environ,
        **SETTINGS,
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_API_PORT": str(port),
        **environment,
    }
    command = [sys.executable, "-m", "prefect", "--no-prompt", "server", "start", "--log-level", "ERROR"]
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(lambda: answers(address), 120)
            yield address
        finally:
            server.terminate()


@contextmanager
def open_postgresql() -> Iterator[str]:
    """The address of a database of a PostgreSQL server; the test is skipped where Debian's is missing."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    port = find_port()
    owner = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses root
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        if owner is not None:
            shutil.chown(folder, owner)
        data = folder / "data"
        create = [f"{programs}/initdb", "-D", str(data), "-U", "prefect", "--auth=trust", "--no-sync"]
        subprocess.run(create, check=True, capture_output=True, cwd=folder, user=owner)
        start = [f"{programs}/postgres", "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder), "-F"]
        log = subprocess.DEVNULL
        with subprocess.Popen(start, stdout=log, stderr=log, cwd=folder, user=owner) as server:
            ask = [f"{programs}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            wait_for(lambda: subprocess.run(ask).returncode == 0, 60)
            try:
                yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
            finally:
                server.send_signal(signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def list_processes(flow_run_id: UUID) -> dict[int, bytes]:
    """The processes of a flow run that a runner started, and their command lines."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if str(flow_run_id).encode() in (path / "environ").read_bytes():
                found[int(path.name)] = (path / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
    return {number: command for number, command in found.items() if command}


def stop_worker(flow_run_id: UUID) -> int:
    """Halts the worker process of a flow run as soon as there is one, so that the run goes on for ever."""

    def find() -> int | None:
        forks = [number for number, command in list_processes(flow_run_id).items() if b"forkserver" in command]
        workers = [number for number in forks if _read_parent(number) in forks]
        return workers[0] if workers else None

    worker = wait_for(find, 60, pause=0.02)
    os.kill(worker, signal.SIGSTOP)
    return worker


def wait_for(ask: Callable[[], T | None], seconds: float, pause: float = 0.3) -> T:
    """The answer, once there is one."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} seconds"
        time.sleep(pause)
    return answer


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read_parent(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
