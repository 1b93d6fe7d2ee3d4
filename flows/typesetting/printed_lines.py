"""The lines of a printed text, and the width that they were broken at.

The width is read off the lines that end in mid-sentence, in the metric that explains them best.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from unicodedata import category, east_asian_width

MIN_WIDTH = 30  # average characters: below it lines are verses, cells or captions
MIN_EVIDENCE = 3  # lines that end in mid-sentence
MAX_SAMPLE = 4000  # of them, enough to know the width
SPACED_FULL = 0.9  # of the width: a full line within a paragraph that blank lines set off, or within a sentence
TOLERANCE = 0.04  # of the width: by so much the first line of a paragraph may be indented
MAX_EXCEPTIONS = 0.3  # share of them that the width may fail to explain: no metric is the printer's own


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, without the white space around it, and the gap before it."""

    start: int
    end: int
    text: str
    indent: int
    blank: bool
    page: bool


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


@dataclass(frozen=True, slots=True)
class Fit:
    """The width that lines were broken at, in the metric that explains them best."""

    widths: "Widths"
    width: float

    def fill(self, a: Line, b: Line) -> float:
        """How much of the width line a takes with the first word of b: above 1 it does not fit."""
        return self.measure(f"{a.text} {first_word(b.text)}")

    def measure(self, text: str) -> float:
        """How much of the width the text takes."""
        return measure(text, self.widths) / self.width


def find_fit(breaks: Sequence[tuple[Line, Line]]) -> Fit | None:
    """The width that these breaks keep to; None where they keep to none.

    No line is wider; a line from which a sentence runs on is as wide with the next word, or breaks off for another
    reason. The metric is the one with the fewest exceptions, and among those the one that leaves the width most room.
    """
    lines = [(a, b) for a, b in breaks if may_be_whole(a.text)][:MAX_SAMPLE]
    evidence = [(a, b) for a, b in lines if is_continued(a.text, b.text)]
    if len(evidence) < MIN_EVIDENCE:
        return None
    running_on = [(a, b) for a, b in lines if is_open(a.text) or is_continued(a.text, b.text)]
    fits: list[tuple[int, float, Fit]] = []
    for widths in METRICS:
        lower = sorted(measure(a.text, widths) for a, _ in lines)
        upper = sorted(measure(f"{a.text} {first_word(b.text)}", widths) for a, b in running_on)
        exceptions, narrowed = min(
            (len(lower) - bisect_right(lower, width) + bisect_right(upper, width), -width) for width in lower
        )
        width = -narrowed
        wider = bisect_right(upper, width)
        room = upper[wider] / max(width, MIN_WIDTH) if wider < len(upper) else 0.0
        fits.append((exceptions, -room, Fit(widths, width)))
    _, _, fit = min(fits, key=lambda found: found[:2])
    exceptions = sum(fit.fill(a, b) < 1 - TOLERANCE or fit.measure(a.text) > 1 + TOLERANCE for a, b in evidence)
    return None if fit.width < MIN_WIDTH or exceptions > MAX_EXCEPTIONS * len(evidence) else fit


def may_be_whole(line: str) -> bool:
    """Whether a line is more than one word, which a reader may have parted from its line."""
    return " " in line or len(line) >= MIN_WIDTH


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


class Widths(dict[int, float]):
    """Widths of characters by their code points; one that a font does not list is as wide as its class makes it."""

    def __init__(self, font: dict[str, str]) -> None:
        super().__init__({ord(character): int(width) / 500 for width, group in font.items() for character in group})

    def __missing__(self, code_point: int) -> float:
        character = chr(code_point)
        width = 2.0 if east_asian_width(character) in "WF" else self.get(ord("n"), 1.0)
        self[code_point] = 0.0 if category(character) in ("Mn", "Me", "Cf") else width
        return self[code_point]


FONTS = tomllib.loads(files("flows.typesetting").joinpath("fonts.toml").read_text(encoding="utf-8"))
METRICS = [Widths({}), *map(Widths, FONTS.values())]  # fixed width first: it wins where it explains as much

TERMINALS = frozenset(".!?…:;。！？：；।॥؟۔።")
CLOSERS = "\"'”’»“)]}）」』】*_"
SLASHED = r"(?:[^\W\d_\u2e80-\uffef]+/)*"  # browsers break no he/she, and an address stands on a line of its own
FIRST_WORD = re.compile(rf"{SLASHED}[^\s\-‐–—/\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+[-‐–—/]?")
ITEM = re.compile(r"(?:[•‣*·–—-]|[\u2580-\u27bf]+)\s|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s")
