"""What a reader of printed pages made of lines: words of one that stand a line each, two that it joined into one."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import pairwise
from math import ceil

from flows.clean.paragraph_openings import is_english
from flows.model import Cut
from flows.typesetting.hyphens import Words, is_hyphenated
from flows.typesetting.printed_lines import Fit, Line, first_word, is_open

FEWEST_STRETCHED = 3  # words
MOST_STRETCHED = 60  # words; what has no width, such as an accent that stands alone, never fills a line
LEAST_STRETCHED = 0.5  # of the width
OVERFULL = 1.05  # of the width: a longer line is two
MOST_JOINED = 3  # lines
LONGEST_JOINED = 1_000  # characters: no printed lines make up more
MOST_OVERFULL = 0.15  # of the lines: where more are too long, others are no lines of prose
SLACK = 0.01  # of the width, by which a metric may be wrong of a line
LONG_PREFIX = 3  # letters: a shorter one, such as re, begins many a word
WIDE = "  "  # spaces that stretch a line: what keeps them keeps lines apart
LEAST_EVIDENCE = 2  # that a hyphen stood between two parts of a word
CLEAR_EVIDENCE = 4


def find_stretched(text: str, lines: Sequence[Line], fit: Fit) -> Iterator[Cut]:
    """Cuts that make one line of words that stand a line each, as a reader finds those of a line with wide spaces.

    Together they fill the width, within a sentence, or are of one by their small letters, or all stand below a full
    line. What a reader joined to the line above them, at a hyphen, is a part of theirs.
    """
    first = 1
    while first < len(lines):
        last = first
        while last < len(lines) and len(lines[last].text.split()) == 1 and (last == first or not lines[last].page):
            last += 1
        start, whole = first, 0  # words, and the end of the last line that was made of them
        while last - start >= FEWEST_STRETCHED:
            above = measure_above(lines, start, fit) if start != whole else (0.0, 0.0)
            end = find_end(lines, start, last, fit, above)
            if end and any(above):
                yield Cut(lines[start - 1].end, lines[start].start, " ", "space", "stretched-line")
            elif end and start != whole and lines[start].blank and not lines[start].page:
                yield Cut(lines[start - 1].end, lines[start].start, "\n", "space", "stretched-line")
            for a, b in pairwise(lines[start:end]):
                yield Cut(a.end, b.start, " ", "space", "stretched-line")
            if end and end < len(lines) and lines[end].blank and not lines[end].page:
                yield Cut(lines[end - 1].end, lines[end].start, "\n", "space", "stretched-line")
            whole = end or whole
            start = end or start + 1
        first = max(last, first + 1)


def measure_above(lines: Sequence[Line], start: int, fit: Fit) -> tuple[float, float]:
    """How much of the width the line that begins with the words at `start` took above them: at least and at most.

    It did so where the line above is too long: a reader joined the two within its last word.
    """
    above = lines[start - 1].text
    least = fit.measure(f"{above}-") - 1
    return (least, fit.measure(above.rsplit(None, 1)[-1])) if SLACK < least < 1 and not lines[start].page else (0, 0)


def find_end(lines: Sequence[Line], start: int, last: int, fit: Fit, above: tuple[float, float]) -> int:
    """Where the line ends that the words of lines[start:last] begin with, if they fill one; 0 if not.

    `above` is how much of the width is taken by what a reader joined to the line above: at least and at most.
    """
    least, most = above
    taken = fit.measure(lines[start].text)
    for end in range(start + 1, min(last + 1, len(lines), start + MOST_STRETCHED)):
        if least + taken > 1:
            return 0
        full = most + taken + fit.measure(f" {first_word(lines[end].text)}") > 1 - SLACK
        if full and end - start >= FEWEST_STRETCHED:
            within = is_open(lines[start - 1].text) or any(line.text[0].islower() for line in lines[start + 1 : end])
            below_full = end == last and fit.fill(lines[start - 1], lines[start]) > 1
            return end if (within or below_full) and most + taken > LEAST_STRETCHED else 0
        taken += fit.measure(f" {lines[end].text}")
    return 0


def find_lost_hyphens(text: str, lines: Sequence[Line], fit: Fit) -> list[Cut]:
    """Cuts that part lines which a reader joined, with the hyphen again that it took for one of a hyphenated word.

    pdftotext does so with each hyphen at a line's end. Where an English document hyphenates no words they were
    compounds; where it may, only the document's own compounds and capitals within a word tell, as in other languages.
    """
    overfull = [line for line in lines if fit.measure(line.text) > OVERFULL and WIDE not in line.text]
    if not 0 < len(overfull) <= MOST_OVERFULL * len(lines):
        return []
    words = Words(text, hyphenated=False)
    joined = [
        (line, {place: weigh(line.text, place, words) for place in find_borders(line.text, fit)})
        for line in overfull
        if len(line.text) <= LONGEST_JOINED
    ]
    breaks = [(a.text, b.text) for a, b in pairwise(lines) if b.page or not b.blank]
    breaks += [
        (f"{line.text[: min(places)]}-", line.text[min(places) :].lower())
        for line, places in joined
        if places and max(places.values()) < LEAST_EVIDENCE  # else it was a compound, hyphenated or not
    ]
    least = LEAST_EVIDENCE if not is_hyphenated(breaks) and is_english(text) else CLEAR_EVIDENCE
    cuts = []
    for line, places in joined:
        start = 0
        while places:
            best = max(places, key=places.__getitem__)  # the first of the best
            if places[best] < least:
                break
            start = best
            cuts.append(Cut(line.start + start, line.start + start, "-\n", "repair", "lost-hyphen"))
            rest = line.text[start:]
            borders = find_borders(rest, fit) if fit.measure(rest) > OVERFULL else ()
            places = {start + place: weigh(line.text, start + place, words) for place in borders}
    return cuts


def find_borders(text: str, fit: Fit) -> Iterator[int]:
    """Where within a word the first of the lines that were joined may have ended: it fits the width, and no more does.

    Of lines that make up more than whole ones there is no such place.
    """
    taken, whole, hyphen = 0.0, fit.measure(text), fit.measure("-")
    if whole > MOST_JOINED + SLACK:
        return
    most = ceil(whole - SLACK) - 1 + SLACK  # that the lines behind the first take
    for place, character in enumerate(text):
        if taken + hyphen > 1 + SLACK:
            return
        if place and character.isalnum() and text[place - 1].isalnum() and whole - taken < most:
            more = fit.measure(first_word(text[place:]))
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
    if before == before.upper():  # a script without capitals, where letters and their marks are not told apart
        return 0
    compound = words.count(f"{before}-{after}") > 0
    if (words.count(before + after) > 1 or before + after in COMMON) and not compound:
        return 0
    is_prefix = before in FIRST_PARTS and (len(before) >= LONG_PREFIX or words.count(after) > 0 or after in COMMON)
    known = (words.count(before) > 0) + (words.count(after) > 0)
    told = 4 * compound + 2 * (is_prefix + (after in SECOND_PARTS)) + known
    if (is_prefix or is_word(before, words)) and (after in SECOND_PARTS or is_word(after, words)):
        return max(told, LEAST_EVIDENCE + 1)
    return told if compound else min(told, LEAST_EVIDENCE)


def is_word(part: str, words: Words) -> bool:
    """Whether it is a word elsewhere in the document, or in many."""
    return len(part) > 2 and (part in COMMON or words.count(part) > 0)


FindFault = Callable[[str, Sequence[Line], Fit], Iterable[Cut]]
FAULTS: Sequence[FindFault] = (find_stretched, find_lost_hyphens)
"""In order: a line with words that stood a line each may show that it was joined to another."""

COMPOUNDS = tomllib.loads(files("flows.clean").joinpath("compounds.toml").read_text(encoding="utf-8"))
COMMON = frozenset(
    tomllib.loads(files("flows.clean").joinpath("common_words.toml").read_text(encoding="utf-8"))["words"].split()
)
FIRST_PARTS = frozenset(COMPOUNDS["firsts"].split())
SECOND_PARTS = frozenset(COMPOUNDS["seconds"].split())
FIRST_PART = re.compile(r"[^\W\d_]+$")
SECOND_PART = re.compile(r"[^\W\d_]+")
