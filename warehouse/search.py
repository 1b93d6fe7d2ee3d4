"""Full-text search: what `corpus search` prints.

The macro `search` scans the texts of the snapshot that is asked. So it needs no index that must be built after every
run, cannot be stale, and answers of any snapshot, in a warehouse that cannot be written, and in plain DuckDB; the
price is a scan a question. DuckDB's own index (extension fts) is made anew, whole, for every snapshot, has one stemmer
for all languages, and takes no script that leaves words unspaced.
"""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from warehouse.connect import UsageError, connect
from warehouse.land import SnapshotKey
from warehouse.output import Format, print_rows, print_styled
from warehouse.show import show_invisible

EXCERPT = 240
"""Characters of an excerpt, about."""
SEARCH = """
    FROM search($words)
    SELECT doc_id, round(score, 3) AS score, title, source, published_day, uri, text
    WHERE ($source IS NULL OR source = $source) AND ($language IS NULL OR language = $language)
    ORDER BY score DESC, doc_id
    LIMIT $limit"""
LONGEST_WORD = 24
"""Characters that an excerpt may be shorter, so as to end between words."""
_WORD = re.compile(r"[^\W_]+")
_WHITE_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for: a row of the macro `search_terms`."""

    term: str
    is_beginning: bool
    is_unspaced: bool


def print_search(
    words: str,
    warehouse: str | None,
    snapshot: SnapshotKey | None,
    limit: int,
    source: str | None,
    language: str | None,
    format: Format,
) -> None:
    """Prints the documents that have any of the words, the best first, with an excerpt. UsageError for no words."""
    with connect(warehouse, snapshot) as connection:
        query = "FROM search_terms(?) SELECT term, is_beginning, is_unspaced"
        terms = [Term(*row) for row in connection.execute(query, [words]).fetchall()]
        if not terms:
            raise UsageError(f"there is no word in {words!r} to search for")
        given = {"words": words, "source": source, "language": language, "limit": limit}
        found = connection.sql(SEARCH, params=given).to_arrow_table()
        excerpts = [find_excerpt(text, terms) for text in found["text"].to_pylist()]
        if format == "table":
            _print_hits(found.to_pylist(), excerpts)
        else:
            marked = ["".join(f"**{part}**" if is_hit else part for part, is_hit in parts) for parts in excerpts]
            print_rows(connection.from_arrow(found.drop_columns(["text"]).append_column("excerpt", [marked])), format)


def find_excerpt(text: str, terms: Sequence[Term]) -> list[tuple[str, bool]]:
    """The passage of a text that has most of the terms, in parts: is it a hit? Its beginning when there is none."""
    hits = _find_hits(text, terms)
    first, last = _choose_passage(hits)
    chosen = hits[first:last]
    start, end = (chosen[0][0], chosen[-1][1]) if chosen else (0, 0)
    margin = max(0, EXCERPT - (end - start)) // 2
    if margin:
        start, end = _widen(text, start, end, margin)
    parts = [("…", False)] if start else []
    for hit_start, hit_end, _ in chosen:
        if hit_end > start:  # pairs of characters overlap
            parts += [(_join(text[start:hit_start]), False), (_join(text[max(start, hit_start) : hit_end]), True)]
            start = hit_end
    parts += [(_join(text[start:end]), False), ("…" if end < len(text) else "", False)]
    return [(part, is_hit) for part, is_hit in parts if part]


def _find_hits(text: str, terms: Sequence[Term]) -> list[tuple[int, int, str]]:
    """Start, end and term of each hit, in the order of the text."""
    folded, places = _fold(text)
    words = {term.term for term in terms if not term.is_unspaced and not term.is_beginning}
    beginnings = tuple(term.term for term in terms if term.is_beginning)
    pairs = [re.escape(term.term) for term in terms if term.is_unspaced]
    hits = [
        (match.start(), match.end(), match[0])
        for match in _WORD.finditer(folded)
        if match[0] in words or match[0].startswith(beginnings)
    ]
    if pairs:
        overlapping = re.compile(f"(?=({'|'.join(pairs)}))")
        hits += [(match.start(1), match.end(1), match[1]) for match in overlapping.finditer(folded)]
    return [(places[start], places[end - 1] + 1, term) for start, end, term in sorted(hits)]


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as the macro `fold` has it, and where each of its characters stood."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        parts = unicodedata.normalize("NFD", character.lower())
        bare = unicodedata.normalize("NFC", "".join(part for part in parts if unicodedata.category(part)[0] != "M"))
        folded.append(bare)
        places += [place] * len(bare)
    return "".join(folded), places


def _choose_passage(hits: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """The hits, from the first to before the last, that fit an excerpt and have most terms, then most hits."""
    best, chosen, last = (0, 0), (0, 0), 0
    inside: Counter[str] = Counter()
    for first, (start, _, term) in enumerate(hits):
        while last < len(hits) and (last == first or hits[last][1] - start <= EXCERPT):
            inside[hits[last][2]] += 1
            last += 1
        rank = (len(inside), last - first)
        if rank > best:
            best, chosen = rank, (first, last)
        inside[term] -= 1
        inside += Counter()  # without those that are at none
    return chosen


def _widen(text: str, start: int, end: int, margin: int) -> tuple[int, int]:
    """The place with what stands around it, up to white space where that is near."""
    wide_start, wide_end = max(0, start - margin), min(len(text), end + margin)
    if wide_start and (space := text.find(" ", wide_start, min(start, wide_start + LONGEST_WORD))) >= 0:
        wide_start = space + 1
    if wide_end < len(text) and (space := text.rfind(" ", max(end, wide_end - LONGEST_WORD), wide_end)) >= 0:
        wide_end = space
    return wide_start, wide_end


def _join(text: str) -> str:
    """On one line; what steers a terminal by its number."""
    return show_invisible(_WHITE_SPACE.sub(" ", text))


def _print_hits(found: Sequence[dict[str, Any]], excerpts: Sequence[list[tuple[str, bool]]]) -> None:
    lines: list[Any] = []
    for row, parts in zip(found, excerpts, strict=True):
        told = (str(row[name]) for name in ("source", "published_day", "uri") if row[name] is not None)
        title = Text(_join(row["title"] or row["uri"]), style="bold")
        excerpt = Text.assemble(*((part, "bold yellow" if is_hit else "") for part, is_hit in parts))
        lines += [title, Text(f"{'  '.join(map(_join, told))}  score {row['score']:.1f}", style="dim"), excerpt]
        lines += [Text(f"corpus show {row['doc_id']}", style="dim"), ""]
    print_styled(*lines)
    if not found:
        print("no document has any of these words", file=sys.stderr)
