"""One document, its cuts marked with the rule that made them: what `corpus show` prints."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import duckdb
from rich.text import Text

from flows.model import Edit
from warehouse.connect import UsageError, connect, read_rows
from warehouse.land import SnapshotKey
from warehouse.output import print_styled, tidy

MARKS = {"remove": "red strike", "lift": "cyan", "repair": "yellow"}
MOST_CHOICES = 20
MOST_WORDS = 50_000
"""Of two texts that are compared: what that takes grows with their product at worst."""
CONTEXT = 8
"""Words shown on either side of a difference."""
HEXADECIMAL = re.compile(r"[0-9a-f]{1,32}")
INVISIBLE = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def show_document(
    name: str, record: int | None, original: bool, warehouse: str | None = None, snapshot: SnapshotKey | None = None
) -> None:
    """Prints one document: told by its doc_id, the start of it, or its uri and, where that has several, the record.

    LookupError when there is none, UsageError when there are several.
    """
    with connect(warehouse, snapshot) as connection:
        doc_id = _find(connection, name.strip(), record)
        [document] = read_rows(connection, "FROM all_documents WHERE doc_id = ?", [doc_id])
        copies = read_rows(connection, "FROM duplicates WHERE doc_id = ?", [doc_id])
        kept = [read_rows(connection, "FROM all_documents WHERE doc_id = ?", [copy["kept_id"]])[0] for copy in copies]
        columns = ", ".join(Edit.__dataclass_fields__)
        rows = connection.execute(f"FROM edits SELECT {columns} WHERE doc_id = ? ORDER BY seq", [doc_id]).fetchall()
    text = document.pop("text")
    edits = [Edit(*row) for row in rows]
    if original:
        sys.stdout.write("".join(part for part, _ in _interleave(text, edits)).strip("\n") + "\n")
        return
    print_styled(Text(document["title"] or document["uri"], "bold"), "", soft_wrap=True)
    print_styled(*_list_fields(document, copies), "", soft_wrap=True)
    marked = [part if edit is None else _mark(edit, part) for part, edit in _interleave(text, edits)]
    print_styled(Text.assemble(*marked), soft_wrap=True)
    for row in kept:
        print_styled("", Text("What the kept document has instead:", "bold"), soft_wrap=True)
        print_styled(Text.assemble(*_mark_differences(text, row["text"])), soft_wrap=True)


def _find(connection: duckdb.DuckDBPyConnection, name: str, record: int | None) -> str:
    """The doc_id of the one document that is named."""
    query = "FROM all_documents SELECT doc_id, uri, record, title"
    found = read_rows(connection, f"{query} WHERE uri = ? ORDER BY record", [name])
    if not found and HEXADECIMAL.fullmatch(name):
        found = read_rows(connection, f"{query} WHERE starts_with(doc_id, ?) LIMIT {MOST_CHOICES + 1}", [name])
    chosen = [row for row in found if record is None or row["record"] == record]
    if len(chosen) == 1:
        doc_id: str = chosen[0]["doc_id"]
        return doc_id
    if found:
        count = f"more than {MOST_CHOICES}" if len(found) > MOST_CHOICES else str(len(found))
        choices = [f"  {row['doc_id']}  record {row['record']:>3}  {row['title'] or row['uri']}" for row in found]
        what = f"{name} names {count} documents" if chosen else f"{name} has no record {record}"
        raise UsageError("\n".join([f"{what}: give a doc_id, or --record", *choices[:MOST_CHOICES]]))
    for file in read_rows(connection, "FROM files SELECT status, reason WHERE uri = ?", [name]):
        raise LookupError(f"{name} has no document: it is {file['status']}: {file['reason']}")
    raise LookupError(f'no document {name}: `corpus sql "FROM all_documents SELECT doc_id, uri, title"` lists them')


def _list_fields(document: Mapping[str, Any], copies: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """The columns that say something, each with who says so."""
    for column, value in document.items():
        if column.endswith("_from") or value in (None, [], "{}"):
            continue
        told = document.get(f"{column}_from")
        yield _field(column, _write(value), f"  ({told})" if told else "")
    for copy in copies:
        yield _field("copy of", copy["kept_id"], f"  ({copy['kind']}; kept because {copy['kept_because']})")


def _field(name: str, value: str, note: str) -> Text:
    return Text.assemble((f"{name:>20}  ", "dim"), show_invisible(value), (show_invisible(note), "dim"))


def _write(value: Any) -> str:
    """The value as people read it; of a struct the parts that are not zero."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_write(part)}" for name, part in value.items() if part)
    return f"{value:.3g}" if isinstance(value, float) else tidy(value)


def _interleave(text: str, edits: Sequence[Edit]) -> Iterator[tuple[str, Edit | None]]:
    """The kept parts of the text and, where they stood, the parts that edits took; a part cut from between lines has
    lines of its own."""
    position = 0
    for edit in edits:
        yield text[position : edit.text_char], None
        position = edit.text_char + len(edit.after)
        opens = edit.text_char == 0 or text[edit.text_char - 1] == "\n"
        closes = position == len(text) or text[position] == "\n"
        if edit.kind != "repair" and not edit.after and (opens or closes):
            if not opens:
                yield "\n\n", None
            yield edit.before, edit
            if opens:
                yield "\n\n", None
        else:
            yield edit.before, edit
    yield text[position:], None


def _mark(edit: Edit, before: str) -> tuple[str, str]:
    if edit.kind == "repair":
        before = f"{before} → {edit.after}".replace("\n", "↵")
    rule = edit.rule if edit.confidence is None else f"{edit.rule} {edit.confidence:.2f}"
    return f"⟦{rule}: {show_invisible(before)}⟧", MARKS[edit.kind]


def _mark_differences(copy: str, kept: str) -> Iterator[str | tuple[str, str]]:
    """The words that only one of the two has, each with the words around it; what both have is shortened."""
    own, other = copy.split(), kept.split()
    if len(own) + len(other) > MOST_WORDS:
        yield "the two are too long to be compared here: `corpus show` prints each"
        return
    changes = SequenceMatcher(None, own, other).get_opcodes()
    for change, start, end, other_start, other_end in changes:
        if change == "equal":
            common = own[start:end]
            if len(common) > 2 * CONTEXT:
                common = [*common[:CONTEXT], "…", *common[-CONTEXT:]]
            yield f"{show_invisible(' '.join(common))} "
            continue
        if start < end:
            yield f"⟦copy: {show_invisible(' '.join(own[start:end]))}⟧", "red"
            yield " "
        if other_start < other_end:
            yield f"⟦kept: {show_invisible(' '.join(other[other_start:other_end]))}⟧", "green"
            yield " "


def show_invisible(text: str) -> str:
    """Characters that print as nothing, or steer the terminal, by their number."""
    return INVISIBLE.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
