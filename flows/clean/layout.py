"""The layout of a text: hard wraps undone, sentences that page breaks split joined.

A break is undone only where the text shows that a width made it: a line is *full* when the first word of the next one
would not have fitted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from flows.clean.columns import find_columns
from flows.clean.ledger import apply, compose
from flows.clean.paragraph_openings import LEAST_LIKELY, is_english, opens_paragraph
from flows.clean.reader_faults import FAULTS, FindFault
from flows.model import Cut
from flows.typesetting.hyphens import Words, is_hyphenated, join
from flows.typesetting.printed_lines import (
    ITEM,
    SPACED_FULL,
    Line,
    find_fit,
    is_closed,
    is_continued,
    is_open,
    read_lines,
)

UNDERFULL = 0.5  # of the width: a line so long that a sentence runs on from was broken by the width all the same
COLUMN_FULL = 0.97  # of the width: a full line in a column, where a blank line behind it may have got lost
KEPT_GAPS = 0.85  # share of the blank lines between paragraphs that are left when columns are put in order
LEAST_LIKELY_BELOW = (LEAST_LIKELY, 0.8)  # an opening has to be, where no blank line would part it, and where one would
SHARE_OF_OPENINGS = 0.35  # among sentences behind a full line that ends one
LONGEST_READ = 2_000  # characters on both sides of such a line's end
LONG_PARAGRAPH = 80  # characters of a paragraph without a sentence's end; shorter ones may be headings or items


def find_wraps(text: str) -> list[Cut]:
    """Cuts that undo columns and hard wraps: kind 'space', and 'repair' by 'column' and 'line-break-hyphen'.

    Where a hard-wrapped text parts its paragraphs by short last lines alone, blank lines are put between them.
    """
    columns = find_columns(text)
    return compose(columns, unwrap(apply(text, columns), columns=True)) if columns else unwrap(text)


def unwrap(text: str, columns: bool = False, faults: Sequence[FindFault] = FAULTS) -> list[Cut]:
    """The same for a text in one column, or that was in several: not all of its blank lines are left then.

    `faults` are the reader's own that are still to be mended, one kind after the other.
    """
    lines = list(read_lines(text))
    breaks = [(a, b) for a, b in pairwise(lines) if b.page or not b.blank]
    fit = find_fit(breaks)
    if fit is None:
        return []
    for number, find_fault in enumerate(faults):
        if mended := list(find_fault(text, lines, fit)):
            return compose(mended, unwrap(apply(text, mended), columns, faults[number + 1 :]))
    filled = [fit.fill(a, b) for a, b in breaks]
    ends = [b for (a, b), fraction in zip(breaks, filled, strict=True) if fraction <= 1 and is_closed(a.text)]
    spaced = sum(is_closed(a.text) for a, b in pairwise(lines) if b.blank and not b.page) >= len(ends)
    openings = find_openings(lines, [line for line in lines if line.blank] if spaced else ends)
    if spaced:  # blank lines tell, but columns keep none: there a speaker's name in brackets begins a paragraph
        openings = {word for word in openings if word[0] in BRACKETS}
    words = Words(text, is_hyphenated((a.text, b.text) for a, b in breaks))
    gaps = [0.0 if b.page or not spaced else KEPT_GAPS if columns else 1.0 for _, b in breaks]
    wraps: list[bool] = []
    for (a, b), fraction, gap in zip(breaks, filled, gaps, strict=True):
        within = bool(wraps) and wraps[-1] and breaks[len(wraps) - 1][1] is a
        wraps.append(is_wrap(a, b, fraction, gap, openings, within))
    opened = find_opened(text, breaks, wraps, gaps)
    cuts: list[Cut] = []
    for (a, b), wrapped in zip(breaks, wraps, strict=True):
        if wrapped and b.start not in opened:
            start, after = join(text, a.end, b.start, words)
            if start < a.end:
                cuts.append(Cut(start, b.start, after, "repair", "line-break-hyphen"))
            else:
                cuts.append(Cut(start, b.start, after, "space", "hard-wrap"))
        elif b.page or columns or not spaced or (is_closed(a.text) and b.text.split(None, 1)[0] in openings):
            cuts.append(Cut(a.end, b.start, "\n\n", "space", "paragraph"))
    return [cut for cut in cuts if text[cut.start : cut.end] != cut.after]


def find_opened(
    text: str, breaks: Sequence[tuple[Line, Line]], wraps: Sequence[bool], gaps: Sequence[float]
) -> set[int]:
    """Where sentences begin paragraphs by what they say, below a full line and with no blank one between.

    `gaps` says how likely a blank line would stand between two paragraphs there.
    """
    doubtful = [
        wrapped and gap < 1 and is_closed(a.text) and not CREDIT.match(b.text)
        for (a, b), wrapped, gap in zip(breaks, wraps, gaps, strict=True)
    ]
    if not any(doubtful) or not is_english(text):
        return set()
    ends = [breaks[-1][1].end] * len(breaks)  # of what follows a break, up to the next that surely parts paragraphs
    for number in range(len(breaks) - 2, -1, -1):
        runs_on = wraps[number + 1] and breaks[number + 1][0] is breaks[number][1]
        ends[number] = ends[number + 1] if runs_on else breaks[number][1].end
    parts = sum(line.blank and not line.page for line, _ in breaks) + wraps.count(False)
    usual = len(text) / (1 + parts + doubtful.count(True) * SHARE_OF_OPENINGS)
    opened: set[int] = set()
    start = breaks[0][0].start
    for number, (a, b) in enumerate(breaks):
        if a.blank and not a.page:
            start = a.start
        if doubtful[number]:
            before = text[max(start, a.end - LONGEST_READ) : a.end]
            after = text[b.start : min(ends[number], b.start + LONGEST_READ)]
            if opens_paragraph(before, after, usual, LEAST_LIKELY_BELOW[gaps[number] > 0]):
                opened.add(b.start)
        if not wraps[number] or b.start in opened:
            start = b.start
    return opened


def find_openings(lines: Sequence[Line], first: Sequence[Line]) -> set[str]:
    """The words, such as a speaker's name, that begin paragraphs in this text rather than sentences within them.

    `first` are lines that surely begin paragraphs. A sentence that ends on a full line ends its paragraph as likely
    as any other does, so what decides there is only how often the word behind it does either elsewhere.
    """
    starts = Counter(line.text.split(None, 1)[0] for line in first)
    within = Counter(word for line in lines for word in SENTENCE_START.findall(line.text))
    openings = {word for word, count in starts.items() if count > 1 and count > within[word]}
    if sum(word.startswith(SPEAKER) for word in openings) > 1:  # then others speak too, who do so once
        openings |= {
            word for line in lines if (word := line.text.split(None, 1)[0]).startswith(SPEAKER) and not within[word]
        }
    return openings


def is_wrap(a: Line, b: Line, filled: float, gap: float, openings: set[str], within: bool) -> bool:
    """Whether the width made the break between two lines; `filled` is what `Fit.fill` says of them.

    `gap` is how likely a blank line would stand between them if they were two paragraphs; `within` says whether the
    first of them goes on from the line above it.
    """
    closed = is_closed(a.text)
    if ITEM.match(b.text) and (closed or ITEM.match(a.text)):
        return False
    opens = b.text.split(None, 1)[0] in openings
    if (closed and b.indent > a.indent and not b.page) or (opens and (closed or b.text.startswith(SPEAKER))):
        return False
    if filled > (SPACED_FULL if gap == 1 or is_open(a.text) else COLUMN_FULL if gap else 1):
        return True
    return filled > UNDERFULL and (is_continued(a.text, b.text) or (within and is_carried_over(a, b)))


def is_carried_over(a: Line, b: Line) -> bool:
    """Whether a paragraph of several lines breaks off within a sentence at the end of a page, before a capital too."""
    in_sentence = is_open(a.text) and not MARKED.match(b.text)
    return b.page and in_sentence


def find_joins(text: str) -> list[Cut]:
    """Cuts that join the halves of a sentence that a page break made two paragraphs: 'repair', 'split-sentence'."""
    words = Words(text, hyphenated=True)
    cuts: list[Cut] = []
    lower_case = 0  # paragraphs that begin with a small letter by their author's will
    paragraphs = list(find_paragraphs(text))
    for (start, end), (following, last) in pairwise(paragraphs):
        if not text[following].islower():
            continue
        if is_closed(text[max(start, end - 9) : end]):
            lower_case += 1
        elif is_split(text[start:end], text[following:last]):
            cut, after = join(text, end, following, words)
            cuts.append(Cut(cut, following, after, "repair", "split-sentence"))
    return cuts if len(cuts) > lower_case else []


def find_paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Where the paragraphs are: parted by blank lines or form feeds."""
    start: int | None = None
    end = 0
    for line in read_lines(text):
        if start is None:
            start = line.start
        elif line.blank or line.page:
            yield start, end
            start = line.start
        end = line.end
    if start is not None:
        yield start, end


def is_split(first: str, second: str) -> bool:
    """Whether a sentence runs on from one paragraph of prose into another: not from a heading, an item or a verse."""
    if "\n" in first or "\n" in second or MARKED.match(first) or ITEM.match(second):
        return False
    prose = len(first) >= LONG_PARAGRAPH or SENTENCE_BORDER.search(first) is not None
    runs_on = first[-1].isalnum() or first[-1] in RUNNING_ON
    opening = second.split(None, 1)[0]
    return prose and runs_on and opening.islower() and SENTENCE_BORDER.search(second + " ") is not None


BRACKETS = frozenset("([")
SPEAKER = "(("
CREDIT = re.compile(r"(?i)(?:image|photo|picture|credit)s?:")
"""What ends a caption."""
RUNNING_ON = frozenset(',-‐–—)”’"»')
MARKED = re.compile(rf"[#>|]|{ITEM.pattern}")
SENTENCE_START = re.compile(r"[.!?…][\"'”’»)]*\s+(\S+)")
SENTENCE_BORDER = re.compile(r"[.!?…][\"'”’»)]*\s")
