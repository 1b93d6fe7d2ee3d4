"""A run, from the files to the published snapshot: find → plan → batches → learn → dedupe → check → publish → report.

The order of the stages stands here and nowhere else. How a stage and a batch are supervised is the caller's:
`flows.supervise.Plainly` runs them in threads of this process, `flows.corpus` as tasks of Prefect.
"""

import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from flows.assemble import (
    add_changes,
    assemble,
    count_read,
    count_rows,
    list_changes,
    point_at_kept,
    remember,
)
from flows.draft import Draft
from flows.engine import open_engine
from flows.forget import finish_forgetting
from flows.ingest.find import Found, find_files
from flows.learn import learn_templates
from flows.model import TABLES, Check
from flows.plan import Known, must_be_opened, plan_work, read_known, read_listing, update_listing, write_plan
from flows.report import Report
from flows.report.artifacts import describe_checks, describe_plan, describe_snapshot
from flows.result import Result, merge_results
from flows.settings import Settings
from flows.supervise import Supervisor
from flows.work import Batch, Work
from warehouse.check import run_checks
from warehouse.connect import UsageError, define_before, open_tables
from warehouse.journal import is_recorded, record
from warehouse.land import DataFile, clear_staging
from warehouse.lock import hold_lock
from warehouse.manifest import Manifest, read_manifest
from warehouse.publish import finish_publishing, publish
from warehouse.tables import arrow_table


def run_corpus(settings: Settings, supervisor: Supervisor) -> Report:
    """Brings the warehouse up to date with the seeds.

    A check that fails is a report whose run failed, and nothing is published; a bad file is a row. Errors: OSError
    where the seeds cannot be listed or the warehouse not be written, UsageError for folders that cannot go together,
    ValueError for other settings that cannot be, BrokenPromiseError for a ledger that does not add up.
    """
    warehouse = settings.warehouse_path
    _require_apart(warehouse, settings.seeds_path)
    with ExitStack() as stack:
        if not settings.dry_run:
            stack.enter_context(hold_lock(warehouse))
            finish_publishing(warehouse)
            finish_forgetting(warehouse)
        before = read_manifest(warehouse)
        current = stack.enter_context(open_tables(warehouse, before.tables if before else {}))
        open_once = cache(lambda: stack.enter_context(open_engine(settings.engine, settings.workers)))
        draft = Draft(settings, supervisor, open_once)
        try:
            return _run(draft, before, current)
        except BaseException as error:  # an interrupt too: the journal tells of every run
            if not settings.dry_run and not _is_published(warehouse, draft.run_id):
                record(warehouse, draft.end("failed", reason=_explain(error)), ())
            raise


def _run(draft: Draft, before: Manifest | None, current: duckdb.DuckDBPyConnection) -> Report:
    settings, warehouse, run_id, counts = draft.settings, draft.warehouse, draft.run_id, draft.counts
    tables = before.tables if before else {}
    found = draft.stage("find", lambda: find_files(settings.seeds_path, warehouse))
    listing = read_listing(warehouse)
    if not settings.dry_run and any(must_be_opened(file, listing) for file in found):
        draft.open_engine()  # there will be work: the workers are made ready meanwhile
    known = read_known(current)
    if known and all(file.status is not None for file in found):
        raise ValueError(
            f"there is no file to read below {settings.seeds_path}, but the corpus has {len(known):,}: is it the right "
            "folder? (to empty a corpus, delete its warehouse)"
        )
    plan = draft.stage("plan", lambda: plan_work(found, known, listing, draft.recipe, settings))
    same_recipe = before is None or before.recipe == draft.recipe
    if before is None or not same_recipe:
        from flows.clean.rulebook import load_rules, try_rules

        try_rules(load_rules())
    draft.supervisor.announce(write_plan(plan, settings, same_recipe))
    counts.update(files_found=plan.found, files_unchanged=plan.unchanged, files_gone=len(plan.gone))
    if settings.dry_run:
        counts["files"] = len(plan.works)
        return Report(draft.end("planned"), (), warehouse, {"corpus-plan": describe_plan(plan, same_recipe)})

    templates = tables.get("templates", ())
    blank = Batch(warehouse, run_id, draft.recipe, draft.started_at, templates, name="batch")
    works = remember(current, plan.works)
    result = draft.process(works, blank)
    update_listing(warehouse, listing, found, result.seen)
    as_they_were = set(result.unchanged)
    processed = {work.found.uri: work for work in works if work.found.uri not in as_they_were}
    counts["files_unchanged"] = plan.found - len(processed)
    if as_they_were:
        draft.supervisor.announce(write_plan(replace(plan, works=tuple(processed.values())), settings, same_recipe))
    decided_anew = _decides_anew(settings, before)
    if not processed and not plan.gone and before is not None and not decided_anew:
        report = Report(draft.end("unchanged"), (), warehouse)
        record(warehouse, report.run, ())
        clear_staging(warehouse)
        return report

    folder = f"staging/{run_id}"
    (warehouse / folder).mkdir(parents=True, exist_ok=True)
    stale = [*plan.gone, *(uri for uri, work in processed.items() if work.known_state is not None)]
    assembled = draft.stage("land", lambda: assemble(warehouse, folder, current, tables, result.tables, stale))
    with open_tables(warehouse, assembled) as landed:
        learned = draft.stage("learn", lambda: learn_templates(warehouse, folder, run_id, settings, landed))
        if learned.outdated:
            again = _list_again(learned.outdated, found, processed, known, current)
            counts.subtract(count_read(landed, [uri for uri in learned.outdated if uri in processed]))
            renewed = draft.process(again, replace(blank, templates=learned.files, name="again: batch"))
            assembled = draft.stage(
                "land again",
                lambda: assemble(warehouse, folder, landed, assembled, renewed.tables, learned.outdated),
            )
            result = merge_results([result, renewed])
            processed |= {work.found.uri: work for work in again}
            counts["files_unchanged"] = plan.found - len(processed)
    assembled["templates"] = learned.files
    changes = list_changes(
        warehouse, known, plan.gone, list(processed.values()), result.tables.get("files", ()), run_id
    )
    assembled["changes"] = add_changes(warehouse, folder, tables.get("changes", ()), changes)
    assembled |= draft.stage(
        "dedupe", lambda: point_at_kept(warehouse, folder, run_id, settings, tables, assembled, decided_anew)
    )
    new_run_ids = sorted({run_id, *_staged_runs(result)})
    counts["copies"] = sum(file.rows for file in assembled["duplicates"])
    counts["corpus"] = sum(file.rows for file in assembled["all_documents"]) - counts["copies"]
    with open_tables(warehouse, assembled, views=True) as next_snapshot:
        counts.update(count_rows(next_snapshot, new_run_ids))
        artifacts = describe_snapshot(next_snapshot, new_run_ids)
    checks = draft.stage("check", lambda: _check(draft, folder, tables, assembled, new_run_ids))
    artifacts["corpus-checks"] = describe_checks(checks)
    if broken := [check.name for check in checks if check.stops]:
        for table in TABLES:  # made anew by the next run; the finished batches it takes over
            shutil.rmtree(warehouse / folder / table, ignore_errors=True)
        run = draft.end("failed", reason=f"{', '.join(broken)} did not hold")
        record(warehouse, run, checks)
        return Report(run, checks, warehouse, artifacts)

    number = before.snapshot_id + 1 if before else 1
    run = draft.end("published", snapshot_id=number)
    manifest = Manifest(number, before.snapshot_id if before else None, draft.recipe, run, assembled)
    for dead in new_run_ids:
        if dead != run_id and not is_recorded(warehouse, dead):
            record(warehouse, draft.take_over(dead), ())
    draft.stage("publish", lambda: publish(warehouse, manifest, checks))
    clear_staging(warehouse)
    return Report(run, checks, warehouse, artifacts)


def _is_published(warehouse: Path, run_id: str) -> bool:
    """Whether the run has become the newest snapshot: then it did not fail, whatever came after."""
    newest = read_manifest(warehouse)
    return newest is not None and newest.run_id == run_id


def _explain(error: BaseException) -> str:
    """Why a run failed, as its row says it."""
    from flows.advice import explain  # with the command line, which takes long to load

    if isinstance(error, Exception):
        return explain(error)
    return "it was cancelled or interrupted; the next run takes over the batches it had finished"


def _decides_anew(settings: Settings, before: Manifest | None) -> bool:
    """Whether other documents may be kept than by the settings of the snapshot before."""
    told = before.settings if before else settings.deciding()
    return any(told.get(name) != value for name, value in settings.deciding().items())


def _list_again(
    uris: Collection[str],
    found: Sequence[Found],
    processed: Mapping[str, Work],
    known: Mapping[str, Known],
    current: duckdb.DuckDBPyConnection,
) -> list[Work]:
    """The works of files that are processed although they are as they were, or a second time."""
    outdated = set(uris)
    old = [
        Work(file, known[file.uri].state, known[file.uri].first_seen_run, again=True)
        for file in found
        if file.uri in outdated and file.uri not in processed
    ]
    anew = [replace(processed[uri], again=True) for uri in uris if uri in processed]
    return [*anew, *remember(current, old)]


def _check(
    draft: Draft,
    folder: str,
    before: Mapping[str, Sequence[DataFile]],
    tables: Mapping[str, Sequence[DataFile]],
    new_run_ids: Sequence[str],
) -> list[Check]:
    """The checks, on the snapshot as it would be."""
    warehouse = draft.warehouse
    run = warehouse / folder / "run.parquet"
    pq.write_table(arrow_table("runs", [draft.end("running")]), run)
    with open_tables(warehouse, tables, {"runs": [run]}, views=True) as connection:
        define_before(connection, warehouse, before)
        return run_checks(connection, draft.run_id, new_run_ids, draft.settings.largest_removed_jump)


def _staged_runs(result: Result) -> set[str]:
    """The runs that made the staged parts: a part stands at staging/<run>/<batch>/<table>/."""
    return {part.path.split("/")[1] for parts in result.tables.values() for part in parts}


def _require_apart(warehouse: Path, seeds: Path) -> None:
    """UsageError when the two folders cannot go together, or the warehouse is a folder of something else."""
    if seeds.is_relative_to(warehouse):
        raise UsageError(f"the raw files {seeds} are in the warehouse {warehouse}: keep the two apart")
    if "?" in str(warehouse) or "\\" in str(warehouse):
        raise UsageError(f"the warehouse's path {warehouse} has a question mark or backslash, which DuckDB cannot open")
    known = {"snapshots", "staging", "tables"}
    if warehouse.is_dir() and (names := {path.name for path in warehouse.iterdir()}) and not names & known:
        raise UsageError(f"{warehouse} holds other files: give a folder of its own for the warehouse")
