"""Processing: all batches of a run through its engine, down to the file that kills its worker."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from flows.engine import Engine, WorkerDiedError
from flows.plan import fill_batch, plan_batches
from flows.result import RESULT, Result, merge_results, read_result
from flows.settings import Settings
from flows.supervise import Supervisor
from flows.work import Batch, Work


def process_works(
    works: Sequence[Work], blank: Batch, settings: Settings, supervisor: Supervisor, engine: Engine
) -> Result:
    """The result of all batches; those that an earlier run finished, and did not live to publish, are taken over."""
    finished = _find_finished(blank.warehouse)
    batches = plan_batches(works, blank, settings, engine.workers)
    results = [finished[batch.key] for batch in batches if batch.key in finished]
    waiting = [batch for batch in batches if batch.key not in finished]

    def process(batch: Batch, last_try: bool) -> Result:
        try:
            return engine.call(run_batch, batch, settings, last_try)
        except WorkerDiedError:
            return _isolate(engine, batch, settings)

    return merge_results([*results, *supervisor.batches(waiting, process, engine.workers, settings.retries)])


def run_batch(batch: Batch, settings: Settings, last_try: bool) -> Result:
    """`flows.batch.run_batch`, where it is called: readers, rules and machine code are loaded by workers alone."""
    from flows import batch as stages

    return stages.run_batch(batch, settings, last_try)


def _find_finished(warehouse: Path) -> dict[str, Result]:
    """The results that runs have left in staging, by the key of their batch, where they and their parts are whole."""
    finished = {}
    for path in (warehouse / "staging").glob(f"*/*/{RESULT}"):
        with suppress(ValueError, KeyError, TypeError):  # cut off by a power failure: it was not finished
            result = read_result(path)
            parts = [part for parts in result.tables.values() for part in parts]
            if all((warehouse / part.path).is_file() for part in parts):
                finished[path.parent.name] = result
    return finished


def _isolate(engine: Engine, batch: Batch, settings: Settings) -> Result:
    """The batch in a worker of its own; if that dies too, in halves, down to the file that kills it: that is a row."""
    try:
        return engine.call_alone(run_batch, batch, settings, True)
    except WorkerDiedError:
        works = batch.works
        if len(works) == 1:
            if works[0].verdict is not None:
                raise
            reason = "reading it kills the process that reads it: it may be hostile, or need more memory than there is"
            halves: list[tuple[Work, ...]] = [(replace(works[0], verdict=("unreadable", reason)),)]
        else:
            halves = [works[: len(works) // 2], works[len(works) // 2 :]]
    parts = [fill_batch(batch, half, batch.name) for half in halves]
    return merge_results([_isolate(engine, part, settings) for part in parts])
