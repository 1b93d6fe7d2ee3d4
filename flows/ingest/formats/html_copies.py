"""Second copies of a page's text: pages carry it once for wide screens and again for narrow ones, and show one."""

from collections.abc import Sequence
from typing import Final

LEAST_COPIED: Final = 1000
"""Characters of a copy: tables and plans repeat a few rows, refrains and pull quotes a few lines.

In cross-validation over the hosts of the marked pages, copies are of 9,700 and more, other repetitions of up to 660.
"""


def find_copies(texts: Sequence[str], least: int = LEAST_COPIED) -> list[range]:
    """Runs of texts that stand above already, one by one in the same order, wholly before the run, by their numbers.

    A run has at least so many characters, those of a text that it has more than once counted once: what goes on and on,
    as a plan with the same days each week, is no copy.
    """
    if sum(map(len, texts)) - sum(map(len, set(texts))) < least:
        return []  # so it is of nearly all pages
    copies: list[range] = []
    first: dict[str, int] = {}
    begun = length = 0
    above = -1  # where the text before stands above; -1 if it does not
    for number, text in enumerate(texts):
        if 0 <= above < begun - 1 and texts[above + 1] == text:
            above += 1
            length += len(text) if first[text] == above else 0
        else:
            if length >= least:
                copies.append(range(begun, number))
            begun, above = number, first.get(text, -1)
            length = len(text) if above >= 0 else 0
        first.setdefault(text, number)
    if length >= least:
        copies.append(range(begun, len(texts)))
    return copies
