"""Who watches over stages and batches: this process itself, plainly, or Prefect, in `flows.corpus`."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from rich.progress import Progress

from flows.result import Result
from flows.work import Batch, may_pass

T = TypeVar("T")
FIRST_DELAY = 1.0
"""Seconds before the second try; each further one waits twice as long."""


class Supervisor(Protocol):
    """Runs stages and batches, and shows how far they are."""

    def announce(self, headline: str) -> None:
        """Says what the run is about, once that is known."""

    def stage(self, name: str, function: Callable[[], T]) -> T:
        """The function's result."""

    def batches(
        self, batches: Sequence[Batch], process: Callable[[Batch, bool], Result], workers: int, retries: int
    ) -> list[Result]:
        """Each batch's result; `process` takes the batch and whether this is its last try."""


class Plainly:
    """Runs everything in this process, with a progress bar on the terminal."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress

    def announce(self, headline: str) -> None:
        if self.progress is not None:
            self.progress.console.print(headline, markup=False, highlight=False)

    def stage(self, name: str, function: Callable[[], T]) -> T:
        if self.progress is None:
            return function()
        task = self.progress.add_task(name, total=None)
        try:
            return function()
        finally:
            self.progress.update(task, total=1, completed=1)

    def batches(
        self, batches: Sequence[Batch], process: Callable[[Batch, bool], Result], workers: int, retries: int
    ) -> list[Result]:
        def try_often(batch: Batch) -> Result:
            for attempt in range(retries):
                try:
                    return process(batch, False)
                except OSError as error:
                    if not may_pass(error):
                        raise
                    time.sleep(FIRST_DELAY * 2**attempt)
            return process(batch, True)

        if self.progress is not None:
            files = self.progress.add_task("read, clean, describe", total=sum(len(batch.works) for batch in batches))
        threads = ThreadPoolExecutor(workers)
        futures = [threads.submit(try_often, batch) for batch in batches]
        try:
            results = []
            for batch, future in zip(batches, futures, strict=True):
                results.append(future.result())
                if self.progress is not None:
                    self.progress.advance(files, len(batch.works))
            return results
        finally:
            threads.shutdown(wait=False, cancel_futures=True)  # what still runs ends with the engine
