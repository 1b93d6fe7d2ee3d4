"""Text of documents in Markdown: it shows as it is, and neither breaks nor runs anything."""

import html
import re
from collections.abc import Sequence
from typing import Any

MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~])")
LINKS = (("://", "&#58;//"), ("www.", "www&#46;"), ("@", "&#64;"))
"""What would make a link of an address, and how it is written so that it does not."""
LONGEST = 200


def write_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; numbers stand at the right. Empty without rows."""
    if not rows:
        return ""
    right = [all(isinstance(row[place], int | float) for row in rows) for place in range(len(columns))]
    lines = [f"| {' | '.join(columns)} |", f"|{'|'.join('---:' if number else '---' for number in right)}|"]
    lines += [f"| {' | '.join(_write_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def escape(text: str | None, longest: int = LONGEST) -> str:
    """Text of a document as Markdown shows it: what would be markup or a link is not, and it stays in its cell."""
    told = " ".join((text or "").split())
    told = told if len(told) <= longest else f"{told[:longest]}…"
    told = MARKUP.sub(r"\\\1", html.escape(told, quote=False))
    for mark, instead in LINKS:
        told = told.replace(mark, instead)
    return told


def _write_cell(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(escape(str(each)) for each in value)
    return escape(None if value is None else str(value))
