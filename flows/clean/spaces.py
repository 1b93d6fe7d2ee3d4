"""White space made regular: one blank line parts paragraphs, one space words."""

import re
from collections.abc import Sequence

from flows.model import Cut, Extent
from flows.typesetting.printed_lines import is_closed

Run = tuple[int, int, int]
"""White space: where it starts and ends, and how many line ends are in it."""

LONG_LINE = 80  # characters: a line as long as this that ends a sentence is a paragraph


def find_spaces(text: str, verbatim: Sequence[Extent] = ()) -> list[Cut]:
    """Cuts of kind 'space' after which one blank line parts paragraphs, and words are parted by one space.

    Single line ends stay, as in verses, lists and addresses; where they part whole paragraphs they become blank lines.
    What is `verbatim` keeps its indentation and the spaces between its words.
    """
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    if first == len(text):
        return [Cut(0, first, "", "space", "white-space")] if text else []
    cuts = [Cut(0, first, "", "space", "white-space")] if first else []
    runs = [(*match.span(), count_breaks(match[0])) for match in IRREGULAR.finditer(text, first, last)]
    for extent in verbatim:
        cuts += keep_indentation(text, [run for run in runs if is_within(run, extent)], extent[0])
        runs = [run for run in runs if not is_within(run, extent)]
    singles = part_paragraphs(text, first, [(start, end) for start, end, breaks in runs if breaks == 1])
    line_end = "\n\n" if singles else "\n"
    for start, end, breaks in runs:
        after = (" ", line_end, "\n\n")[min(breaks, 2)]
        if text[start:end] != after:
            cuts.append(Cut(start, end, after, "space", "white-space"))
    if last < len(text):
        cuts.append(Cut(last, len(text), "", "space", "white-space"))
    return sorted(cuts, key=lambda cut: cut.start) if verbatim else cuts


def is_within(run: Run, extent: Extent) -> bool:
    """Whether white space stands within a part of the text, or before its first character that is none."""
    start, end, _ = run
    return start < extent[1] and extent[0] < end <= extent[1]


def keep_indentation(text: str, runs: Sequence[Run], start: int) -> list[Cut]:
    """Cuts of lines' ends in what stands as it was typed from `start` on: of several blank lines one is left."""
    cuts = []
    for here, there, breaks in runs:
        line = max(start, *(match.end() for match in LINE_END.finditer(text, here, there))) if breaks else here
        after = "\n" * min(breaks, 2) + text[line:there]
        if text[here:there] != after:
            cuts.append(Cut(here, there, after, "space", "white-space"))
    return cuts


def count_breaks(space: str) -> int:
    """How many line ends there are in white space; a form feed or paragraph separator counts as a blank line."""
    if space == "\n":
        return 1
    return len(f"{space}|".splitlines()) - 1 + ("\f" in space) + ("\u2029" in space)


def part_paragraphs(text: str, first: int, singles: list[tuple[int, int]]) -> bool:
    """Whether most of the single line ends stand behind a long line that ends a sentence."""
    behind = 0
    for start, _ in singles:
        line_start = max(first, start - LONG_LINE)
        long = start - line_start == LONG_LINE and not LINE_END.search(text, line_start, start)
        behind += long and is_closed(text[line_start:start])
    return 2 * behind > len(singles)


IRREGULAR = re.compile(r"[ \n]\s+|[^\S \n]\s*|\n")
LINE_END = re.compile(r"[\n\r\f\v\x1c-\x1e\x85\u2028\u2029]")
