"""The corpus as one HTML page: what there is, where the rest went, and what needs a person.

It holds no script and asks no network: its pictures are SVG, and each has its numbers in a table below it. Whatever
the corpus's size the page holds sums and the largest of each kind, never a row a document.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

import duckdb

from flows.report.funnel import draw_funnel, list_losses, measure_funnel
from flows.report.problems import list_problems
from warehouse.connect import connect, locate, read_rows
from warehouse.land import SnapshotKey, draft_of
from warehouse.manifest import read_manifest
from warehouse.words import count_of

PAGE = "report.html"
TEMPLATE = Path(__file__).parent / "page.html"
LONGEST = 160
"""Characters of a text that a table shows."""
LONG_SPAN_YEARS = 12
"""A corpus that spans more is drawn by year."""

TOTALS = """
    FROM documents SELECT count(*) AS documents, coalesce(sum(word_count), 0)::BIGINT AS words,
        count(DISTINCT source) AS sources, count(DISTINCT language) AS languages,
        min(published) FILTER (published.year() BETWEEN 1700 AND 2200) AS earliest,
        max(published) FILTER (published.year() BETWEEN 1700 AND 2200) AS latest,
        count(*) FILTER (published IS NULL) AS undated"""
HISTORY = """
    WITH largest AS (
        FROM documents SELECT coalesce(source, 'no source') AS source, count(*) AS documents
        GROUP BY ALL ORDER BY documents DESC, source LIMIT 7
    )
    FROM (
        FROM documents LEFT JOIN largest ON coalesce(documents.source, 'no source') = largest.source
        SELECT date_trunc($unit, published) AS time, coalesce(largest.source, 'all others') AS series,
            coalesce(largest.documents, 0) AS size
        WHERE published.year() BETWEEN 1700 AND 2200
    )
    SELECT time, series, count(*) AS documents, max(size) AS size
    GROUP BY time, series ORDER BY time, size DESC, series"""
LANGUAGES = """
    WITH counted AS (
        FROM documents SELECT coalesce(language, 'not told') AS language, count(*) AS documents GROUP BY ALL
    ),
    ranked AS (FROM counted SELECT *, row_number() OVER (ORDER BY documents DESC, language) AS place)
    FROM ranked SELECT if(place > 15, 'all others', language) AS language, sum(documents)::BIGINT AS documents
    GROUP BY ALL ORDER BY min(place)"""
LENGTHS = """
    FROM documents
    SELECT CASE WHEN word_count < 25 THEN 0 ELSE floor(log2(word_count / 25.0))::INTEGER + 1 END AS bin,
        count(*) AS documents
    GROUP BY ALL ORDER BY bin"""
REMOVED = """
    FROM all_documents
    SELECT coalesce(source, 'no source') AS source,
        round(sum(removed_chars) / greatest(sum(original_chars), 1), 4)::DOUBLE AS "removed share",
        sum(removed_chars)::BIGINT AS characters, count(*) AS documents
    GROUP BY ALL ORDER BY characters DESC, source LIMIT 20"""
RULES = """
    WITH told AS (
        FROM edits SELECT rule, kind, before[:160] AS example, count(*) AS times GROUP BY ALL
    )
    FROM rule_effects JOIN (
        FROM told SELECT rule, kind, arg_max(example, (times, example)) AS example GROUP BY ALL
    ) USING (rule, kind)
    SELECT rule, kind, hits, documents, characters, example ORDER BY characters DESC, rule LIMIT 25"""
COPIES = """
    FROM clusters SELECT documents, coalesce(title, uri) AS kept, source, doc_id
    WHERE kind = 'kept' ORDER BY documents DESC, kept_id LIMIT 15"""
NEAR_MISSES = """
    FROM near_misses
    SELECT round(contained, 2) AS "in common", coalesce(title, uri) AS one, coalesce(other_title, other_uri) AS other
    ORDER BY contained DESC, doc_id LIMIT 10"""
CHECKS = """
    FROM checks SELECT name AS claim, severity, rows, detail AS "the first"
    WHERE NOT passed AND run_id = (FROM runs SEMI JOIN checks USING (run_id) SELECT arg_max(run_id, started_at))
    ORDER BY claim"""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its picture, and the numbers of it, open where there is no picture."""

    key: str
    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    picture: str = ""
    query: str = ""
    """How to look closer, in SQL."""


def write_page(warehouse: str | None = None, path: Path | None = None, snapshot: SnapshotKey | None = None) -> Path:
    """Writes the page, by default into the warehouse; its path.

    LookupError where nothing has landed, or where the extra 'report' is not installed.
    """
    try:
        from flows.report import charts
    except ImportError as error:
        raise LookupError("the report needs the extra 'report': pip install 'corpus-etl[report]'") from error
    root = locate(warehouse)
    target = path or root / PAGE
    with connect(warehouse, snapshot) as connection:
        manifest = read_manifest(root, snapshot)
        assert manifest is not None
        totals = read_rows(connection, TOTALS)[0]
        sections = [
            *_list_flows(connection),
            *_list_shapes(connection, charts, totals),
            *_list_cuts(connection, charts),
            *_list_problems(connection),
        ]
    told = {
        "title": f"{html.escape(root.name)}: corpus report",
        "heading": f"The corpus of {html.escape(str(root))}",
        "lead": f"Snapshot {manifest.snapshot_id}, published {manifest.run.ended_at:%Y-%m-%d %H:%M} UTC.",
        "contents": "".join(f'<li><a href="#{each.key}">{each.title}</a></li>' for each in sections),
        "totals": _write_totals(totals),
        "sections": "\n".join(map(_write_section, sections)),
        "colophon": "Written by <code>corpus report</code>. Whatever is left out is a row of <code>left_out</code>.",
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(target) as draft:
        draft.write_text(Template(TEMPLATE.read_text("utf-8")).substitute(told), encoding="utf-8")
    return target


def _list_flows(connection: duckdb.DuckDBPyConnection) -> list[Section]:
    stages = measure_funnel(connection)
    rows = [
        (stage.name, stage.unit, stage.count, ", ".join(f"{count:,} {reason}" for reason, count in list_losses(stage)))
        for stage in stages
    ]
    note = "From files to documents that are kept; orange is what leaves at a stage."
    columns = ("stage", "of", "how many", "leave by")
    query = "FROM left_out SELECT what, rule, count(*) GROUP BY ALL"
    return [Section("funnel", "What came in, and what is kept", note, columns, rows, draw_funnel(stages), query)]


def _list_shapes(connection: duckdb.DuckDBPyConnection, charts: Any, totals: Mapping[str, Any]) -> list[Section]:
    """What the kept documents are like; nothing without documents."""
    if not totals["documents"]:
        return []
    sections = []
    if totals["earliest"] is not None:
        years = totals["latest"].year - totals["earliest"].year + 1
        unit = "year" if years > LONG_SPAN_YEARS else "month"
        history = read_rows(connection, HISTORY, {"unit": unit})
        series = list({row["series"]: None for row in sorted(history, key=lambda row: (-row["size"], row["series"]))})
        told = [{**row, "time": row["time"].isoformat(), "place": series.index(row["series"])} for row in history]
        picture = charts.draw_history(told, series, unit) + _write_legend(series)
        undated = f" {count_of(totals['undated'], 'tells', 'tell')} no date." if totals["undated"] else ""
        sections.append(
            Section(
                "time",
                "Documents over time",
                f"By {unit} of publication, the largest sources by colour.{undated}",
                (unit, "source", "documents"),
                [(_write_date(row["time"], unit), row["series"], row["documents"]) for row in history],
                picture,
                f"FROM documents SELECT date_trunc('{unit}', published), source, count(*) GROUP BY ALL",
            )
        )
    languages = read_rows(connection, LANGUAGES)
    sections.append(
        Section(
            "languages",
            "Languages",
            "Codes of ISO 639; a text that is too short or too mixed tells none.",
            ("language", "documents"),
            [tuple(row.values()) for row in languages],
            charts.draw_bars(languages, "language", "documents"),
            "FROM documents SELECT language, count(*) GROUP BY ALL",
        )
    )
    lengths = [
        {"words": _write_bin(row["bin"]), "documents": row["documents"]} for row in read_rows(connection, LENGTHS)
    ]
    sections.append(
        Section(
            "lengths",
            "Lengths",
            "Words in a document; each column reaches to twice the length of the one before.",
            ("words", "documents"),
            [tuple(row.values()) for row in lengths],
            charts.draw_columns(lengths, "words", "documents"),
            "FROM documents SELECT doc_id, title, word_count ORDER BY word_count DESC",
        )
    )
    return sections


def _list_cuts(connection: duckdb.DuckDBPyConnection, charts: Any) -> list[Section]:
    sections = []
    if removed := read_rows(connection, REMOVED):
        sections.append(
            Section(
                "removed",
                "What was removed, by source",
                "Share of a source's characters that is boilerplate; those with the most of it first.",
                tuple(removed[0]),
                [tuple(row.values()) for row in removed],
                charts.draw_bars(removed, "source", "removed share", share=True),
                "FROM edits JOIN all_documents USING (doc_id) SELECT source, rule, count(*) GROUP BY ALL",
            )
        )
    if rules := read_rows(connection, RULES):
        sections.append(
            Section(
                "rules",
                "The rules at work",
                "What each rule took or changed, with what it met most often. `corpus rules` says what each is for.",
                tuple(rules[0]),
                [tuple(row.values()) for row in rules],
                query="FROM edits SELECT rule, before, doc_id WHERE rule = '…'",
            )
        )
    if copies := read_rows(connection, COPIES):
        sections.append(
            Section(
                "copies",
                "Families of copies",
                "The largest families; the document that is kept stands for all of them.",
                tuple(copies[0]),
                [tuple(row.values()) for row in copies],
                query="FROM clusters WHERE kept_id = '…'",
            )
        )
    return sections


def _list_problems(connection: duckdb.DuckDBPyConnection) -> list[Section]:
    problems = list_problems(connection)
    checks, near = (read_rows(connection, query) for query in (CHECKS, NEAR_MISSES))
    sections = [
        Section(
            "problems",
            "Files that need a person",
            "Files that did not land, or not wholly, and why." if problems else "Every file landed, and wholly.",
            ("files", "status", "reason", "such as"),
            [(each.files, each.status, each.reason, each.uris[0]) for each in problems],
            query="FROM files_to_look_at",
        )
    ]
    if checks:
        note = "What did not hold when it was last checked."
        columns, rows = tuple(checks[0]), [tuple(row.values()) for row in checks]
        sections.append(Section("checks", "Claims to look at", note, columns, rows, query="corpus checks"))
    if near:
        note = "Kept, though nearly copies: is the setting right?"
        columns, rows = tuple(near[0]), [tuple(row.values()) for row in near]
        sections.append(Section("near", "Near misses", note, columns, rows, query="FROM near_misses"))
    return sections


def _write_legend(series: Sequence[str]) -> str:
    """What each colour of a chart stands for, in the order of its series."""
    items = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" fill="#04040{place}"/></svg> '
        f"{_write_cell(name)}</li>"
        for place, name in enumerate(series, start=1)
    )
    return f'<ul class="legend" aria-label="Colours">{items}</ul>'


def _write_section(section: Section) -> str:
    parts = [f'<section id="{section.key}" aria-labelledby="{section.key}-title">']
    parts += [f'<h2 id="{section.key}-title">{section.title}</h2><p class="note">{_write_code(section.note)}</p>']
    table = _write_table(section) if section.rows else ""
    if section.picture:
        label = f"{section.title}: a picture of the numbers below"
        parts += [f'<figure role="img" aria-label="{label}">{section.picture}</figure>']
        parts += [f"<details><summary>The numbers</summary>{table}</details>"]
    else:
        parts += [table]
    if section.query and section.rows:
        shown = section.query if section.query.startswith("corpus") else f'corpus sql "{section.query}"'
        parts += [f'<p class="query">Look closer: <code>{html.escape(shown)}</code></p>']
    return "".join([*parts, "</section>"])


def _write_table(section: Section) -> str:
    numbers = [
        all(isinstance(row[place], int | float) or row[place] is None for row in section.rows)
        for place in range(len(section.columns))
    ]
    kinds = [' class="number"' if number else "" for number in numbers]
    head = "".join(f'<th scope="col"{kind}>{name}</th>' for name, kind in zip(section.columns, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{_write_cell(v)}</td>" for v, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in section.rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.1%}"
    told = " ".join(str(value).split())
    shown = html.escape(told if len(told) <= LONGEST else f"{told[:LONGEST]}…")
    return f"<bdi>{shown}</bdi>"  # a title from right to left must not turn its neighbours


def _write_code(text: str) -> str:
    """Our own words, in which backquotes mark code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _write_totals(totals: Mapping[str, Any]) -> str:
    told = [(name, f"{totals[name]:,}") for name in ("documents", "words", "sources", "languages")]
    if totals["earliest"] is not None:
        told += [("published", f"{totals['earliest'].year}–{totals['latest'].year}")]
    return "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in told)


def _write_bin(place: int) -> str:
    return "under 25" if place == 0 else f"{25 * 2 ** (place - 1):,}"


def _write_date(time: date, unit: str) -> str:
    return f"{time.year}" if unit == "year" else f"{time.year}-{time.month:02}"
