"""What an operator sees of a run in the Prefect UI: Markdown by a fixed key, so that each has its history there."""

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from flows.ingest.find import Found
from flows.model import Check
from flows.plan import Plan
from flows.report.funnel import describe_funnel, draw_funnel, measure_funnel
from flows.report.markdown import escape, write_table
from flows.report.problems import list_problems
from warehouse.check import tell_new

DESCRIPTIONS = {
    "corpus-report": "What the run came to",
    "corpus-funnel": "Files found, records read, documents landed and kept, and by what the others left",
    "corpus-plan": "What a run would do",
    "corpus-verified": "What was derived again from the raw files, and compared",
    "corpus-changes": "What this run brought, changed and took away",
    "corpus-checks": "What was checked before publishing",
    "corpus-problems": "Files that did not land, or not wholly, and what to do",
    "corpus-cuts": "The largest cuts of this run",
    "corpus-copies": "Copies, and what was nearly one",
}
"""By key."""

CHANGES = """
    WITH told AS (
        FROM files SELECT 'new' AS change, uri, documents WHERE is_new(first_seen_run)
        UNION ALL
        FROM changes SELECT change, uri, documents_before WHERE is_new(run_id)
    )
    FROM told SELECT change, count(*), sum(documents)::BIGINT, min(uri, 3)
    GROUP BY change ORDER BY count(*) DESC, change"""
ARRIVALS = """
    FROM documents SELECT coalesce(source, 'no source'), count(*), sum(word_count)::BIGINT
    WHERE is_new(first_run_id) GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 10"""
CUTS = """
    FROM edits SELECT length(before), count(*), rule, before[:160] AS what, min(doc_id)
    WHERE kind = 'remove' AND is_new(run_id)
    GROUP BY ALL ORDER BY 1 DESC, 2 DESC, what LIMIT 10"""
CLUSTERS = """
    FROM clusters SELECT documents, coalesce(title, uri), source
    WHERE kind = 'kept' ORDER BY documents DESC, kept_id LIMIT 10"""
NEAR_MISSES = """
    FROM near_misses
    SELECT contained, fact_changes, subject_changes, coalesce(title, uri), coalesce(other_title, other_uri)
    ORDER BY contained DESC LIMIT 10"""

STYLE = (
    "<style>.ink{fill:#1c2733}.quiet{fill:#566573}.stay{fill:#2f6f8f}.leave{fill:#d08a3c}</style>"
    '<rect width="100%" height="100%" rx="6" fill="#fff"/>'
)
"""Its own ground: the UI may be dark or light, whatever the reader's system is."""


def describe_snapshot(connection: duckdb.DuckDBPyConnection, run_ids: Sequence[str]) -> dict[str, str]:
    """Markdown by key, of the snapshot that the connection holds and of what these runs brought to it."""
    tell_new(connection, run_ids)
    stages = measure_funnel(connection)
    picture = base64.b64encode(draw_funnel(stages, STYLE).encode()).decode()
    changes = connection.execute(CHANGES).fetchall()
    arrivals = connection.execute(ARRIVALS).fetchall()
    described = {
        "corpus-funnel": f"![{escape(describe_funnel(stages))}](data:image/svg+xml;base64,{picture})",
        "corpus-changes": _join(
            write_table(("change", "files", "documents", "such as"), changes),
            "New documents by source:" if arrivals else "",
            write_table(("source", "documents", "words"), arrivals),
        ),
        "corpus-problems": write_table(("files", "status", "reason", "such as"), list_problems(connection)),
        "corpus-cuts": _join(
            write_table(("characters", "times", "rule", "what", "such as"), connection.execute(CUTS).fetchall()),
            "`corpus show DOC_ID` shows each in its place.",
        ),
        "corpus-copies": _describe_copies(connection),
    }
    return {key: text for key, text in described.items() if "|" in text or "![" in text}


def describe_plan(plan: Plan, same_recipe: bool) -> str:
    """What a run would do, as Markdown: files by what is to be done with them, and by the ending of their names."""
    groups: dict[tuple[str, str], list[Found]] = {}
    for work in plan.works:
        what = "new" if work.known_state is None else "again" if work.again or not same_recipe else "changed or touched"
        groups.setdefault((what, Path(work.found.uri).suffix.lower() or "none"), []).append(work.found)
    rows = [
        (what, suffix, len(files), round(sum(file.bytes for file in files) / 1e6, 1), [file.uri for file in files[:3]])
        for (what, suffix), files in sorted(groups.items(), key=lambda group: -len(group[1]))[:20]
    ]
    if plan.gone:
        rows += [("gone", "", len(plan.gone), 0.0, list(plan.gone[:3]))]
    return write_table(("what", "ending", "files", "MB", "such as"), rows)


def describe_checks(checks: Iterable[Check]) -> str:
    """The checks as Markdown, those that found something first, and of these those that stop a run."""
    rows = [
        (
            "holds" if check.passed else "**broken**" if check.stops else "**look**",
            check.name,
            check.rows,
            check.detail or "",
        )
        for check in sorted(checks, key=lambda check: (check.passed, not check.stops, check.name))
    ]
    lines = ["| | claim | rows that break it | the first of them |", "|---|---|---:|---|"]
    lines += [f"| {state} | {escape(name)} | {count:,} | {escape(detail)} |" for state, name, count, detail in rows]
    return _join("\n".join(lines), "`corpus checks` shows them whole; the query of each is in `warehouse/checks`.")


def _describe_copies(connection: duckdb.DuckDBPyConnection) -> str:
    """The ten largest families of copies, and the ten pairs that are nearest to being copies."""
    parts = []
    if clusters := connection.execute(CLUSTERS).fetchall():
        parts += ["The largest families of copies (`FROM clusters`):"]
        parts += [write_table(("documents", "kept", "source"), clusters)]
    if near := connection.execute(NEAR_MISSES).fetchall():
        rows = [(*(f"{share:.0%}" for share in row[:3]), *row[3:]) for row in near]
        parts += ["Kept, though nearly copies (`FROM near_misses`):"]
        parts += [write_table(("in common", "names and numbers changed", "of the subject", "one", "other"), rows)]
    return _join(*parts)


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
