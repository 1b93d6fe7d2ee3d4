"""The ledger: cuts that stages propose, one after the other, composed into edits of the original.

Each stage sees the text as the stages before it left it and answers with cuts in that text's offsets. `compose` maps
them back, so that at the end one sorted list of edits leads from the original to the clean text, and `undo` leads back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from flows.model import Cut, Edit


def squeeze(text: str) -> str:
    """The text without white space (`str.isspace`): what must survive a round trip."""
    return "".join(text.split())


def apply(text: str, cuts: Sequence[Cut]) -> str:
    """The text after the cuts, which are sorted and do not overlap."""
    parts: list[str] = []
    position = 0
    for cut in cuts:
        parts += text[position : cut.start], cut.after
        position = cut.end
    parts.append(text[position:])
    return "".join(parts)


def compose(edits: Sequence[Cut], cuts: Iterable[Cut]) -> list[Cut]:
    """The edits of the original that do what `edits` and then `cuts` do.

    `edits` are in the original's offsets, sorted, not overlapping; `cuts` in the offsets of the text that they give. A
    cut that reaches into what an edit put in swallows that edit: one row then tells of both, under the later rule. So
    does a cut that takes a line whose marks a repair had already taken at its borders. White space alone swallows no
    edit: it is changed on both sides of what was removed from within it.
    Cuts that overlap each other are a stage's mistake: ValueError.
    """
    ordered = sorted(cuts, key=lambda cut: (cut.start, cut.end))
    for first, second in pairwise(ordered):
        if second.start < first.end:
            raise ValueError(f"the cuts {first} and {second} overlap")
    if not edits:
        return ordered
    composed: list[Cut] = []
    shift = 0  # what the edits passed so far have added to the text's length
    passed = 0
    rest = ""  # of the last edit swallowed: what it put in behind the last cut
    ordered = list(_part_spaces(edits, ordered))
    for number, cut in enumerate(ordered):
        takes_marks = cut.kind in ("remove", "lift")
        if rest and cut.start < ordered[number - 1].end + len(rest):
            last = composed.pop()  # this cut reaches into the same edit as the one before it
            start, end = last.start, last.end
            told = last if cut.kind == "space" else cut
            after = last.after[: len(last.after) - (ordered[number - 1].end + len(rest) - cut.start)] + cut.after
            rest = rest[cut.end - ordered[number - 1].end :]
        else:
            while passed < len(edits):
                edit = edits[passed]
                here = edit.start + shift
                there = here + len(edit.after)
                if there > cut.start or (takes_marks and here == there == cut.start and edit.kind == "repair"):
                    break
                composed.append(edit)
                shift += len(edit.after) - (edit.end - edit.start)
                passed += 1
            start, end, after, rest = cut.start - shift, -1, cut.after, ""
            told = cut
        while passed < len(edits) and not rest:
            edit = edits[passed]
            here = edit.start + shift
            there = here + len(edit.after)
            borders = takes_marks and here == there == cut.end and edit.kind == "repair"
            if here >= cut.end and not borders:
                break
            start = min(start, edit.start)
            end = -1
            if told.kind == "space":
                told = edit
            if here < cut.start:
                after = edit.after[: cut.start - here] + after
            if there > cut.end:
                rest = edit.after[cut.end - here :]
                end = edit.end
            shift += len(edit.after) - (edit.end - edit.start)
            passed += 1
        if not rest and (end < 0 or cut.end - shift > end):
            end = cut.end - shift
        composed.append(replace(told, start=start, end=end, after=after + rest))
    return composed + list(edits[passed:])


def _part_spaces(edits: Sequence[Cut], cuts: Iterable[Cut]) -> Iterator[Cut]:
    """The cuts; those of kind 'space' parted where an edit removed something from within them."""
    shift = 0
    passed = 0
    for cut in cuts:
        start, after = cut.start, cut.after
        while passed < len(edits) and edits[passed].start + shift < cut.end:
            edit = edits[passed]
            here = edit.start + shift
            if cut.kind == "space" and start < here and not edit.after and edit.kind != "space":
                yield Cut(start, here, after, cut.kind, cut.rule)
                start, after = here, ""
            if here + len(edit.after) > cut.end:
                break
            shift += len(edit.after) - (edit.end - edit.start)
            passed += 1
        yield replace(cut, start=start, after=after)


def write_edits(doc_id: str, run_id: str, original: str, edits: Sequence[Cut]) -> list[Edit]:
    """The rows of `edits`: every cut that changes more than white space."""
    rows: list[Edit] = []
    shift = 0
    for edit in edits:
        before = original[edit.start : edit.end]
        if edit.kind != "space":
            here = edit.start + shift
            row = Edit(
                doc_id=doc_id,
                seq=len(rows),
                start_char=edit.start,
                end_char=edit.end,
                text_char=here,
                kind=edit.kind,
                rule=edit.rule,
                before=before,
                after=edit.after,
                confidence=edit.confidence,
                run_id=run_id,
            )
            rows.append(row)
        shift += len(edit.after) - len(before)
    return rows


def undo(text: str, edits: Iterable[Edit]) -> str:
    """The original, white space aside, from the clean text and its edits: ValueError where they do not fit."""
    parts: list[str] = []
    position = 0
    for edit in edits:
        end = edit.text_char + len(edit.after)
        if edit.text_char < position or text[edit.text_char : end] != edit.after:
            raise ValueError(f"edit {edit.seq} of {edit.doc_id} does not fit the text at {edit.text_char}")
        parts += text[position : edit.text_char], edit.before
        position = end
    parts.append(text[position:])
    return squeeze("".join(parts))
