"""The loops over words, compiled: reading them from UTF-8, the hashes that find copies, the comparison of two texts.

Where arrays hold the words of several texts, `bounds` has one more entry than there are texts: text i is
words[bounds[i]:bounds[i + 1]].
"""

import numpy as np
from numpy.typing import NDArray

from flows.machine_code import compiled

Words = NDArray[np.uint64]
Bounds = NDArray[np.int64]
Bytes = NDArray[np.uint8]

KEPT, ALONE, DIGIT, ATTACHED, UPPER, STOP = 1, 2, 4, 8, 16, 32
"""What a code point is to a word, in bits: a part of one, one by itself (Han, Kana, Thai), a digit, part of the
character before it, a capital, the end of a sentence or a quotation mark."""

SHINGLE = 2
"""Words in a shingle of the similarity by MinHash. Two find copies of which up to 30 % of the words were changed;
five, as FineWeb has them, none of those (tests/benchmarks/planted_copies.py)."""
LONG_SHINGLE = 5
BANDS, ROWS = 42, 3
ANCHOR, WINDOW = 8, 24
"""Of each 24 successive runs of 8 words the one of the smallest hash is an anchor (winnowing: Schleimer, Wilkerson and
Aiken, 2003). So every run of 31 words that two texts share gives them an anchor in common."""
KEY_BITS = 40
"""Of a hash that finds candidates. What collides by chance the comparison tells apart."""

PASSAGE = 20
"""Words in a passage, the last one up to half as many more or less."""
SHARED_PASSAGE = 0.45
"""A passage is shared where this share of its words stands in shingles that the other text has. By chance .1 to .2 do
in news of one source; of a text with every third word changed .6."""

MEASURES = 8
"""What `compare` tells of two texts."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FNV_BASIS, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_ONE = np.uint64(1)


@compiled
def mix(number: np.uint64) -> np.uint64:
    """A hash of 64 bits (the finalizer of MurmurHash3)."""
    number ^= number >> np.uint64(33)
    number *= np.uint64(0xFF51AFD7ED558CCD)
    number ^= number >> np.uint64(33)
    number *= np.uint64(0xC4CEB9FE1A85EC53)
    number ^= number >> np.uint64(33)
    return number


@compiled
def read_words(
    data: Bytes, offsets: Bounds, classes: Bytes, lower: NDArray[np.uint32]
) -> tuple[Words, NDArray[np.bool_], Bounds]:
    """Hashes of the words of texts in UTF-8, text i being data[offsets[i]:offsets[i + 1]]; and whether each is a fact.

    `classes` and `lower` say of each code point what it is and its small letter. A fact is what tells one report from
    another of the same wording: a word with a digit, or with a capital that no sentence's begin explains. A run of
    characters without spaces between words gives each pair of neighbours.
    """
    count = len(offsets) - 1
    most = len(data) // 2 + 2 * count  # a word and what ends it are two bytes, a character without spaces three
    words = np.empty(most, np.uint64)
    facts = np.zeros(most, np.bool_)
    bounds = np.zeros(count + 1, np.int64)
    filled = 0
    for text in range(count):
        place, end = offsets[text], offsets[text + 1]
        word, within, fact, begins = np.uint64(0), False, False, True
        neighbour, run = np.uint64(0), 0  # the character before, of those that stand alone, and how many there were
        while place < end:
            point = np.uint32(data[place])
            if point < 0x80:
                place += 1
            elif point < 0xE0:
                point = ((point & np.uint32(0x1F)) << np.uint32(6)) | np.uint32(data[place + 1] & 0x3F)
                place += 2
            elif point < 0xF0:
                point = (
                    ((point & np.uint32(0xF)) << np.uint32(12))
                    | (np.uint32(data[place + 1] & 0x3F) << np.uint32(6))
                    | np.uint32(data[place + 2] & 0x3F)
                )
                place += 3
            else:
                point = (
                    ((point & np.uint32(0x7)) << np.uint32(18))
                    | (np.uint32(data[place + 1] & 0x3F) << np.uint32(12))
                    | (np.uint32(data[place + 2] & 0x3F) << np.uint32(6))
                    | np.uint32(data[place + 3] & 0x3F)
                )
                place += 4
            kind = classes[point]
            if kind & (KEPT | ALONE | ATTACHED) == KEPT:
                if not within:
                    if run == 1:
                        words[filled] = mix(neighbour)
                        filled += 1
                    within, run, word, fact = True, 0, _FNV_BASIS, kind & UPPER != 0 and not begins
                fact |= kind & DIGIT != 0
                word = (word ^ np.uint64(lower[point])) * _FNV_PRIME
            elif kind & ATTACHED:
                if kind & KEPT and within:
                    word = (word ^ np.uint64(lower[point])) * _FNV_PRIME
            else:
                if within:
                    words[filled], facts[filled] = mix(word), fact
                    filled += 1
                    within, begins = False, False
                if kind & ALONE:
                    character = np.uint64(lower[point]) * _GOLDEN
                    if run:
                        words[filled] = mix(neighbour * _FNV_PRIME + character)
                        filled += 1
                    neighbour = character
                    run += 1
                    continue
                if run == 1:
                    words[filled] = mix(neighbour)
                    filled += 1
                run = 0
                begins |= kind & STOP != 0
        if within:
            words[filled], facts[filled] = mix(word), fact
            filled += 1
        if run == 1:
            words[filled] = mix(neighbour)
            filled += 1
        bounds[text + 1] = filled
    return words[:filled].copy(), facts[:filled].copy(), bounds


@compiled
def hash_shingle(words: Words, first: int, end: int, length: int) -> np.uint64:
    """A hash, never 0, of `length` words from `first`; of those before `end` where there are fewer."""
    number = np.uint64(0)
    for place in range(first, min(first + length, end)):
        number = number * _GOLDEN + words[place]
    return mix(number) | _ONE


@compiled
def hash_bands(words: Words, bounds: Bounds, multipliers: NDArray[np.uint32], summands: NDArray[np.uint32]) -> Words:
    """For each text the keys of its bands, texts × 42: two texts have a key in common with probability 1 − (1 − J³)⁴².

    J is the Jaccard similarity of their sets of shingles (MinHash: Broder, 1997; bands: Leskovec, Rajaraman and Ullman,
    Mining of Massive Datasets, 3.4). Each pair of the 126 `multipliers`, odd, and `summands` is a permutation of hashes
    of 32 bits.
    """
    count = len(bounds) - 1
    keys = np.empty((count, BANDS), np.uint64)
    least = np.empty(BANDS * ROWS, np.uint32)
    for text in range(count):
        least[:] = np.uint32(0xFFFFFFFF)
        first, end = bounds[text], bounds[text + 1]
        for place in range(first, max(end - SHINGLE + 1, min(first + 1, end))):
            shingle = np.uint32(hash_shingle(words, place, end, SHINGLE) >> np.uint64(32))
            for row in range(BANDS * ROWS):
                least[row] = min(least[row], np.uint32(multipliers[row] * shingle + summands[row]))
        for band in range(BANDS):
            number = np.uint64(0)
            for row in range(band * ROWS, (band + 1) * ROWS):
                number = mix(number * _GOLDEN + np.uint64(least[row]))
            keys[text, band] = (np.uint64(band + 1) << np.uint64(KEY_BITS)) | (number >> np.uint64(64 - KEY_BITS))
    return keys


@compiled
def hash_anchors(words: Words, bounds: Bounds) -> tuple[Words, Bounds]:
    """The keys of the texts' anchors, each once a text and sorted, all in one array, and the bounds of each text's."""
    count = len(bounds) - 1
    keys = np.empty(len(words), np.uint64)
    ends = np.zeros(count + 1, np.int64)
    hashes = np.empty(len(words), np.uint64)
    filled = 0
    for text in range(count):
        first, end = bounds[text], bounds[text + 1]
        runs = end - first - ANCHOR + 1
        least, last = -1, -1
        for run in range(runs):
            hashes[run] = hash_shingle(words, first + run, end, ANCHOR) >> np.uint64(64 - KEY_BITS)
            if least <= run - WINDOW or least < 0:
                least = max(0, run - WINDOW + 1)
                for other in range(least + 1, run + 1):
                    if hashes[other] <= hashes[least]:
                        least = other
            elif hashes[run] <= hashes[least]:
                least = run
            if least != last and (run >= WINDOW - 1 or run == runs - 1):
                keys[filled] = hashes[least]
                filled += 1
                last = least
        different = np.unique(keys[ends[text] : filled])
        filled = ends[text] + len(different)
        keys[ends[text] : filled] = different
        ends[text + 1] = filled
    return keys[:filled].copy(), ends


@compiled
def find_place(table: Words, number: np.uint64) -> np.uint64:
    """Where a number, not 0, is in a hash table of 2ⁿ places, or would be: there the table has 0."""
    mask = np.uint64(len(table) - 1)
    place = number & mask
    while table[place] != 0 and table[place] != number:
        place = (place + _ONE) & mask
    return place


@compiled
def insert(table: Words, number: np.uint64) -> bool:
    """Adds a number, not 0, to a hash table; whether it was not there."""
    place = find_place(table, number)
    is_new = bool(table[place] == 0)
    table[place] = number
    return is_new


@compiled
def has(table: Words, number: np.uint64) -> bool:
    """Whether the number is in the hash table."""
    return bool(table[find_place(table, number)] != 0)


@compiled
def make_table(entries: int) -> Words:
    """An empty hash table for so many entries."""
    size = 8
    while size < 2 * entries + 2:
        size *= 2
    return np.zeros(size, np.uint64)


@compiled
def list_shingles(words: Words, bounds: Bounds) -> tuple[Words, NDArray[np.bool_], NDArray[np.int64]]:
    """The shingle that begins at each word, whether it is there for the first time in its text, and how many each has.

    The last word of a text begins none, unless it is the only one.
    """
    shingles = np.zeros(len(words), np.uint64)
    is_first = np.zeros(len(words), np.bool_)
    counts = np.zeros(len(bounds) - 1, np.int64)
    for text in range(len(counts)):
        first, end = bounds[text], bounds[text + 1]
        table = make_table(end - first)
        for place in range(first, max(end - SHINGLE + 1, min(first + 1, end))):
            shingles[place] = hash_shingle(words, place, end, SHINGLE)
            is_first[place] = insert(table, shingles[place])
            counts[text] += is_first[place]
    return shingles, is_first, counts


@compiled
def collect_shingles(shingles: Words, is_first: NDArray[np.bool_], count: int) -> Words:
    """A hash table of a text's shingles, as `list_shingles` tells them."""
    table = make_table(count)
    for place in range(len(shingles)):
        if is_first[place]:
            insert(table, shingles[place])
    return table


@compiled
def collect_words(words: Words) -> Words:
    """A hash table of a text's words."""
    table = make_table(len(words))
    for word in words:
        insert(table, word | _ONE)
    return table


@compiled
def collect_long_shingles(words: Words) -> tuple[Words, int]:
    """A hash table of a text's shingles of 5 words, and how many there are."""
    table, count = make_table(len(words)), 0
    for place in range(max(len(words) - LONG_SHINGLE + 1, 1)):
        count += insert(table, hash_shingle(words, place, len(words), LONG_SHINGLE))
    return table, count


@compiled
def measure_passages(
    words: Words, facts: NDArray[np.bool_], shingles: Words, table: Words, known: Words
) -> tuple[float, float]:
    """The share of a text's words in passages that another has, by its words that stand in shared shingles; and its
    changed facts there beyond other changed words. Of the other `table` has the shingles, `known` the words.
    """
    covered = np.zeros(len(words), np.bool_)
    for place in range(max(len(words) - SHINGLE + 1, 1)):
        if has(table, shingles[place]):
            covered[place : place + SHINGLE] = True
    within, fact_count, changed_facts, plain_count, changed_plain = 0, 0, 0, 0, 0
    place = 0
    while place < len(words):
        stop = place + PASSAGE if len(words) - place - PASSAGE >= PASSAGE // 2 else len(words)
        if covered[place:stop].sum() >= SHARED_PASSAGE * (stop - place):
            within += stop - place
            for each in range(place, stop):
                changed = not has(known, words[each] | _ONE)
                if facts[each]:
                    fact_count += 1
                    changed_facts += changed
                else:
                    plain_count += 1
                    changed_plain += changed
        place = stop
    return within / len(words), max(changed_facts - 1, 0) / max(fact_count, 1) - changed_plain / max(plain_count, 1)


@compiled
def compare(
    shorter: NDArray[np.int64],
    longer: NDArray[np.int64],
    words: Words,
    facts: NDArray[np.bool_],
    bounds: Bounds,
    least_containment: float,
) -> NDArray[np.float64]:
    """What the texts of each pair have of each other, pairs × 8, all from 0 to 1 but the last two:

    Jaccard similarity of their shingles of 2 words; of those of 5; and of the shorter and the longer text each:
    containment, the share of its shingles that the other has; coverage, the share of its words in shared passages; and
    by how much the share of changed facts in shared passages, one forgiven, exceeds the share of other words that
    changed there. Changed is a word that the other text has nowhere. Fast where equal `longer` follow each other. No
    text may be empty. All are 0 where the shingles of neither are in the other by the least containment.
    """
    measures = np.zeros((len(shorter), MEASURES))
    shingles, is_first, counts = list_shingles(words, bounds)
    last, is_collected = np.int64(-1), False
    table = known = long_shingles = make_table(0)
    long_count = 0
    for pair in range(len(shorter)):
        one, other = shorter[pair], longer[pair]
        first, end = bounds[one], bounds[one + 1]
        other_first, other_end = bounds[other], bounds[other + 1]
        if other != last:
            last, is_collected = other, False
            table = collect_shingles(shingles[other_first:other_end], is_first[other_first:other_end], counts[other])
        least = least_containment * min(counts[one], counts[other])
        common, left = 0, counts[one]
        for place in range(first, end):
            if is_first[place]:
                left -= 1
                common += has(table, shingles[place])
                if common + left < least:
                    break
        if common < least:
            continue
        if not is_collected:
            known = collect_words(words[other_first:other_end])
            long_shingles, long_count = collect_long_shingles(words[other_first:other_end])
            is_collected = True
        own_table = collect_shingles(shingles[first:end], is_first[first:end], counts[one])
        own_long_shingles, own_long_count = collect_long_shingles(words[first:end])
        long_common = 0
        for shingle in own_long_shingles:
            if shingle != 0:
                long_common += has(long_shingles, shingle)
        measures[pair, 0] = common / (counts[one] + counts[other] - common)
        measures[pair, 1] = long_common / (own_long_count + long_count - long_common)
        measures[pair, 2], measures[pair, 3] = common / counts[one], common / counts[other]
        measures[pair, 4], measures[pair, 6] = measure_passages(
            words[first:end], facts[first:end], shingles[first:end], table, known
        )
        measures[pair, 5], measures[pair, 7] = measure_passages(
            words[other_first:other_end],
            facts[other_first:other_end],
            shingles[other_first:other_end],
            own_table,
            collect_words(words[first:end]),
        )
    return measures


@compiled
def label_components(ones: NDArray[np.int64], others: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The connected component of each of `count` documents that the pairs connect, by its least number."""
    parents = np.arange(count)
    for pair in range(len(ones)):
        one, other = ones[pair], others[pair]
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        while parents[other] != other:
            parents[other] = parents[parents[other]]
            other = parents[other]
        parents[max(one, other)] = min(one, other)
    for document in range(count):
        parents[document] = parents[parents[document]]
    return parents


@compiled
def elect(
    copies: NDArray[np.int64],
    kept: NDArray[np.int64],
    one_sided: NDArray[np.bool_],
    similarity: NDArray[np.float64],
    lengths: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For each document the row that makes it a copy, -1 of one that is kept. Documents are numbered best first.

    Row i says that document copies[i] could go as a copy of kept[i]; rows are sorted by `copies`. One-sided, when it is
    a part of the other, which must be longer, but the other no copy of it. What is part of nothing is judged first,
    then what is part of that, and so on; within each, the better before the worse. A document that has a row with one
    that is kept already goes as its copy: of the most similar, and of those of the best. So each copy is similar to the
    document that is kept, and no two that are kept are copies.
    """
    count = len(lengths)
    starts = np.searchsorted(copies, np.arange(count + 1))
    depth = np.zeros(count, np.int64)
    for document in np.argsort(-lengths, kind="mergesort"):
        for row in range(starts[document], starts[document + 1]):
            if one_sided[row]:
                depth[document] = max(depth[document], depth[kept[row]] + 1)
    choice = np.full(count, -2, np.int64)
    for document in np.argsort(depth, kind="mergesort"):
        choice[document] = -1
        for row in range(starts[document], starts[document + 1]):
            best = choice[document]
            if choice[kept[row]] == -1 and (
                best < 0
                or similarity[row] > similarity[best]
                or (similarity[row] == similarity[best] and kept[row] < kept[best])
            ):
                choice[document] = row
    return choice
