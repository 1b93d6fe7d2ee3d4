"""The funnel: how many files and documents there are, how many go on, and by what each of the others left."""

import html
from dataclasses import dataclass

import duckdb

STATUSES = """
    FROM files SELECT status, count(*) GROUP BY status ORDER BY count(*) DESC, status"""
RECORDS = """
    SELECT
        (FROM files SELECT coalesce(sum(len(rejected)), 0)::BIGINT) AS rejected,
        (FROM all_documents SELECT count(*)) AS documents"""
COPIES = """
    FROM duplicates SELECT kind, count(*) GROUP BY kind ORDER BY count(*) DESC, kind"""

WIDTH, LABEL, ROW, BAR = 760, 170, 58, 22
"""Pixels: of the picture, of the labels at its left, between two stages, of a bar's height."""
LARGEST_REASONS = 3
"""Reasons that are named below a bar; what is less is summed."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How many come to a stage, and how many of them leave there, by reason, the most first."""

    name: str
    unit: str
    count: int
    leaving: tuple[tuple[str, int], ...] = ()

    @property
    def staying(self) -> int:
        """How many go on."""
        return self.count - sum(count for _, count in self.leaving)


def measure_funnel(connection: duckdb.DuckDBPyConnection) -> tuple[Stage, ...]:
    """The stages of a snapshot: files found, records read from those that landed, documents, documents kept."""
    statuses: list[tuple[str, int]] = connection.execute(STATUSES).fetchall()
    files = sum(count for _, count in statuses)
    left = tuple((status.replace("_", " "), count) for status, count in statuses if status != "landed")
    [(rejected, documents)] = connection.execute(RECORDS).fetchall()
    copies: list[tuple[str, int]] = connection.execute(COPIES).fetchall()
    return (
        Stage("found", "files", files, left),
        Stage("read", "records", documents + rejected, (("rejected", rejected),) if rejected else ()),
        Stage("landed", "documents", documents, tuple((f"{kind} copy", count) for kind, count in copies)),
        Stage("kept", "documents", documents - sum(count for _, count in copies)),
    )


def list_losses(stage: Stage) -> list[tuple[str, int]]:
    """The reasons by which most leave, and the rest as one."""
    largest = list(stage.leaving[:LARGEST_REASONS])
    rest = sum(count for _, count in stage.leaving[LARGEST_REASONS:])
    return [*largest, *([("for other reasons", rest)] if rest else [])]


def describe_funnel(stages: tuple[Stage, ...]) -> str:
    """The funnel in a sentence, for whoever does not see the picture."""
    told = []
    for stage in stages:
        losses = ", ".join(f"{count:,} {reason}" for reason, count in list_losses(stage))
        told.append(f"{stage.count:,} {stage.unit} {stage.name}" + (f" ({losses})" if losses else ""))
    return "; ".join(told)


def draw_funnel(stages: tuple[Stage, ...], style: str = "") -> str:
    """The funnel as SVG: a bar a stage, at its end what leaves there. `style` colours its classes, as artifacts do."""
    height = ROW * len(stages) + 12
    label = html.escape(describe_funnel(stages), quote=True)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{label}" font-family="system-ui, sans-serif" font-size="14">{style}'
    ]
    most = max((stage.count for stage in stages), default=0) or 1
    scale = (WIDTH - LABEL - 20) / most
    for place, stage in enumerate(stages):
        top = 12 + place * ROW
        staying, leaving = stage.staying * scale, (stage.count - stage.staying) * scale
        middle = top + BAR / 2 + 5
        parts.append(
            f'<text class="ink" x="{LABEL - 12}" y="{middle:.1f}" text-anchor="end">'
            f"{stage.count:,} {html.escape(stage.unit)}</text>"
            f'<rect class="stay" x="{LABEL}" y="{top}" width="{max(staying, 1):.1f}" height="{BAR}" rx="3"/>'
        )
        if leaving:
            parts.append(
                f'<rect class="leave" x="{LABEL + staying + 1:.1f}" y="{top}" width="{max(leaving - 1, 1):.1f}" '
                f'height="{BAR}" rx="3"/>'
            )
        losses = "  ·  ".join(f"−{count:,} {html.escape(reason)}" for reason, count in list_losses(stage))
        parts.append(
            f'<text class="quiet" x="{LABEL}" y="{top + BAR + 17}" font-size="12">'
            f"{html.escape(stage.name)}{'  ·  ' + losses if losses else ''}</text>"
        )
    return "".join([*parts, "</svg>"])
