"""The words of lines: which are of boilerplate, what a lexicon may know of them, and where else they stand."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np

from flows.forest import Matrix

LONGEST_LINE = 200
"""In characters. Of 1,000 lines that people call noise, some 25 are longer; of content characters more than half."""
MARKS = {
    "stop": ".!?…。！？",
    "clause": ",;:，、；：",
    "separator": "|•·»«›‹></\\_=*#~→▸►▶■●▼▲+&",
    "mark": "@©®™",
    "bracket": "()[]{}\"'“”„‘’",
    "dash": "-–—−",
}
"""Classes of punctuation."""
_PUNCTUATION = "".join(MARKS.values())
_VOCABULARY = 200_000
"""Characters of a document's prose that its vocabulary is read from."""
_SHORTEST = 4
"""Letters of a word that tells what a line is about; shorter ones stand everywhere."""

Phrase = tuple[int, int, tuple[str, ...]]
"""Of words of boilerplate: the first word's place, the place behind the last, and what they mean."""


def list_words(line: str) -> list[str]:
    """The line's words, folded: case, digits and the punctuation around are not told apart."""
    words = (word.strip(_PUNCTUATION) for word in line.casefold().replace("’", "'").split())
    return ["0" if word[0].isdigit() else word for word in words if word]


def list_terms(words: Sequence[str], phrases: Sequence[Phrase]) -> Iterator[str]:
    """What the lexicon may know of a line: words, their beginnings, pairs, the first and last, a short line whole.

    `phrases` are what `find_phrases` finds among the words.
    """
    if not words:
        return
    yield from words
    yield from (f"{word[:5]}…" for word in words if len(word) > 5)
    yield from (f"{first} {second}" for first, second in pairwise(words))
    yield f"^ {words[0]}"
    yield f"{words[-1]} $"
    if len(words) <= 3:
        yield f"^ {' '.join(words)} $"
    for start, end, meanings in phrases:
        for meaning in meanings:
            yield f"<{meaning}>"
            if start == 0:
                yield f"^ <{meaning}>" if end < len(words) else f"^ <{meaning}> $"


@cache
def _load_phrases() -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """What each phrase of boilerplate_words.toml means, whatever its language, and by first word the most words."""
    table = tomllib.loads(Path(__file__).with_name("boilerplate_words.toml").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    longest: dict[str, int] = {}
    for meaning, languages in table.items():
        for phrase in ", ".join(languages.values()).split(", "):
            found.setdefault(phrase, set()).add(meaning)
            first, *others = phrase.split()
            longest[first] = max(longest.get(first, 0), 1 + len(others))
    return {phrase: tuple(sorted(meanings)) for phrase, meanings in found.items()}, longest


def find_phrases(words: Sequence[str]) -> list[Phrase]:
    """Where words of boilerplate stand among folded words, the longest phrases first, and what they mean."""
    known, longest = _load_phrases()
    phrases: list[Phrase] = []
    start = 0
    for at, word in enumerate(words):
        if at < start or word not in longest:
            continue
        for end in range(min(at + longest[word], len(words)), at, -1):
            meanings = known.get(" ".join(words[at:end]))
            if meanings:
                phrases.append((at, end, meanings))
                start = end
                break
    return phrases


def measure_words(lines: Sequence[str], prose: Matrix, lexicon: Mapping[str, float]) -> dict[str, Matrix]:
    """By name what each line's words say: the lexicon's score of them, and how many stand elsewhere too."""
    words_of = [list_words(line[:LONGEST_LINE]) for line in lines]
    running = " ".join(line for line, is_running in zip(lines, prose, strict=True) if is_running)
    vocabulary = set(running[:_VOCABULARY].casefold().split())
    score, known, shared, boilerplate = (np.zeros(len(lines), dtype=np.float32) for _ in range(4))
    for number, (line, words) in enumerate(zip(lines, words_of, strict=True)):
        if prose[number]:
            shared[number] = 1
        if len(line) > LONGEST_LINE or not words:
            continue
        phrases = find_phrases(words)
        weights = [lexicon[term] for term in list_terms(words, phrases) if term in lexicon]
        score[number] = sum(weights) / max(len(weights), 1) ** 0.5
        known[number] = len(weights) / len(words)
        boilerplate[number] = sum(end - start for start, end, _ in phrases) / len(words)
        if not prose[number]:
            shared[number] = sum(word in vocabulary for word in words) / len(words)
    found = {"lexicon": score, "known words": known, "words of the prose": shared, "boilerplate words": boilerplate}
    return found | _measure_subject(lines, words_of)


def _measure_subject(lines: Sequence[str], words_of: Sequence[list[str]]) -> dict[str, Matrix]:
    """Whether a line is about what the document is about: the share of its words that other lines have.

    A list that belongs to the text repeats its words; a menu repeats nothing, or itself.
    """
    times = Counter(lines)
    sets = [set(words) for words in words_of]
    lines_with = Counter(word for own in sets for word in own)
    rarity = {word: log(len(lines) / count) for word, count in lines_with.items()}
    elsewhere, rare, of_first, of_last, of_next = (np.zeros(len(lines), dtype=np.float32) for _ in range(5))
    for number, (line, words) in enumerate(zip(lines, words_of, strict=True)):
        if not words:
            continue
        telling = [word for word in words if len(word) >= _SHORTEST] or words
        elsewhere[number] = sum(lines_with[word] > times[line] for word in telling) / len(telling)
        rare[number] = sum(rarity[word] for word in words) / len(words)
        of_first[number] = sum(word in sets[0] for word in telling) / len(telling)
        own = sets[number]
        if number:
            of_last[number] = len(own & sets[number - 1]) / len(own)
        if number + 1 < len(sets):
            of_next[number] = len(own & sets[number + 1]) / len(own)
    return {
        "words elsewhere": elsewhere,
        "rarity of words": rare,
        "words of the first line": of_first,
        "words of the line before": of_last,
        "words of the line after": of_next,
    }
