"""What a batch came to, kept beside its parts: by it a later run takes over what one that died had finished."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from warehouse.land import DataFile, draft_of

RESULT = "result.json"


@dataclass(slots=True)
class Result:
    """What a batch came to: its parts by table, what it read, seconds by stage, and the bytes' hashes it has seen."""

    tables: dict[str, list[DataFile]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    """Records, and characters of documents, by the readers' word: the rows must come to the same."""
    seconds: dict[str, float] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    """Files that turned out to be what they were: their rows stay."""
    seen: list[tuple[str, str, str, str]] = field(default_factory=list)
    """uri, stamp, SHA-256 of bytes and of sidecar: for the listing that saves the next run from opening the file."""


def write_result(folder: Path, result: Result) -> None:
    """Writes the result into the batch's folder, at once or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {each.name: getattr(result, each.name) for each in fields(result)}
    with draft_of(folder / RESULT) as draft:
        draft.write_text(json.dumps(content, default=asdict))


def read_result(path: Path) -> Result:
    """The result that a finished batch wrote: ValueError when it is not whole."""
    content = json.loads(path.read_text())
    return Result(
        {table: [DataFile(**part) for part in parts] for table, parts in content["tables"].items()},
        Counter(content["counts"]),
        content["seconds"],
        content["unchanged"],
        [(uri, stamp, sha256, sidecar) for uri, stamp, sha256, sidecar in content["seen"]],
    )


def merge_results(results: Iterable[Result]) -> Result:
    """One result for several batches."""
    merged = Result()
    for result in results:
        for table, parts in result.tables.items():
            merged.tables.setdefault(table, []).extend(parts)
        merged.counts += result.counts
        for stage, seconds in result.seconds.items():
            merged.seconds[stage] = merged.seconds.get(stage, 0.0) + seconds
        merged.unchanged += result.unchanged
        merged.seen += result.seen
    return merged
