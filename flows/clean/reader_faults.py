"""What a reader of printed pages made of lines: words of one that stand a line each, two that it joined into one."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise

from flows.clean.hyphens import Words, is_hyphenated
from flows.clean.printed_lines import SPACED_FULL, Fit, Line, first_word, is_open
from flows.model import Cut

FEWEST_STRETCHED = 3  # words
OVERFULL = 1.05  # of the width: a longer line is two
SLACK = 0.01  # of the width, by which a metric may be wrong of a line
LEAST_EVIDENCE = 2  # that a hyphen stood between two parts of a word


def find_stretched(lines: Sequence[Line], fit: Fit) -> Iterator[Cut]:
    """Cuts that make one line of words that stand a line each, as a reader finds those of a line with wide spaces.

    Together they fill the width, within a sentence, or are one by their small letters.
    """
    first = 1
    while first < len(lines):
        last = first
        while last < len(lines) and len(lines[last].text.split()) == 1 and not lines[last].page:
            last += 1
        run = lines[first:last]
        small = sum(line.text[0].islower() for line in run[1:])
        within = is_open(lines[first - 1].text) or 2 * small >= len(run) - 1
        if len(run) >= FEWEST_STRETCHED and last < len(lines) and within:
            words = " ".join(line.text for line in run)
            if fit.measure(words) <= 1 and fit.fill(replace(run[0], text=words), lines[last]) > SPACED_FULL:
                if run[0].blank:
                    yield Cut(lines[first - 1].end, run[0].start, "\n", "space", "stretched-line")
                for a, b in pairwise([*run, lines[last]] if lines[last].blank else run):
                    yield Cut(a.end, b.start, "\n" if b is lines[last] else " ", "space", "stretched-line")
        first = last + 1


def find_lost_hyphens(text: str, lines: Sequence[Line], fit: Fit) -> list[Cut]:
    """Cuts that part lines which a reader joined, with the hyphen again that it took for one of a hyphenated word.

    pdftotext does so with each hyphen at a line's end. Where the document hyphenates no words they were compounds.
    """
    joined = [(line, list(find_borders(line, fit))) for line in lines if fit.measure(line.text) > OVERFULL]
    breaks = [(a.text, b.text) for a, b in pairwise(lines) if b.page or not b.blank]
    breaks += [(f"{line.text[: places[0]]}-", line.text[places[0] :].lower()) for line, places in joined if places]
    if not joined or is_hyphenated(breaks):
        return []
    words = Words(text, hyphenated=False)
    cuts = []
    for line, places in joined:
        ranked = sorted(((weigh(line.text, place, words), place) for place in places), reverse=True)
        if ranked and ranked[0][0] >= LEAST_EVIDENCE:
            place = line.start + ranked[0][1]
            cuts.append(Cut(place, place, "-\n", "repair", "lost-hyphen"))
    return cuts


def find_borders(line: Line, fit: Fit) -> Iterator[int]:
    """Where within a word the line may have ended: what stands before fits the width, and no more does."""
    taken = 0.0
    hyphen = fit.measure("-")
    for place, character in enumerate(line.text):
        if taken + hyphen > 1 + SLACK:
            return
        if place and character.isalnum() and line.text[place - 1].isalnum():
            more = fit.measure(first_word(line.text[place:]))
            if taken + hyphen + more > 1 - SLACK:
                yield place
        taken += fit.measure(character)


def weigh(text: str, place: int, words: Words) -> int:
    """How much speaks for a hyphen there: the document, kinds of characters, parts that are common in compounds."""
    first, second = FIRST_PART.search(text, 0, place), SECOND_PART.match(text, place)
    if first is None or second is None:
        return 3 * (text[place - 1].isdigit() != text[place].isdigit())
    if first[0][-1].islower() and second[0][0].isupper():
        return 4
    before, after = first[0].lower(), second[0].lower()
    known = (words.count(before) > 0) + (words.count(after) > 0)
    common = (before in FIRST_PARTS) + (after in SECOND_PARTS)
    return 4 * (words.count(f"{before}-{after}") > 0) + 2 * common + known


COMPOUNDS = tomllib.loads(files("flows.clean").joinpath("compounds.toml").read_text(encoding="utf-8"))
FIRST_PARTS = frozenset(COMPOUNDS["firsts"].split())
SECOND_PARTS = frozenset(COMPOUNDS["seconds"].split())
FIRST_PART = re.compile(r"[^\W\d_]+$")
SECOND_PART = re.compile(r"[^\W\d_]+")
