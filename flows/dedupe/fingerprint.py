"""Fingerprints: the keys by which a document's copies are found among all others, and the words they are made of."""

from dataclasses import dataclass
from functools import cache
from unicodedata import is_normalized

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.dedupe import kernels
from flows.dedupe.kernels import Bounds, Bytes, Words
from flows.describe.measure import ALONE, ATTACHED, DIGIT, KEPT, TERMINAL, WORD, code_point_classes

FEWEST_WORDS = 10
"""A document of fewer words is a copy only where it is an exact one."""
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
            "run_id": pa.repeat(run_id, len(doc_ids)),
        }
    )


def read_words(texts: pa.Array) -> WordLists:
    """The words of texts: NFKC, in small letters, punctuation aside."""
    texts = _normalize(texts).cast(pa.large_string())
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64, len(texts) + 1, texts.offset * 8) if len(texts) else np.zeros(1, np.int64)
    characters = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    # Only what these texts take of a buffer that they may share with others.
    return WordLists(*kernels.read_words(characters[bounds[0] : bounds[-1]], bounds - bounds[0], *_code_points()))


def _normalize(texts: pa.Array) -> pa.Array:
    """The texts in NFKC. Most are so already, and to see that takes a tenth of the time."""
    plain = pc.string_is_ascii(texts).to_pylist()
    stays = [is_ascii or is_normalized("NFKC", text.as_py()) for is_ascii, text in zip(plain, texts, strict=True)]
    if all(stays):
        return texts
    others = pc.invert(pa.array(stays))
    return pc.replace_with_mask(texts, others, pc.utf8_normalize(texts.filter(others), form="NFKC"))


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
def _code_points() -> tuple[Bytes, NDArray[np.uint32]]:
    """Of each code point what it is to a word, and its small letter."""
    classes = code_point_classes()
    lower = np.arange(len(classes), dtype=np.uint32)
    for point in np.flatnonzero(classes & WORD):
        small = chr(point).lower()
        lower[point] = ord(small) if len(small) == 1 else point
    kinds = np.zeros(len(classes), np.uint8)
    for theirs, ours in (
        (KEPT, kernels.KEPT),
        (ALONE, kernels.ALONE),
        (DIGIT, kernels.DIGIT),
        (ATTACHED, kernels.ATTACHED),
        (TERMINAL, kernels.STOP),
    ):
        kinds[classes & theirs != 0] |= ours
    kinds[lower != np.arange(len(classes))] |= kernels.UPPER
    kinds[[ord(mark) for mark in STOPS]] |= kernels.STOP
    return kinds, lower
