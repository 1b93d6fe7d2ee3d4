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
Points = NDArray[np.uint32]

LETTER = np.uint64(0x1FFFFF)
"""Of a code point, as `read_words` is given it, the bits of its small letter; those above say what it is to a word."""
KEPT, ALONE, DIGIT, ATTACHED, UPPER, STOP, UNSTABLE = (np.uint64(1 << bit) for bit in range(24, 31))
"""A part of one, one by itself (Han, Kana, Thai), a digit, part of the character before it, a capital, the end of a
sentence or a quotation mark; whether NFKC may change it. Nothing of ASCII is one by itself, attached or unstable."""

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

MEASURES = 10
"""What `compare` tells of two texts."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FNV_BASIS, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_NONE, _ONE = np.uint64(0), np.uint64(1)
_KEPT, _DIGIT, _UPPER, _STOP = (np.uint64(int(kind).bit_length() - 1) for kind in (KEPT, DIGIT, UPPER, STOP))
_FILTER = np.uint64(1 << 10)
"""Words of 64 bits in the filter of a text's shingles."""


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
def decode(data: Bytes, place: np.uint64) -> tuple[np.uint32, np.uint64]:
    """The code point beyond ASCII that begins at a place of valid UTF-8, and where the next one does."""
    first, second = np.uint32(data[place]), np.uint32(data[place + _ONE] & 0x3F)
    if first < 0xE0:
        return ((first & np.uint32(0x1F)) << np.uint32(6)) | second, place + np.uint64(2)
    third = np.uint32(data[place + np.uint64(2)] & 0x3F)
    if first < 0xF0:
        return ((first & np.uint32(0xF)) << np.uint32(12)) | (second << np.uint32(6)) | third, place + np.uint64(3)
    point = ((first & np.uint32(0x7)) << np.uint32(18)) | (second << np.uint32(12)) | (third << np.uint32(6))
    return point | np.uint32(data[place + np.uint64(3)] & 0x3F), place + np.uint64(4)


@compiled
def find_unstable(data: Bytes, offsets: Bounds, points: Points) -> NDArray[np.bool_]:
    """Whether NFKC may change a text: it has a code point that may be changed, or be composed with the one before."""
    found = np.zeros(len(offsets) - 1, np.bool_)
    for text in range(len(found)):
        place, end = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        while place < end and not found[text]:
            if data[place] < 0x80:
                place += _ONE
            else:
                point, place = decode(data, place)
                found[text] = np.uint64(points[point]) & UNSTABLE != 0
    return found


@compiled
def read_words(data: Bytes, offsets: Bounds, points: Points) -> tuple[Words, NDArray[np.bool_], Bounds]:
    """Hashes of the words of texts in UTF-8, text i being data[offsets[i]:offsets[i + 1]]; and whether each is a fact.

    `points` says of each code point what it is and its small letter. A fact is what tells one report from another of
    the same wording: a word with a digit, or with a capital that no sentence's begin explains. A run of characters
    without spaces between words gives each pair of neighbours.
    """
    count = len(offsets) - 1
    most = len(data) // 2 + 2 * count + 1  # a word and what ends it are two bytes, a character without spaces three
    words = np.empty(most, np.uint64)
    facts = np.empty(most, np.bool_)
    bounds = np.zeros(count + 1, np.int64)
    filled = _NONE
    for text in range(count):
        place, end = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        word, within, fact, begins = _FNV_BASIS, _NONE, _NONE, _ONE
        neighbour, run = _NONE, 0  # the character before, of those that stand alone, and how many there were
        while place < end:
            if data[place] < 0x80:
                kind = np.uint64(points[data[place]])
                place += _ONE
            else:
                point, place = decode(data, place)
                kind = np.uint64(points[point])
                if kind & ATTACHED:
                    if kind & KEPT and within:
                        word = (word ^ (kind & LETTER)) * _FNV_PRIME
                    continue
                if kind & ALONE:
                    words[filled], facts[filled] = word, fact != 0
                    filled += within
                    word, within, begins = _FNV_BASIS, _NONE, begins & (within ^ _ONE)
                    character = (kind & LETTER) * _GOLDEN
                    if run:
                        words[filled], facts[filled] = neighbour * _FNV_PRIME + character, False
                        filled += _ONE
                    neighbour = character
                    run += 1
                    continue
            if run:
                words[filled], facts[filled] = neighbour, False
                filled += np.uint64(run == 1)
                run = 0
            # Without a branch, since where words end cannot be foreseen.
            keeps = (kind >> _KEPT) & _ONE
            ends = within & (keeps ^ _ONE)
            words[filled], facts[filled] = word, fact != 0
            filled += ends
            longer = (word ^ (kind & LETTER)) * _FNV_PRIME
            word = longer if keeps else _FNV_BASIS
            named = (kind >> _UPPER) & (within ^ _ONE) & (begins ^ _ONE)
            fact = (fact & within) | (named & _ONE) | ((kind >> _DIGIT) & _ONE)
            begins = ((kind >> _STOP) & _ONE) | (begins & (ends ^ _ONE))
            within = keeps
        words[filled], facts[filled] = word, fact != 0
        filled += within
        if run == 1:
            words[filled], facts[filled] = neighbour, False
            filled += _ONE
        bounds[text + 1] = filled
    words, facts = words[: bounds[count]], facts[: bounds[count]]
    for number in range(len(words)):
        words[number] = mix(words[number])
    return words, facts, bounds


@compiled
def hash_shingles(words: Words, length: int) -> Words:
    """A hash, never 0, of each run of so many words of a text; of a text of fewer words, that of all of them."""
    hashes = np.empty(max(len(words) - length + 1, min(len(words), 1)), np.uint64)
    leaving = _ONE  # what the first word of a shingle counts in its number
    number = _NONE
    for place in range(min(length, len(words))):
        number = number * _GOLDEN + words[place]
        leaving *= _GOLDEN
    for place in range(len(hashes)):
        hashes[place] = mix(number) | _ONE
        if place + 1 < len(hashes):
            number = number * _GOLDEN + words[place + length] - words[place] * leaving
    return hashes


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
        for number in hash_shingles(words[bounds[text] : bounds[text + 1]], SHINGLE):
            shingle = np.uint32(number >> np.uint64(32))
            for row in range(BANDS * ROWS):
                least[row] = min(least[row], np.uint32(multipliers[row] * shingle + summands[row]))
        for band in range(BANDS):
            number = _NONE
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
    filled = 0
    for text in range(count):
        first, end = bounds[text], bounds[text + 1]
        runs = end - first - ANCHOR + 1
        least, last = -1, -1
        hashes = hash_shingles(words[first:end], ANCHOR) >> np.uint64(64 - KEY_BITS)
        for run in range(runs):
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
    return keys[:filled], ends


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
def list_shingles(words: Words, bounds: Bounds) -> Words:
    """The shingle that begins at each word; 0 at the last of a text, unless it is the only one."""
    shingles = np.zeros(len(words), np.uint64)
    for text in range(len(bounds) - 1):
        own = hash_shingles(words[bounds[text] : bounds[text + 1]], SHINGLE)
        shingles[bounds[text] : bounds[text] + len(own)] = own
    return shingles


@compiled
def mark(marks: Words, shingles: Words) -> int:
    """Sets in a filter the bits of the shingles; how many were not set."""
    new = _NONE
    for shingle in shingles:
        place, bit = (shingle >> np.uint64(6)) & (_FILTER - _ONE), shingle & np.uint64(63)
        new += ((marks[place] >> bit) & _ONE) ^ _ONE
        marks[place] |= _ONE << bit
    return int(new)


@compiled
def unmark(marks: Words, shingles: Words) -> None:
    """Empties a filter of shingles that were marked in it."""
    if len(shingles) > len(marks):
        marks[:] = _NONE
    else:
        for shingle in shingles:
            marks[(shingle >> np.uint64(6)) & (_FILTER - _ONE)] = _NONE


@compiled
def count_marked(marks: Words, shingles: Words) -> int:
    """How many of the shingles have their bit set in a filter."""
    count = _NONE
    for shingle in shingles:
        count += (marks[(shingle >> np.uint64(6)) & (_FILTER - _ONE)] >> (shingle & np.uint64(63))) & _ONE
    return int(count)


@compiled
def collect(numbers: Words) -> tuple[Words, int]:
    """A hash table of numbers, 0 left out, and how many different ones there are."""
    table, count = make_table(len(numbers)), 0
    for number in numbers:
        if number != 0:
            count += insert(table, number)
    return table, count


@compiled
def count_common(numbers: Words, table: Words) -> int:
    """How many of the entries of one hash table are in another."""
    count = 0
    for number in numbers:
        if number != 0:
            count += has(table, number)
    return count


@compiled
def measure_passages(
    words: Words, facts: NDArray[np.bool_], shingles: Words, table: Words, known: Words
) -> tuple[float, float, float]:
    """Of a text's words the share in passages that another has, by its words that stand in shared shingles; its changed
    facts there beyond other changed words; and the share of its facts there that recur and that the other never names.
    Of the other `table` has the shingles, `known` the words.
    """
    within, fact_count, changed_facts, plain_count, changed_plain = 0, 0, 0, 0, 0
    unknown = np.empty(len(words), np.uint64)  # the changed facts
    place, was_shared = 0, False
    while place < len(words):
        stop = place + PASSAGE if len(words) - place - PASSAGE >= PASSAGE // 2 else len(words)
        covered, own_facts, own_changed_facts, own_changed_plain = 0, 0, 0, 0
        for each in range(place, stop):
            is_shared = has(table, shingles[each])
            is_covered = is_shared or was_shared
            was_shared = is_shared
            covered += is_covered
            changed = not is_covered and not has(known, words[each] | _ONE)
            own_facts += facts[each]
            if changed and facts[each]:
                unknown[changed_facts + own_changed_facts] = words[each]
            own_changed_facts += changed and facts[each]
            own_changed_plain += changed and not facts[each]
        if covered >= SHARED_PASSAGE * (stop - place):
            within += stop - place
            fact_count += own_facts
            changed_facts += own_changed_facts
            plain_count += stop - place - own_facts
            changed_plain += own_changed_plain
        place = stop
    excess = max(changed_facts - 1, 0) / max(fact_count, 1) - changed_plain / max(plain_count, 1)
    return within / len(words), excess, count_recurring(unknown[:changed_facts]) / max(fact_count, 1)


@compiled
def count_recurring(numbers: Words) -> int:
    """How many of the numbers stand there more than once."""
    numbers = np.sort(numbers)
    count = 0
    for place in range(len(numbers)):
        is_again = place > 0 and numbers[place] == numbers[place - 1]
        count += is_again or (place + 1 < len(numbers) and numbers[place] == numbers[place + 1])
    return count


@compiled
def compare(
    shorter: NDArray[np.int64],
    longer: NDArray[np.int64],
    words: Words,
    facts: NDArray[np.bool_],
    bounds: Bounds,
    least_containment: float,
) -> NDArray[np.float64]:
    """What the texts of each pair have of each other, pairs × 10, all from 0 to 1 but the seventh and eighth:

    Jaccard similarity of their shingles of 2 words; of those of 5; and of the shorter and the longer text each:
    containment, the share of its shingles that the other has; coverage, the share of its words in shared passages; by
    how much the share of changed facts in shared passages, one forgiven, exceeds the share of other words that changed
    there; and the share of the facts there that changed and stand there more than once. Changed is a word that the
    other text has nowhere. Fast where equal `longer` follow each other. No text may be empty. All are 0 where the
    shingles of neither are in the other by the least containment.

    Most pairs are told to be such by a filter, which never has fewer shingles in common than there are.
    """
    measures = np.zeros((len(shorter), MEASURES))
    shingles = list_shingles(words, bounds)
    marks = np.zeros(_FILTER, np.uint64)
    least_counts = np.zeros(len(bounds) - 1, np.int64)
    for text in range(len(least_counts)):
        least_counts[text] = mark(marks, shingles[bounds[text] : bounds[text + 1]]) - 1  # the 0 at its end
        unmark(marks, shingles[bounds[text] : bounds[text + 1]])
    last, is_collected, is_wholly_collected = np.int64(-1), False, False
    table = known = long_shingles = make_table(0)
    count = long_count = 0
    for pair in range(len(shorter)):
        one, other = shorter[pair], longer[pair]
        first, end = bounds[one], bounds[one + 1]
        other_first, other_end = bounds[other], bounds[other + 1]
        if other != last:
            if last >= 0:
                unmark(marks, shingles[bounds[last] : bounds[last + 1]])
            mark(marks, shingles[other_first:other_end])
            last, is_collected, is_wholly_collected = other, False, False
        least = least_containment * min(least_counts[one], least_counts[other])
        if count_marked(marks, shingles[first:end]) < least:
            continue
        if not is_collected:
            table, count = collect(shingles[other_first:other_end])
            is_collected = True
        own_table, own_count = collect(shingles[first:end])
        common = count_common(own_table, table)
        if common < least_containment * min(own_count, count):
            continue
        if not is_wholly_collected:
            known, _ = collect(words[other_first:other_end] | _ONE)
            long_shingles, long_count = collect(hash_shingles(words[other_first:other_end], LONG_SHINGLE))
            is_wholly_collected = True
        own_long_shingles, own_long_count = collect(hash_shingles(words[first:end], LONG_SHINGLE))
        long_common = count_common(own_long_shingles, long_shingles)
        measures[pair, 0] = common / (own_count + count - common)
        measures[pair, 1] = long_common / (own_long_count + long_count - long_common)
        measures[pair, 2], measures[pair, 3] = common / own_count, common / count
        measures[pair, 4], measures[pair, 6], measures[pair, 8] = measure_passages(
            words[first:end], facts[first:end], shingles[first:end], table, known
        )
        measures[pair, 5], measures[pair, 7], measures[pair, 9] = measure_passages(
            words[other_first:other_end],
            facts[other_first:other_end],
            shingles[other_first:other_end],
            own_table,
            collect(words[first:end] | _ONE)[0],
        )
    return measures
