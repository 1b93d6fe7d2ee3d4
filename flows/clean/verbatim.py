"""Text that stands as it was typed, such as code: its lines and spaces are what it says.

A reader tells where it is, by spans of its record's text. No rule looks into it, and nothing joins it to what stands
around; repairs alone do, since damage is damage there too.
"""

from collections.abc import Iterable, Sequence

from flows.model import Cut, Extent

HIDDEN = "\ue000"
"""Stands for each character of it: for private use, neither letter nor mark nor space to any rule."""


def hide(text: str, verbatim: Iterable[Extent]) -> str:
    """The text, as long as it was, in which each such span is one line that says nothing."""
    parts: list[str] = []
    position = 0
    for start, end in verbatim:
        parts += text[position:start], HIDDEN * (end - start)
        position = end
    return "".join([*parts, text[position:]])


def leave(cuts: Iterable[Cut], verbatim: Sequence[Extent]) -> list[Cut]:
    """The cuts that touch no such span."""
    return [cut for cut in cuts if not any(start <= cut.end and cut.start <= end for start, end in verbatim)]


def move(verbatim: Iterable[Extent], cuts: Sequence[Cut]) -> tuple[Extent, ...]:
    """Where the spans are in the text after the cuts, which are sorted and do not overlap; none of what is gone."""
    shift = passed = 0
    moved: list[Extent] = []
    for extent in verbatim:
        places = []
        for position in extent:
            while passed < len(cuts) and cuts[passed].end <= position:
                shift += len(cuts[passed].after) - (cuts[passed].end - cuts[passed].start)
                passed += 1
            within = passed < len(cuts) and cuts[passed].start < position
            places.append((cuts[passed].start if within else position) + shift)
        if places[0] < places[1]:
            moved.append((places[0], places[1]))
    return tuple(moved)
