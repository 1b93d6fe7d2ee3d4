"""What a run came to: in words for the terminal, as artifacts for the Prefect UI, as a page of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.model import Check, Run
from flows.report.markdown import escape
from warehouse.words import count_of

QUERIES = (
    ("the corpus", "FROM documents SELECT source, title, published, language, word_count LIMIT 10"),
    ("what was left out, and why", "FROM left_out SELECT what, rule, count(*) AS rows GROUP BY ALL ORDER BY rows DESC"),
    ("what each rule took", "FROM rule_effects ORDER BY hits DESC"),
)
LONGEST_TOLD = 2_000
"""Characters of why a run failed, and of the first rows that break a claim."""


@dataclass(frozen=True, slots=True)
class Report:
    """A run, what was checked, and where it landed."""

    run: Run
    checks: Sequence[Check]
    warehouse: Path
    artifacts: Mapping[str, str] = field(default_factory=dict)
    """Markdown by key: what the Prefect UI keeps of the run."""

    @property
    def failed(self) -> bool:
        """Whether it must not count as done."""
        return self.run.outcome in ("failed", "refuted")


def write_summary(report: Report) -> str:
    """The report as Markdown, a screen at most."""
    run = report.run
    counts: dict[str, int] = json.loads(run.counts)
    lines = [f"**{run.run_id}: {escape(write_headline(report), LONGEST_TOLD)}**", ""]
    left_out = [
        f"{counts[name]:,} {name.removeprefix('files_').replace('_', ' ')}"
        for name in ("files_empty", "files_unreadable", "files_unsupported", "files_too_large")
        if counts.get(name)
    ]
    processed = ("files processed", ", ".join([f"{counts.get('files_landed', 0):,} landed", *left_out]))
    copies = count_of(counts.get("copies", 0), "copy", "copies")
    rejected = count_of(counts.get("rejected", 0), "record")
    what, landed = ("files to process", "") if run.outcome == "planned" else processed
    rows = [
        ("files found", counts.get("files_found", 0), f"{counts.get('files_unchanged', 0):,} as they were"),
        (what, counts.get("files", 0), landed),
        ("files gone", counts.get("files_gone", 0), "their documents leave"),
        ("documents landed", counts.get("documents", 0), f"{rejected} rejected"),
        ("documents in the corpus", counts.get("corpus", 0), f"and {copies} left out"),
        (
            "characters read",
            counts.get("characters_read", 0),
            f"{counts.get('characters_remove', 0):,} removed, {counts.get('characters_lift', 0):,} lifted into columns",
        ),
    ]
    if run.outcome in ("published", "failed", "planned"):
        lines += ["| what | how many | of which |", "|---|---:|---|"]
        lines += [f"| {what} | {count:,} | {note} |" for what, count, note in rows if count or what == "files found"]
    seconds: dict[str, float] = json.loads(run.seconds)
    if seconds:
        spent = ", ".join(f"{stage} {time:.1f}" for stage, time in seconds.items())
        lines += ["", f"Seconds by stage (those of batches summed over the workers): {spent}"]
    for check in report.checks:
        if not check.passed:
            told = "does not hold" if check.stops else "may not hold: have a look"
            detail = escape(check.detail, LONGEST_TOLD)
            lines += ["", f"Check `{check.name}` {told}; {count_of(check.rows, 'row')}, the first: {detail}"]
    return "\n".join(lines)


def write_verified(counts: Mapping[str, int]) -> str:
    """What a verification that found nothing wrong has compared."""
    gives = count_of(counts["files_compared"], "file gives", "files give")
    changed, gone = counts["files_changed"], counts["files_gone"]
    others = [f"{changed:,} changed"] if changed else []
    others += [count_of(gone, "is gone", "are gone")] if gone else []
    left_out = f"; {' and '.join(others)} since the snapshot, and not compared" if others else ""
    return f"verified: what {gives} is what the tables hold{left_out}"


def write_headline(report: Report) -> str:
    """The report in one line."""
    run = report.run
    if run.outcome == "unchanged":
        found = count_of(json.loads(run.counts)["files_found"], "file is as it was", "files are as they were")
        return f"nothing is new: {found}"
    if run.outcome == "verified":
        return write_verified(json.loads(run.counts))
    if run.outcome == "refuted":
        return f"not verified: {run.reason}"
    if run.outcome == "planned":
        return "a dry run: nothing was written"
    if run.outcome == "failed":
        return f"failed, nothing was published: {run.reason}"
    return f"snapshot {run.snapshot_id} of {report.warehouse} is published"
