"""Planning: what was found against what the current snapshot knows, and the batches of what there is to do."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.ingest.find import Found
from flows.settings import FAILED, Settings
from flows.work import Batch, Work, hash_state
from warehouse.land import draft_of

FILE_COST = 1 << 13
"""Bytes that a file costs beside its own: a press release takes 3.6 ms, and .5 ms for each of its kB (measured)."""
SMALLEST_BATCH = 1 << 20
BATCHES_A_WORKER = 4
"""So that the workers end at about the same time, where there is less to do than batch_mb a worker."""

KNOWN = """
    FROM files SELECT uri, state, sha256, documents, first_seen_run,
        status NOT IN ('landed', 'forgotten') OR len(rejected) > 0"""
Listing = dict[str, tuple[str, str, str]]
"""By uri the stamp of a file, and the SHA-256 of its bytes and of its sidecar, as an earlier run saw them."""
LISTING = "listing.parquet"
LISTING_SCHEMA = pa.schema([(name, pa.string()) for name in ("uri", "stamp", "sha256", "sidecar_sha256")])


@dataclass(frozen=True, slots=True)
class Known:
    """What the current snapshot says of a file."""

    state: str
    sha256: str | None
    documents: int
    first_seen_run: str
    failed: bool
    """Whether it, or a record of it, did not land."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do."""

    found: int
    unchanged: int
    gone: tuple[str, ...]
    works: tuple[Work, ...]


def must_be_opened(file: Found, listing: Listing) -> bool:
    """Whether what stands in a file can only be told by reading it: it is not as an earlier run saw it."""
    seen = listing.get(file.uri)
    return file.status is None and (file.stamp is None or seen is None or seen[0] != file.stamp)


def plan_work(
    found: Sequence[Found],
    known: Mapping[str, Known],
    listing: Listing,
    recipe: str,
    settings: Settings,
) -> Plan:
    """The files to process, those that are gone, and how many are as they were.

    LookupError for a uri to retry that is not there.

    A file whose stamp is no longer the listed one, or that had none, is opened to tell.
    """
    uris = {file.uri for file in found}
    if strangers := set(settings.retry) - uris - {FAILED}:
        raise LookupError(f"there is no file {sorted(strangers)[0]} to retry: give uris as `files` has them")
    works: list[Work] = []
    for file in found:
        before = known.get(file.uri)
        state = None
        if file.status is not None:
            state = hash_state(file, None, "", recipe)
        elif not must_be_opened(file, listing):
            _, sha256, sidecar_sha256 = listing[file.uri]
            state = hash_state(file, sha256, sidecar_sha256, recipe)
        if before is None:
            works.append(Work(file))
        elif (again := _is_due_again(before, file.uri, settings)) or state != before.state:
            works.append(Work(file, before.state, before.first_seen_run, again=again))
    gone = tuple(sorted(uri for uri in known if uri not in uris))
    return Plan(len(found), len(found) - len(works), gone, tuple(works))


def write_plan(plan: Plan, settings: Settings, same_recipe: bool) -> str:
    """The plan in one line: "seeds → 128 new, 3 changed". Before it is read, a file may be touched alone."""
    known = [work for work in plan.works if work.known_state is not None]
    again = sum(work.again or not same_recipe for work in known)
    counts = (
        (len(plan.works) - len(known), "new"),
        (len(known) - again, "changed or touched" if settings.dry_run else "changed"),
        (again, "again"),
        (len(plan.gone), "gone"),
    )
    told = ", ".join(f"{count:,} {what}" for count, what in counts if count)
    return f"{settings.seeds_path.name} → {told or 'nothing new'}{' (dry run)' if settings.dry_run else ''}"


def _is_due_again(before: Known, uri: str, settings: Settings) -> bool:
    """Whether a file is processed even if it is as it was."""
    return settings.full or uri in settings.retry or (before.failed and FAILED in settings.retry)


def plan_batches(works: Sequence[Work], blank: Batch, settings: Settings, workers: int) -> list[Batch]:
    """The works in batches of at most batch_mb, in the order of their uris; a larger file is a batch alone."""
    costs = [work.found.bytes + FILE_COST for work in works]
    limit = max(SMALLEST_BATCH, min(settings.batch_mb << 20, sum(costs) // (workers * BATCHES_A_WORKER)))
    groups: list[list[Work]] = []
    size = limit
    for work, cost in zip(works, costs, strict=True):
        if size + cost > limit:
            groups.append([])
            size = 0
        groups[-1].append(work)
        size += cost
    return [
        fill_batch(blank, tuple(group), f"batch {number} of {len(groups)}")
        for number, group in enumerate(groups, start=1)
    ]


def fill_batch(blank: Batch, works: tuple[Work, ...], name: str) -> Batch:
    """The batch with these works. Its key is a hash of what its outcome depends on: of the same key, the same parts."""
    digest = hashlib.sha256(blank.recipe.encode())
    for file in blank.templates:
        digest.update(file.sha256.encode())
    for work in works:
        found = work.found
        parts = (
            found.uri,
            found.bytes,
            found.stamp,
            found.folder,
            found.status,
            found.reason,
            work.known_state,
            work.again,
        )
        digest.update(repr(parts).encode())
    key = digest.hexdigest()[:16]
    # A file too fresh for a stamp may change unseen: its batch is never found again.
    if any(work.found.stamp is None and work.found.status is None for work in works):
        key += f"-{blank.started_at:%H%M%S%f}"
    return replace(blank, key=key, name=name, folder=f"staging/{blank.run_id}/{key}", works=works)


def read_known(connection: duckdb.DuckDBPyConnection) -> dict[str, Known]:
    """The files of the current snapshot, by uri."""
    rows = connection.execute(KNOWN).fetchall()
    return {uri: Known(*rest) for uri, *rest in rows}


def read_listing(warehouse: Path) -> Listing:
    """What earlier runs saw of the files, by uri; empty where that is lost: then every file is opened once."""
    path = warehouse / LISTING
    if not path.exists():
        return {}
    try:
        table = pq.ParquetFile(path).read()
    except pa.ArrowException:  # cut off by a power failure, say
        return {}
    columns = [table[name].to_pylist() for name in LISTING_SCHEMA.names]
    return {uri: rest for uri, *rest in zip(*columns, strict=True)}  # type: ignore[misc]


def update_listing(
    warehouse: Path, listing: Listing, found: Iterable[Found], seen: Iterable[tuple[str, str, str, str]]
) -> None:
    """Keeps what was seen of the files that are still there, of which some were seen anew."""
    now = listing | {uri: (stamp, sha256, sidecar_sha256) for uri, stamp, sha256, sidecar_sha256 in seen}
    there = {file.uri for file in found}
    if now == listing and listing.keys() <= there:
        return
    rows = [(uri, *rest) for uri, rest in now.items() if uri in there]
    table = pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * 4, schema=LISTING_SCHEMA)
    with draft_of(warehouse / LISTING) as draft:
        pq.write_table(table, draft, compression="zstd")
