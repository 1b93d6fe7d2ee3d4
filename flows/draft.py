"""The row of `runs` in the making: what a run counts, how long its stages take, what becomes of it."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from flows.engine import Engine
from flows.model import JSON, Run
from flows.process import process_works
from flows.recipe import hash_recipe
from flows.result import Result
from flows.settings import Settings
from flows.supervise import Supervisor
from flows.work import Batch, Work
from warehouse.land import name_run

T = TypeVar("T")


class Draft:
    """A run under way."""

    def __init__(self, settings: Settings, supervisor: Supervisor, open_engine: Callable[[], Engine]) -> None:
        self.started_at = datetime.now(UTC).replace(tzinfo=None)
        self.run_id = name_run(self.started_at)
        self.settings = settings
        self.warehouse = settings.warehouse_path
        self.recipe = hash_recipe(settings)
        self.supervisor = supervisor
        self.counts: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.open_engine = open_engine

    def stage(self, name: str, function: Callable[[], T]) -> T:
        """Runs a stage under its supervisor and keeps its time."""
        with self.timed(name):
            return self.supervisor.stage(name, function)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keeps the time of a block."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._spend(name, time.perf_counter() - start)

    def process(self, works: Sequence[Work], blank: Batch) -> Result:
        """Processes the works in batches like the blank one."""
        if not works:
            return Result()
        with self.timed("batches"):
            result = process_works(works, blank, self.settings, self.supervisor, self.open_engine())
        self.counts.update(result.counts)
        for stage, seconds in result.seconds.items():
            self._spend(stage, seconds)
        return result

    def _spend(self, stage: str, seconds: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def end(self, outcome: str, snapshot_id: int | None = None, reason: str | None = None) -> Run:
        """The row, as of now."""
        return Run(
            run_id=self.run_id,
            snapshot_id=snapshot_id,
            started_at=self.started_at,
            ended_at=datetime.now(UTC).replace(tzinfo=None),
            outcome=outcome,
            reason=reason,
            recipe=self.recipe,
            settings=JSON(self.settings.model_copy(update={"seeds": str(self.settings.seeds_path)}).model_dump_json()),
            counts=JSON(json.dumps(self.counts)),
            seconds=JSON(json.dumps({stage: round(seconds, 3) for stage, seconds in self.seconds.items()})),
        )

    def take_over(self, run_id: str) -> Run:
        """The row of a run that died: this one has taken its finished batches over."""
        reason = f"it was ended from outside; run {self.run_id} has taken over the batches it had finished"
        return replace(self.end("failed", reason=reason), run_id=run_id, counts=JSON("{}"), seconds=JSON("{}"))
