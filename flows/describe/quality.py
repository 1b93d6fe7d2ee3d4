"""The signals of Gopher (Rae et al. 2021, section A.1), C4 (Raffel et al. 2020) and FineWeb (Penedo et al. 2024).

The papers leave much open, so each signal is what datatrove's filter computes (version 0.10.1), and the comment of a
field says where the paper or its own code differs. The words of Gopher and FineWeb are those of `measure` and the
symbols between them, since datatrove's tokenizers make words of punctuation marks; they also part "don't" and keep
"U.S." whole, which ours do not. A fraction of nothing is 0. The views gopher, c4 and fineweb hold the thresholds.

Nothing is hashed: words and n-grams are numbered, so two numbers are equal exactly where the words are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from flows.describe.measure import measure
from flows.model import Quality
from flows.recognise.sentences import TERMINALS
from flows.recognise.words import split_words

Numbers = NDArray[np.int64]

# Gopher
STOP_WORDS = frozenset({"the", "be", "to", "of", "and", "that", "have", "with"})
BULLETS = ("•", "-")
ELLIPSES = ("...", "…")
LINE_BREAKS = re.compile(r"\n\n*")
PARAGRAPH_BREAKS = re.compile(r"\n\n\n*")
TOP_N_GRAMS = (2, 3, 4)
DUPLICATE_N_GRAMS = (5, 6, 7, 8, 9, 10)

# C4
TERMINAL_MARKS = (".", "?", "!", '"', "'")
CITATION = re.compile(r"\[\d*]|\[edit]|\[citation needed]")
FEWEST_WORDS = 3
LONGEST_WORD = 1000
POLICY_PHRASES = "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"
SUSPECTS = "javascript", "lorem ipsum", "{", *POLICY_PHRASES

# FineWeb
SHORT_LINE = 30
SENTENCE_TERMINALS = frozenset(TERMINALS + ".?!៖៙៚")

# datatrove's, for both
SYMBOLS = SENTENCE_TERMINALS.union(
    "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»",
    map(chr, (*range(9), *range(11, 32), *range(127, 160))),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """How many of a text's lines, blank ones left out, C4's rules speak of, and the lines that none drops."""

    count: int
    terminal: int
    few_words: int
    long_word: int
    javascript: int
    policy: int
    lorem_ipsum: bool
    curly_bracket: bool
    kept: list[str]


def assess(text: str) -> Quality:
    """The signals of a text. It takes time in proportion to n log n of its words, whatever they are."""
    words = split_words(text)
    vocabulary = dict(zip(dict.fromkeys(words), count()))
    numbers = np.fromiter(map(vocabulary.__getitem__, words), np.int64, len(words))
    counts = np.bincount(numbers, minlength=len(vocabulary))
    lengths = np.fromiter(map(len, vocabulary), np.int64, len(vocabulary))
    symbol = np.fromiter(map(SYMBOLS.issuperset, vocabulary), np.bool_, len(vocabulary))
    alphabetic = np.fromiter(
        [word.isalpha() or any(map(str.isalpha, word)) for word in vocabulary], np.bool_, len(vocabulary)
    )
    word_count = int(counts[~symbol].sum())
    lines = text.splitlines()
    parted = LINE_BREAKS.split(text)
    duplicate_lines, duplicate_line_characters = count_duplicates(parted)
    paragraphs = PARAGRAPH_BREAKS.split(text.strip())
    duplicate_paragraphs, duplicate_paragraph_characters = count_duplicates(paragraphs)
    n_grams = count_n_gram_characters(numbers, lengths[numbers])
    c4 = apply_line_rules(lines)
    filled = [line for line in text.split("\n") if line and not line.isspace()]

    return Quality(
        word_count=word_count,
        mean_word_length=divide(int((counts * lengths)[~symbol].sum()), word_count),
        hash_to_word_ratio=divide(text.count("#"), len(words)),
        ellipsis_to_word_ratio=divide(sum(map(text.count, ELLIPSES)), len(words)),
        bullet_lines_ratio=divide(sum([line.lstrip().startswith(BULLETS) for line in lines]), len(lines)),
        ellipsis_lines_ratio=divide(sum([line.rstrip().endswith(ELLIPSES) for line in lines]), len(lines)),
        alphabetic_words_ratio=divide(int(counts[alphabetic].sum()), len(words)),
        stop_word_count=len(STOP_WORDS & vocabulary.keys()),
        duplicate_line_fraction=divide(duplicate_lines, len(parted)),
        duplicate_paragraph_fraction=divide(duplicate_paragraphs, len(paragraphs)),
        duplicate_line_character_fraction=divide(duplicate_line_characters, len(text)),
        duplicate_paragraph_character_fraction=divide(duplicate_paragraph_characters, len(text)),
        top_2_gram_character_fraction=divide(n_grams[2], len(text)),
        top_3_gram_character_fraction=divide(n_grams[3], len(text)),
        top_4_gram_character_fraction=divide(n_grams[4], len(text)),
        duplicate_5_gram_character_fraction=divide(n_grams[5], len(text)),
        duplicate_6_gram_character_fraction=divide(n_grams[6], len(text)),
        duplicate_7_gram_character_fraction=divide(n_grams[7], len(text)),
        duplicate_8_gram_character_fraction=divide(n_grams[8], len(text)),
        duplicate_9_gram_character_fraction=divide(n_grams[9], len(text)),
        duplicate_10_gram_character_fraction=divide(n_grams[10], len(text)),
        terminal_punctuation_lines_ratio=divide(c4.terminal, c4.count),
        few_words_lines_ratio=divide(c4.few_words, c4.count),
        long_word_lines_ratio=divide(c4.long_word, c4.count),
        javascript_lines_ratio=divide(c4.javascript, c4.count),
        policy_lines_ratio=divide(c4.policy, c4.count),
        lorem_ipsum=c4.lorem_ipsum,
        curly_bracket=c4.curly_bracket,
        kept_lines_ratio=divide(len(c4.kept), c4.count),
        kept_sentence_count=measure("\n\n".join(c4.kept)).sentence_count,
        line_punctuation_ratio=divide(sum([line[-1] in SENTENCE_TERMINALS for line in filled]), len(filled)),
        short_line_ratio=divide(sum([len(line) <= SHORT_LINE for line in filled]), len(filled)),
        duplicate_line_characters_ratio=divide(count_duplicates(filled)[1], len(text) - text.count("\n")),
        new_line_to_word_ratio=divide(text.count("\n"), len(words)),
    )


def divide(part: int, whole: int) -> float:
    """The fraction, 0 of nothing."""
    return part / whole if whole else 0.0


def count_duplicates(parts: Sequence[str]) -> tuple[int, int]:
    """How many of the parts stood before, and how many characters they have."""
    distinct = set(parts)
    return len(parts) - len(distinct), sum(map(len, parts)) - sum(map(len, distinct))


def count_n_gram_characters(words: Numbers, lengths: Numbers) -> dict[int, int]:
    """By n: characters in the most frequent n-gram (to 4, spaces too) or in the n-grams that stood before (from 5).

    Of n-grams as frequent the first in the text is taken. Words come as numbers below their count. An n-gram is told by
    the (n-1)-gram it starts with and its last word, and followed only where that (n-1)-gram occurs again.
    """
    characters = dict.fromkeys((*TOP_N_GRAMS, *DUPLICATE_N_GRAMS), 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    starts, grams = np.arange(len(words)), words
    for n in characters:
        if len(words) < n or not (len(starts) or n in TOP_N_GRAMS):
            break
        room = starts <= len(words) - n
        starts, grams = starts[room], grams[room]
        grams, first, counts = number_distinct(grams * len(words) + words[starts + n - 1])
        if n in TOP_N_GRAMS:
            most = int(counts.max(initial=1))
            start = starts[first[counts == most].min()] if most > 1 else 0
            characters[n] = most * int(offsets[start + n] - offsets[start] + n - 1)
        again = counts[grams] > 1
        starts, grams = starts[again], grams[again]
        if n in DUPLICATE_N_GRAMS:
            characters[n] = count_duplicate_characters(starts, grams, offsets, n)
    return characters


def number_distinct(values: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Each value as a number from 0, and for each number where it first is and how often: a leaner np.unique."""
    order = values.argsort(kind="stable")
    ordered = values[order]
    is_new = np.ones(len(values), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    numbers = np.empty(len(values), np.int64)
    numbers[order] = is_new.cumsum() - 1
    return numbers, order[is_new], np.bincount(numbers)


def count_duplicate_characters(starts: Numbers, grams: Numbers, offsets: Numbers, n: int) -> int:
    """Characters in the n-grams that stood before, from left to right, none overlapping the one before it."""
    seen: set[int] = set()
    characters = free = 0
    sizes = offsets[starts + n] - offsets[starts]
    for start, gram, size in zip(starts.tolist(), grams.tolist(), sizes.tolist(), strict=True):
        if start < free:
            continue
        if gram in seen:
            characters += size
            free = start + n
        else:
            seen.add(gram)
    return characters


def apply_line_rules(lines: Sequence[str]) -> Lines:
    """C4's rules on lines, each on every line; a line that one drops has no say on lorem ipsum and brackets."""
    filled = terminals = few_words = long_word = javascript = policy = 0
    lorem_ipsum = curly_bracket = False
    kept: list[str] = []
    for line in map(str.strip, lines):
        if not line:
            continue
        filled += 1
        is_short = len(line.split(None, FEWEST_WORDS - 1)) < FEWEST_WORDS
        is_long = len(line) > LONGEST_WORD and max(map(len, line.split())) > LONGEST_WORD
        if "[" in line:
            line = CITATION.sub("", line)
        is_terminal = line.endswith(TERMINAL_MARKS) and not line.endswith("...")
        is_kept = is_terminal and not is_short and not is_long
        terminals += is_terminal
        few_words += is_short
        long_word += is_long
        lowered = line.lower()
        if any(phrase in lowered for phrase in SUSPECTS):
            has_javascript = "javascript" in lowered
            has_policy = any(phrase in lowered for phrase in POLICY_PHRASES)
            javascript += has_javascript
            policy += has_policy
            lorem_ipsum |= is_kept and "lorem ipsum" in lowered
            is_kept &= not has_javascript
            curly_bracket |= is_kept and "{" in line
            is_kept &= not has_policy
        if is_kept:
            kept.append(line)
    return Lines(filled, terminals, few_words, long_word, javascript, policy, lorem_ipsum, curly_bracket, kept)
