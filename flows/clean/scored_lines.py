"""The lines of a text and what a classifier makes of them: where they stand, and what goes at a threshold."""

from collections.abc import Iterable

from flows.model import Cut

Scored = tuple[int, int, float]
"""Where a line starts and ends, without white space around, and how likely it is noise."""


def find_lines(text: str) -> list[tuple[int, int]]:
    """Where each line that is not blank starts and ends, without white space around."""
    spans = []
    start = 0
    for whole in text.split("\n"):
        line = whole.strip()
        if line:
            at = start + len(whole) - len(whole.lstrip())
            spans.append((at, at + len(line)))
        start += len(whole) + 1
    return spans


def cut_lines(scored: Iterable[Scored], threshold: float, rule: str) -> list[Cut]:
    """The lines whose score is at least `threshold`; those that only blank lines part are one cut, by the least."""
    cuts: list[Cut] = []
    follows = False
    for start, end, score in scored:
        noise = score >= threshold
        if noise:
            least = round(score, 2)
            if follows:
                before = cuts.pop()
                start, least = before.start, min(least, before.confidence or 0.0)
            cuts.append(Cut(start, end, "", "remove", rule, least))
        follows = noise
    return cuts
