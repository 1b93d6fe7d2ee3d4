"""How lines are joined: with a space, without one, and without the hyphen that a line break put in."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

HYPHENATION = 0.04  # share of lines that end in a hyphen: below it only compounds are broken at theirs
ROOM = 5  # characters behind a line, enough for a part of the long word that begins the next


@dataclass(slots=True)
class Words:
    """What the document itself shows of a word that a hyphen parts at a line break."""

    text: str
    hyphenated: bool
    _counts: Counter[str] | None = None
    _firsts: frozenset[str] = frozenset()

    def count(self, word: str) -> int:
        """How often the document has the word, or the compound with its hyphens, whole."""
        if self._counts is None:
            self._counts = Counter(COMPOUND.findall(self.text.lower()))
            self._firsts = frozenset(word.split("-", 1)[0] for word in self._counts if "-" in word)
        return self._counts[word]

    def keep_hyphen(self, first: str, second: str) -> bool:
        """Whether first-second is a compound: as the document writes it elsewhere, else by its parts."""
        compound, word = self.count(f"{first}-{second}"), self.count(first + second)
        if compound != word:
            return compound > word
        if (
            not self.hyphenated
            or "-" in first
            or first == second
            or first in self._firsts
            or COMPOUNDING.fullmatch(first)
        ):
            return True
        return (
            min(len(first), len(second)) > 2 and self.count(first) > 1 and self.count(second) > 1
        )  # once at the break


def is_hyphenated(breaks: Iterable[tuple[str, str]]) -> bool:
    """Whether words are hyphenated at the ends of lines, by the line above and the line below each break.

    Where they are not, compounds end lines all the same, but many a long word stands below a line that has room.
    """
    breaks = list(breaks)
    hyphens = sum(above[-1] in HYPHENS and below[0].islower() for above, below in breaks)
    if hyphens <= HYPHENATION * len(breaks):
        return False
    wraps = [(len(above), len(below.split(None, 1)[0])) for above, below in breaks if above[-1].isalpha()]
    width = median(length + (word + 1) / 2 for length, word in wraps) if wraps else 0
    whole = sum(
        above[-1].isalpha() and len(above) <= width - ROOM and LONG_WORD.match(below) is not None
        for above, below in breaks
    )
    return hyphens > whole


def join(text: str, start: int, end: int, words: Words) -> tuple[int, str]:
    """How to join what text[start:end] parts: where the cut starts, since it may take a hyphen, and what it puts in."""
    before, after = text[start - 1], text[end]
    attached = not text[start - 2 : start - 1].isspace()
    if before in HYPHENS and attached and text[start - 2] not in HYPHENS:
        second = COMPOUND.match(text, end)
        if second is None:
            return start, ""
        if CONJUNCTIONS.fullmatch(second[0].lower()):
            return start, " "
        first = LAST_WORD.search(text, max(0, start - 60), start - 1)
        if first is None or not after.islower() or words.keep_hyphen(first[0].lower(), second[0].lower()):
            return start, ""
        return start - 1, ""
    opens = before in '"“‘([' and not attached  # a mark that belongs to the word behind it
    glued = opens or (before in "–—/" and attached) or (after == "—" and not text[end + 1 : end + 2].isspace())
    return start, "" if glued or (UNSPACED.match(before) and UNSPACED.match(after)) else " "


HYPHENS = "-‐"
CONJUNCTIONS = re.compile(
    r"(?:and|or|to|und|oder|bzw|bis|sowie|beziehungsweise|et|ou|y|o|e|i|en|of|och|eller|og|и|или|і|або|та|lub|oraz|ve|veya)"
)
"""A hyphen before one of these stands for a part left out, as in Ost- und Westdeutschland."""
COMPOUNDING = re.compile(
    r"(?:all|anti|co|cross|ex|first|half|high|long|low|mid|multi|non|off|on|post|pre|pro|second|self|semi|short|so|third|un"
    r"|two|three|four|five|six|seven|eight|nine|ten|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|vice|well|year)"
)
"""What commonly stands before a hyphen in English compounds."""

LONG_WORD = re.compile(r"[^\W\d_A-Z]{9}")
LETTER = r"[^\W\d_]"
COMPOUND = re.compile(rf"{LETTER}+(?:[-‐]{LETTER}+)*")
LAST_WORD = re.compile(rf"{COMPOUND.pattern}$")
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uffef]")
"""Scripts that part no words: Thai, Lao, Myanmar, Khmer, Chinese, Japanese, with their punctuation."""
