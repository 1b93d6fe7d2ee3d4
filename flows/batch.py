"""One batch of files, from raw bytes to staged Parquet: read → clean → describe → write aside.

`run_batch` is a pure function of its batch but for the parts it writes: it runs in any process, on any machine that
sees the same folders, and knows nothing of Prefect.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from flows.clean import Cleaned, Policy, clean
from flows.clean.ledger import squeeze, undo, write_edits
from flows.clean.repair import spell_surrogates
from flows.clean.templates import Templates, read_templates, write_paragraphs
from flows.dedupe.fingerprint import write_fingerprints
from flows.describe import describe
from flows.describe.credentials import hide_credentials_of, hide_credentials_within
from flows.describe.untold import list_untold
from flows.ingest.context import Context, read_context
from flows.ingest.read import Reading, read
from flows.model import JSON, Document, Edit, File, Paragraph, Record, Rejected
from flows.result import Result, write_result
from flows.settings import Settings
from flows.work import FORGOTTEN, Batch, Work, hash_state, may_pass
from warehouse.land import hash_file, write_part
from warehouse.tables import arrow_table

FLUSH_CHARACTERS = 64 << 20
"""Text held before it is written: bounds the memory of a batch, whatever the size of its files."""


class BrokenPromiseError(Exception):
    """Something that must hold does not: the run stops before it publishes."""


def run_batch(batch: Batch, settings: Settings, last_try: bool = True) -> Result:
    """Processes the files of a batch and writes its parts, then its result, by which a later run finds them.

    An error of input or output that may pass is an OSError, unless this is the last try: then the file becomes a row.
    BrokenPromiseError when a ledger does not add up. Any other error names the file it came from.
    """
    result = Result()
    staged = _Staged(batch, result)
    for work in batch.works:
        try:
            _process(work, batch, settings, last_try, staged)
        except Exception as error:
            error.add_note(f"while processing {work.found.uri}")
            raise
    staged.flush()
    write_result(batch.warehouse / batch.folder, result)
    return result


def identify(uri: str, record: int) -> str:
    """A document's doc_id."""
    return hashlib.sha256(f"{uri}\0{record}".encode()).hexdigest()[:32]


class _Staged:
    """Rows on their way into parts."""

    def __init__(self, batch: Batch, result: Result) -> None:
        self.batch = batch
        self.result = result
        self.rows: dict[str, list[Any]] = {"all_documents": [], "edits": [], "paragraphs": [], "files": []}
        self.characters = 0

    def add(self, document: Document, edits: list[Edit], paragraphs: list[Paragraph]) -> None:
        self.rows["all_documents"].append(document)
        self.rows["edits"] += edits
        self.rows["paragraphs"] += paragraphs
        self.characters += len(document.text) + sum(len(edit.before) for edit in edits)
        if self.characters > FLUSH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        if documents := self.rows["all_documents"]:
            with _timed(self.result.seconds, "fingerprint"):
                ids, texts = ([getattr(document, name) for document in documents] for name in ("doc_id", "text"))
                fingerprints = write_fingerprints(pa.array(ids), pa.array(texts), self.batch.run_id)
            with _timed(self.result.seconds, "write"):
                self._write("fingerprints", fingerprints)
        with _timed(self.result.seconds, "write"):
            for table, rows in self.rows.items():
                if rows:
                    self._write(table, arrow_table(table, rows))
                    rows.clear()
        self.characters = 0

    def _write(self, table: str, rows: pa.Table) -> None:
        part = write_part(self.batch.warehouse, self.batch.folder, table, rows)
        self.result.tables.setdefault(table, []).append(part)


def _process(work: Work, batch: Batch, settings: Settings, last_try: bool, staged: _Staged) -> None:
    found, result = work.found, staged.result
    raw, sha256, sidecar = b"", None, b""
    reading = None
    limit = settings.max_file_mb << 20
    with _timed(result.seconds, "read"):
        if found.status is None:
            try:
                sidecar = Path(found.sidecar).read_bytes() if found.sidecar else b""
                if found.bytes <= limit:
                    raw = Path(found.path).read_bytes()
                    sha256 = hashlib.sha256(raw).hexdigest()
                    # It may have been replaced since it was listed: what is told of it is what was read.
                    found = replace(found, bytes=len(raw))
                    work = replace(work, found=found)
                else:
                    sha256 = hash_file(Path(found.path))
                    reading = Reading(
                        None, None, "too_large", f"{found.bytes / 1e6:,.6g} MB: raise max_file_mb, or split it"
                    )
            except OSError as error:
                if may_pass(error) and not last_try:
                    raise
                reading = Reading(None, None, "unreadable", f"it could not be read: {error.strerror}")
    sidecar_sha256 = hashlib.sha256(sidecar).hexdigest() if sidecar else ""
    state = hash_state(found, sha256, sidecar_sha256, batch.recipe)
    if sha256 is not None and found.stamp is not None:
        result.seen.append((found.uri, found.stamp, sha256, sidecar_sha256))
    if state == work.known_state and not work.again:
        result.unchanged.append(found.uri)
        return
    whole = [each.reason for each in work.forgotten if each.record is None]
    verdict = (FORGOTTEN, whole[0]) if whole else work.verdict or (found.status and (found.status, found.reason))
    if verdict is not None:
        reading = Reading(None, None, *verdict)
    elif reading is None:
        with _timed(result.seconds, "read"):
            reading = read(raw, found.uri, limit)
    context = read_context(found, sidecar)
    documents, rejected = _land_records(reading, work, context, batch, settings, staged)
    status = reading.status
    if not documents and status == "landed":
        status = FORGOTTEN if all(each.reason.startswith(FORGOTTEN) for each in rejected) else "unreadable"
    reasons = [reading.reason, context.problem]
    if rejected and not reading.reason:
        share = f"{documents:,}" if documents else "none"
        landed = f"{share} of its {documents + len(rejected):,} records landed"
        alone = documents + len(rejected) == 1
        reasons.append(f"{'its only record did not land' if alone else landed}: {rejected[0].reason}")
    staged.rows["files"].append(
        File(
            uri=found.uri,
            sha256=sha256,
            bytes=found.bytes,
            modified_at=found.modified_at,
            format=reading.format,
            encoding=reading.encoding,
            status=status,
            reason="; ".join(reason for reason in reasons if reason) or None,
            documents=documents,
            rejected=rejected,
            state=state,
            first_seen_run=work.first_seen_run or batch.run_id,
            run_id=batch.run_id,
        )
    )


def _land_records(
    reading: Reading, work: Work, context: Context, batch: Batch, settings: Settings, staged: _Staged
) -> tuple[int, list[Rejected]]:
    """Takes each record through the stages; how many documents landed, and the records that could not."""
    documents = 0
    rejected: list[Rejected] = []
    counts, seconds = staged.result.counts, staged.result.seconds
    policy = make_policy(settings, read_templates(tuple(batch.warehouse / file.path for file in batch.templates)))
    records = iter(reading.records)
    while True:
        with _timed(seconds, "read"):
            record = next(records, None)
        if record is None:
            return documents, rejected
        counts["records"] += 1
        if isinstance(record, Rejected):
            rejected.append(record)
            continue
        if (reason := _find_forgotten(work, record.record, None)) is not None:
            rejected.append(Rejected(record.record, reason))
            continue
        with _timed(seconds, "clean"):
            cleaned = clean(record, context.claims, policy)
        document, edits, paragraphs = _make_rows(record, cleaned, reading, work, context, batch, seconds)
        if (reason := _find_forgotten(work, record.record, document.content_hash)) is not None:
            rejected.append(Rejected(record.record, reason))
            continue
        counts["characters_read"] += document.original_chars
        staged.add(document, edits, paragraphs)
        documents += 1


def _find_forgotten(work: Work, record: int, content_hash: str | None) -> str | None:
    """Why the record is left out for good: one of its number, or with its text, was forgotten."""
    for each in work.forgotten:
        if each.record == record or (content_hash is not None and each.content_hash == content_hash):
            return f"{FORGOTTEN}: {each.reason}"
    return None


def make_policy(settings: Settings, templates: Templates = MappingProxyType({})) -> Policy:
    """What the settings allow to be cut, and the templates of the sources."""
    return Policy(
        disabled_rules=frozenset(settings.disabled_rules),
        wording_threshold=settings.wording_threshold,
        line_noise_threshold=settings.line_noise_threshold,
        largest_removed_share=settings.largest_removed_share,
        templates=templates,
    )


def _make_rows(
    record: Record,
    cleaned: Cleaned,
    reading: Reading,
    work: Work,
    context: Context,
    batch: Batch,
    seconds: dict[str, float],
) -> tuple[Document, list[Edit], list[Paragraph]]:
    found = work.found
    doc_id = identify(found.uri, record.record)
    with _timed(seconds, "clean"):
        edits = write_edits(doc_id, batch.run_id, record.text, cleaned.edits)
        original = squeeze(record.text)
        if undo(cleaned.text, edits) != original:
            raise BrokenPromiseError(f"the edits of record {record.record} do not undo to its original")
        paragraphs = write_paragraphs(doc_id, batch.run_id, cleaned.paragraphs, cleaned.template, edits)
    with _timed(seconds, "describe"):
        read_at = work.read_at or batch.started_at
        claims = hide_credentials_of(cleaned.claims)
        described = describe(cleaned.text, claims, read_at.date())
        untold = list_untold(claims, described)
        metadata = hide_credentials_within(_gather_metadata(record, context, untold))
    document = Document(
        doc_id=doc_id,
        uri=found.uri,
        record=record.record,
        **described,
        text=cleaned.text,
        original_chars=len(original),
        removed_chars=sum(len(squeeze(edit.before)) for edit in edits if edit.kind == "remove"),
        suspended_rules=list(cleaned.suspended_rules),
        format=record.format or reading.format or "",
        encoding=record.encoding if record.format else reading.encoding,
        bytes=found.bytes,
        metadata=JSON(spell_surrogates(_dump(metadata), backslash="\\\\")),
        first_run_id=work.first_runs.get(record.record, batch.run_id),
        run_id=batch.run_id,
        ingested_at=read_at,
    )
    return document, edits, paragraphs


def _gather_metadata(record: Record, context: Context, untold: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """What no column tells: of the record by its names, of the sidecar and source.toml each under one of its own."""
    fields = {place: dict(values) for place, values in untold.items()}
    beside = dict(context.metadata)
    if sidecar := fields.pop("sidecar", {}) | beside.get("sidecar", {}):
        beside["sidecar"] = sidecar
    own = {name: value for values in fields.values() for name, value in values.items()} | (record.metadata or {})
    for name in own.keys() & beside.keys():
        free = name
        while free in own or free in beside:
            free = f"field {free}"
        own[free] = own.pop(name)
    return own | beside


def _dump(metadata: dict[str, Any]) -> str:
    return json.dumps(metadata, ensure_ascii=False, sort_keys=True, default=str)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Adds the seconds that a block takes to its stage's."""
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start
