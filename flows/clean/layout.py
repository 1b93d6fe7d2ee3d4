"""The layout of a text: hard wraps undone, sentences that page breaks split joined.

A break is undone only where the text shows that a width made it: a line is *full* when the first word of the next one
would not have fitted. The width is read off the lines that end in mid-sentence, in the metric that explains them best.
"""

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise
from unicodedata import category, east_asian_width

from flows.clean.columns import find_columns
from flows.clean.hyphens import Words, is_hyphenated, join
from flows.clean.ledger import apply, compose
from flows.model import Cut

MIN_WIDTH = 30  # average characters: below it lines are verses, cells or captions
MIN_EVIDENCE = 3  # lines that end in mid-sentence
MAX_SAMPLE = 4000  # of them, enough to know the width
MAX_EXCEPTIONS = 0.3  # share of them that the width may fail to explain: no metric is the printer's own
SPACED_FULL = 0.9  # of the width: a full line within a paragraph that blank lines set off, or within a sentence
UNDERFULL = 0.5  # of the width: a line so long that a sentence runs on from was broken by the width all the same
FEWEST_STRETCHED = 3  # words
LONG_PARAGRAPH = 80  # characters of a paragraph without a sentence's end; shorter ones may be headings or items


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, without the white space around it, and the gap before it."""

    start: int
    end: int
    text: str
    indent: int
    blank: bool
    page: bool


def find_wraps(text: str) -> list[Cut]:
    """Cuts that undo columns and hard wraps: kind 'space', and 'repair' by 'column' and 'line-break-hyphen'.

    Where a hard-wrapped text parts its paragraphs by short last lines alone, blank lines are put between them.
    """
    columns = find_columns(text)
    return compose(columns, unwrap(apply(text, columns))) if columns else unwrap(text)


def unwrap(text: str, stretched: bool = True) -> list[Cut]:
    """The same for a text in one column; `stretched` says whether lines with wide spaces may have come apart."""
    lines = list(read_lines(text))
    breaks = [(a, b) for a, b in pairwise(lines) if b.page or not b.blank]
    fill = find_fill(breaks)
    if fill is None:
        return []
    words_apart = list(find_stretched(lines, fill)) if stretched else []
    if words_apart:
        return compose(words_apart, unwrap(apply(text, words_apart), stretched=False))
    filled = [fill(a, b) for a, b in breaks]
    ends = [b for (a, b), fraction in zip(breaks, filled, strict=True) if fraction <= 1 and is_closed(a.text)]
    spaced = sum(line.blank and not line.page for line in lines) >= len(ends)
    openings = find_openings(lines, [line for line in lines if line.blank] if spaced else ends)
    if spaced:  # blank lines tell, but columns keep none: there a speaker's name in brackets begins a paragraph
        openings = {word for word in openings if word[0] in "(["}
    words = Words(text, is_hyphenated((a.text, b.text) for a, b in breaks))
    cuts: list[Cut] = []
    for (a, b), fraction in zip(breaks, filled, strict=True):
        if is_wrap(a, b, fraction, spaced and not b.page, openings):
            start, after = join(text, a.end, b.start, words)
            if start < a.end:
                cuts.append(Cut(start, b.start, after, "repair", "line-break-hyphen"))
            else:
                cuts.append(Cut(start, b.start, after, "space", "hard-wrap"))
        elif b.page or not spaced or (is_closed(a.text) and b.text.split(None, 1)[0] in openings):
            cuts.append(Cut(a.end, b.start, "\n\n", "space", "paragraph"))
    return [cut for cut in cuts if text[cut.start : cut.end] != cut.after]


def read_lines(text: str) -> Iterator[Line]:
    """The lines that are not blank."""
    start = 0
    blank = page = False
    for line in text.splitlines(keepends=True):
        content = line.strip()
        if content:
            indent = len(line) - len(line.lstrip())
            yield Line(start + indent, start + indent + len(content), content, indent, blank, page)
        blank = not content
        page = line[-1] == "\f" or (page and blank)
        start += len(line)


def find_fill(breaks: Sequence[tuple[Line, Line]]) -> Callable[[Line, Line], float] | None:
    """How much of the width line a takes with the first word of b: above 1 it does not fit. None where none is kept."""
    evidence = [(a, b) for a, b in breaks if is_continued(a.text, b.text)][:MAX_SAMPLE]
    if len(evidence) < MIN_EVIDENCE:
        return None
    fits: list[tuple[int, float, Widths]] = []
    for widths in METRICS:
        lower = sorted(measure(a.text, widths) for a, _ in evidence)
        upper = sorted(measure(f"{a.text} {first_word(b.text)}", widths) for a, b in evidence)
        exceptions, width = min(
            (len(lower) - bisect_right(lower, width) + bisect_right(upper, width), -width) for width in lower
        )
        fits.append((exceptions, -width, widths))
    exceptions, width, widths = min(fits, key=lambda fit: fit[0])
    if width < MIN_WIDTH or exceptions > MAX_EXCEPTIONS * len(evidence):
        return None
    return lambda a, b: measure(f"{a.text} {first_word(b.text)}", widths) / width


def find_stretched(lines: Sequence[Line], fill: Callable[[Line, Line], float]) -> Iterator[Cut]:
    """Cuts that make one line of words that stand a line each, as a reader finds those of a line with wide spaces.

    Together they fill the width, within a sentence.
    """
    first = 1
    while first < len(lines):
        last = first
        while last < len(lines) and len(lines[last].text.split()) == 1 and not lines[last].page:
            last += 1
        run = lines[first:last]
        if len(run) >= FEWEST_STRETCHED and last < len(lines) and is_open(lines[first - 1].text):
            words = " ".join(line.text for line in run)
            whole = replace(run[0], text=words)
            shorter = replace(run[0], text=words[: -len(run[-1].text) - 1])
            if fill(shorter, run[-1]) <= 1 and fill(whole, lines[last]) > SPACED_FULL:
                if run[0].blank:
                    yield Cut(lines[first - 1].end, run[0].start, "\n", "space", "stretched-line")
                for a, b in pairwise([*run, lines[last]] if lines[last].blank else run):
                    yield Cut(a.end, b.start, "\n" if b is lines[last] else " ", "space", "stretched-line")
        first = last + 1


def find_openings(lines: Sequence[Line], first: Sequence[Line]) -> set[str]:
    """The words, such as a speaker's name, that begin paragraphs in this text rather than sentences within them.

    `first` are lines that surely begin paragraphs. A sentence that ends on a full line ends its paragraph as likely
    as any other does, so what decides there is only how often the word behind it does either elsewhere.
    """
    starts = Counter(line.text.split(None, 1)[0] for line in first)
    within = Counter(word for line in lines for word in SENTENCE_START.findall(line.text))
    return {word for word, count in starts.items() if count > 1 and count > within[word]}


def is_wrap(a: Line, b: Line, filled: float, spaced: bool, openings: set[str]) -> bool:
    """Whether the width made the break between two lines; `filled` is what `find_fill` says of them.

    `spaced` says that a blank line would stand between them if they were two paragraphs.
    """
    closed = is_closed(a.text)
    if ITEM.match(b.text) and (closed or ITEM.match(a.text)):
        return False
    if closed and ((b.indent > a.indent and not b.page) or b.text.split(None, 1)[0] in openings):
        return False
    if filled > (SPACED_FULL if spaced or is_open(a.text) else 1):
        return True
    return filled > UNDERFULL and (is_continued(a.text, b.text) or is_carried_over(a, b))


def is_carried_over(a: Line, b: Line) -> bool:
    """Whether a paragraph of several lines breaks off within a sentence at the end of a page, before a capital too."""
    in_sentence = is_open(a.text) and not MARKED.match(b.text)
    return b.page and not a.blank and not a.page and in_sentence


def measure(text: str, widths: dict[int, float]) -> float:
    return sum(map(widths.__getitem__, map(ord, text)))


def first_word(text: str) -> str:
    """What has to fit before the line may break: a word, up to its first hyphen; a character of East Asian text."""
    match = FIRST_WORD.match(text)
    return match[0] if match else text[:1]


def is_closed(text: str) -> bool:
    """Whether a sentence, or what introduces a list, ends here."""
    return text.rstrip(CLOSERS)[-1:] in TERMINALS or text[-1:] in TERMINALS


def is_open(text: str) -> bool:
    """Whether a line, which is no item of a list, breaks off within a sentence, as far as its end shows."""
    return (text[-1].islower() or text[-1] == ",") and not ITEM.match(text)


def is_continued(a: str, b: str) -> bool:
    """Whether a sentence runs on from a into b: a closes none, and b begins with a letter that is no capital."""
    return b[0].isalpha() and not (b[0].isupper() or b[0].istitle()) and not is_closed(a) and not ITEM.match(b)


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


class Widths(dict[int, float]):
    """Widths of characters by their code points; one that a font does not list is as wide as its class makes it."""

    def __init__(self, font: dict[str, str]) -> None:
        super().__init__({ord(character): int(width) / 500 for width, group in font.items() for character in group})

    def __missing__(self, code_point: int) -> float:
        character = chr(code_point)
        width = 2.0 if east_asian_width(character) in "WF" else self.get(ord("n"), 1.0)
        self[code_point] = 0.0 if category(character) in ("Mn", "Me", "Cf") else width
        return self[code_point]


FONTS = tomllib.loads(files("flows.clean").joinpath("fonts.toml").read_text(encoding="utf-8"))
METRICS = [Widths({}), *map(Widths, FONTS.values())]  # fixed width first: it wins where it explains as much

TERMINALS = frozenset(".!?…:;。！？：；।॥؟۔።")
CLOSERS = "\"'”’»“)]}）」』】*_"
RUNNING_ON = frozenset(',-‐–—)”’"»')
FIRST_WORD = re.compile(r"[^\s\-‐–—/\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+[-‐–—/]?")
ITEM = re.compile(r"[•▪◦‣●■*·–—-]\s|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s")
MARKED = re.compile(rf"[#>|]|{ITEM.pattern}")
SENTENCE_START = re.compile(r"[.!?…][\"'”’»)]*\s+(\S+)")
SENTENCE_BORDER = re.compile(r"[.!?…][\"'”’»)]*\s")
