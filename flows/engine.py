"""Where batches run: processes of this machine, or a Dask cluster by its address; both are executors of futures."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import wait
from typing import Any, TypeVar

T = TypeVar("T")


class WorkerDiedError(Exception):
    """The process that ran a call was killed or crashed: the call itself may be to blame, or one beside it."""


class EngineEndedError(Exception):
    """The engine has ended: it takes no further calls."""


class Engine:
    """Runs calls in worker processes; a pool that broke is replaced by a fresh one."""

    def __init__(self, open_executor: Callable[[int], Executor], workers: int) -> None:
        self.workers = workers
        self._open_executor = open_executor
        self._shared: Executor | None = None
        self._open: set[Executor] = set()
        self._ended = False
        self._lock = threading.Lock()

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """The function's result, from a worker beside others: WorkerDiedError when its worker died."""
        with self._lock:
            if self._shared is None:
                self._shared = self._start(self.workers)
            executor = self._shared
        try:
            return executor.submit(function, *arguments).result()
        except _deaths() as error:
            self._discard(executor)
            raise WorkerDiedError(str(error)) from error

    def call_alone(self, function: Callable[..., T], *arguments: Any) -> T:
        """As `call`, but in a worker of its own: when it dies, this call is to blame."""
        with self._lock:
            executor = self._start(1)
        try:
            return executor.submit(function, *arguments).result()
        except _deaths() as error:
            raise WorkerDiedError(str(error)) from error
        finally:
            self._discard(executor)

    def close(self) -> None:
        """Ends the workers; calls under way end first."""
        for executor in self._end():
            executor.shutdown(cancel_futures=True)

    def kill(self) -> None:
        """Ends the workers of this machine at once: the calls under way fail."""
        for executor in self._end():
            if isinstance(executor, ProcessPoolExecutor):
                for process in list((executor._processes or {}).values()):  # kill_workers() from Python 3.14 on
                    process.kill()
            executor.shutdown(wait=False, cancel_futures=True)

    def _end(self) -> set[Executor]:
        with self._lock:
            self._ended = True
            self._shared = None
            return set(self._open)

    def _start(self, workers: int) -> Executor:
        if self._ended:
            raise EngineEndedError("the run has ended")
        executor = self._open_executor(workers)
        self._open.add(executor)
        return executor

    def _discard(self, executor: Executor) -> None:
        executor.shutdown(wait=False)
        with self._lock:
            self._open.discard(executor)
            if self._shared is executor:
                self._shared = None


@contextmanager
def open_engine(address: str, workers: int = 0) -> Iterator[Engine]:
    """An engine of so many workers, 0 for all the cores, at 'local' or a Dask scheduler's address.

    ValueError where the extra 'cluster' is not installed.
    """
    if address == "local":
        engine = Engine(_open_pool, workers or available_cores())
        _start_fork_server()
        try:
            yield engine
        except Exception:
            raise
        except BaseException:  # an interrupt: whoever does that does not wait for the calls under way
            engine.kill()
            raise
        finally:
            engine.close()
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(f"--engine {address} needs the extra 'cluster': pip install 'corpus-etl[cluster]'") from None
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        threads = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        # A batch that killed its worker is not tried on the next one: the supervisor decides who is to blame.
        yield Engine(lambda _: client.get_executor(pure=False, retries=0), workers or max(1, threads))


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_fork_server() -> None:
    """Has the stages made ready in the background: what workers begin with is forked from there."""
    if _start_method() == "forkserver":
        multiprocessing.get_context("forkserver").set_forkserver_preload(["flows.process", "flows.batch", "flows.warm"])
        forkserver.ensure_running()


def _start_method() -> str:
    # A fork of a process with threads can deadlock: the fork server has none of ours.
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _open_pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context(_start_method())
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_follow_parent)


def _follow_parent() -> None:
    """Ends this worker when the process that started it is gone, however it ended: an orphan would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _deaths() -> tuple[type[BaseException], ...]:
    """The errors that tell of a dead worker, of the executors in use."""
    try:
        from distributed import KilledWorker
    except ImportError:
        return (BrokenExecutor,)
    return (BrokenExecutor, KilledWorker)
