"""How long a text is, in characters, words, sentences and paragraphs, and what it says, as a hash."""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

from flows.recognise.sentences import find_sentence_ends
from flows.recognise.words import TERMINAL, classify, find_words, fold

PARAGRAPH_END = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Measures:
    """The columns of these names. A sentence has a word; a paragraph need not."""

    char_count: int
    word_count: int
    sentence_count: int
    paragraph_count: int


def measure(text: str) -> Measures:
    """The counts of a text; of an empty one all are 0."""
    points, classes = classify(text)
    starts = np.flatnonzero(find_words(points, classes).starts)
    body = text.rstrip()
    breaks = [match.start() for match in PARAGRAPH_END.finditer(body, len(text) - len(text.lstrip()))]
    ends = find_sentence_ends(text)
    bounds = np.sort(np.concatenate([[0, len(text)], breaks, ends, np.flatnonzero(classes & TERMINAL)]))
    return Measures(
        char_count=len(text),
        word_count=len(starts),
        sentence_count=int(np.count_nonzero(np.diff(np.searchsorted(starts, bounds)))),  # the spans that have a word
        paragraph_count=len(breaks) + 1 if body else 0,
    )


def hash_content(text: str) -> str:
    """SHA-256, as 64 hex characters, of the folded text."""
    return hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).hexdigest()
