"""Fingerprints: the keys by which a document's copies are found among all others, and the words they are made of."""

from dataclasses import dataclass
from functools import cache
from unicodedata import combining, decomposition, is_normalized

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.dedupe import kernels
from flows.dedupe.kernels import Bounds, Bytes, Points, Words
from flows.recognise.words import ALONE, ASSIGNED, ATTACHED, DIGIT, KEPT, TERMINAL, WORD, code_point_classes

FEWEST_WORDS = 10
"""A document of fewer words is a copy only where it is an exact one."""
AT_A_TIME = 1_000
"""Documents whose words are held at a time: the memory that they take serves the next ones, which is a fifth faster."""
STOPS = '.!?:;\n"“”„«»‘'  # after them a capital says nothing
SEED = 42


@dataclass(frozen=True, slots=True)
class WordLists:
    """The words of several texts as hashes; `bounds` has one more entry than there are texts."""

    words: Words
    facts: NDArray[np.bool_]
    """Whether the word is a number or a name."""
    bounds: Bounds


def write_fingerprints(doc_ids: pa.Array, texts: pa.Array, run_id: str) -> pa.Table:
    """The rows of `fingerprints` for documents: those of few words have no keys."""
    starts = range(0, max(1, len(texts)), AT_A_TIME)
    keys = pa.concat_tables(
        _list_keys(doc_ids.slice(start, AT_A_TIME), texts.slice(start, AT_A_TIME)) for start in starts
    )
    return keys.append_column("run_id", pa.repeat(run_id, len(doc_ids)))


def _list_keys(doc_ids: pa.Array, texts: pa.Array) -> pa.Table:
    lists = read_words(texts)
    keys = kernels.hash_bands(lists.words, lists.bounds, *_permutations())
    anchors, ends = kernels.hash_anchors(lists.words, lists.bounds)
    few = np.diff(lists.bounds) < FEWEST_WORDS
    kept_anchors = ~np.repeat(few, np.diff(ends))
    return pa.table(
        {
            "doc_id": doc_ids,
            "bands": _make_lists(keys[~few].ravel(), np.where(few, 0, kernels.BANDS)),
            "anchors": _make_lists(anchors[kept_anchors], np.where(few, 0, np.diff(ends))),
        }
    )


def read_words(texts: pa.Array) -> WordLists:
    """The words of texts: NFKC, in small letters, punctuation aside."""
    points = _code_points()
    data, bounds = _view(texts)
    unstable = np.flatnonzero(kernels.find_unstable(data, bounds, points))
    changing = [number for number in unstable.tolist() if not is_normalized("NFKC", texts[number].as_py())]
    if changing:
        mask = np.zeros(len(texts), np.bool_)
        mask[changing] = True
        changed = pc.utf8_normalize(texts.take(pa.array(changing)), form="NFKC")
        data, bounds = _view(pc.replace_with_mask(texts, pa.array(mask), changed))
    return WordLists(*kernels.read_words(data, bounds, points))


def _view(texts: pa.Array) -> tuple[Bytes, Bounds]:
    """The texts' UTF-8, one after the other, and its bounds: what they take of a buffer that they may share."""
    texts = texts.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64, len(texts) + 1, texts.offset * 8) if len(texts) else np.zeros(1, np.int64)
    characters = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return characters[bounds[0] : bounds[-1]], bounds - bounds[0]


def _make_lists(values: NDArray[np.uint64], lengths: NDArray[np.int64]) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, values.view(np.int64))


@cache
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """For each row of each band a multiplier, odd, and a summand."""
    numbers = np.random.Generator(np.random.PCG64(SEED)).integers(0, 1 << 32, (2, kernels.BANDS * kernels.ROWS))
    multipliers, summands = numbers.astype(np.uint32)
    return multipliers | np.uint32(1), summands


@cache
def _code_points() -> Points:
    """Of each code point its small letter, and what it is to a word."""
    classes = code_point_classes()
    lower = np.arange(len(classes), dtype=np.uint32)
    words = [*map(chr, np.flatnonzero(classes & WORD).tolist())]
    for letter, small in zip(words, map(str.lower, words), strict=True):
        if letter != small and len(small) == 1:
            lower[ord(letter)] = ord(small)
    points = lower.copy()
    for theirs, ours in (
        (KEPT, kernels.KEPT),
        (ALONE, kernels.ALONE),
        (DIGIT, kernels.DIGIT),
        (ATTACHED, kernels.ATTACHED),
        (TERMINAL, kernels.STOP),
    ):
        points[classes & theirs != 0] |= np.uint32(ours)
    points[lower != np.arange(len(classes))] |= np.uint32(kernels.UPPER)
    points[[ord(mark) for mark in STOPS]] |= np.uint32(kernels.STOP)
    points[_list_unstable()] |= np.uint32(kernels.UNSTABLE)
    return points


def _list_unstable() -> list[int]:
    """The code points that NFKC may change, compose with the one before, or put before it (UAX #15, section 9)."""
    found = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}  # the vowels and finals of Hangul, which compose by rule
    characters = [*map(chr, ASSIGNED)]
    combines, decomposed = map(combining, characters), map(decomposition, characters)
    for character, combined, written in zip(characters, combines, decomposed, strict=True):
        pair = written.split() if written else ()
        if len(pair) == 2 and not pair[0].startswith("<"):
            found.add(int(pair[1], 16))
        if combined or (pair and not is_normalized("NFKC", character)):
            found.add(ord(character))
    return sorted(found)
