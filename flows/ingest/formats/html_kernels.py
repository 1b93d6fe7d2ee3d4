"""What is measured of a page character by character and element by element, as machine code."""

import numpy as np
from numpy.typing import NDArray

from flows.machine_code import compiled

Numbers = NDArray[np.int64]


@compiled
def count_shapes(
    codes: NDArray[np.uint32], shapes: NDArray[np.uint8], starts: Numbers, ends: Numbers, kinds: int
) -> NDArray[np.float32]:
    """How many characters of each of the `kinds` of shapes a block has: of shape (kinds, blocks).

    `shapes` tells that of each code point; those beyond it are as the last.
    """
    counts = np.zeros((kinds, len(starts)), np.float32)
    most = len(shapes) - 1
    for block in range(len(starts)):
        for place in range(starts[block], ends[block]):
            counts[shapes[min(codes[place], most)], block] += 1
    return counts


@compiled
def weigh_lineage(parents: Numbers, weights: NDArray[np.float64], is_article: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The `LINEAGE` features of elements, a row each, of shape (features, elements): parents stand before children.

    Depth, own weight, that of the parent, the lowest, the highest and the fading sum of all from the root on, and the
    number of the article that the element is or stands in, -1 for none.
    """
    lineage = np.zeros((7, len(parents)))
    lineage[1, 0] = lineage[3, 0] = lineage[4, 0] = lineage[5, 0] = weights[0]
    lineage[6, 0] = -1
    articles = 0
    for element in range(1, len(parents)):
        parent, weight = parents[element], weights[element]
        lineage[0, element] = lineage[0, parent] + 1
        lineage[1, element] = weight
        lineage[2, element] = lineage[1, parent]
        lineage[3, element] = min(lineage[3, parent], weight)
        lineage[4, element] = max(lineage[4, parent], weight)
        lineage[5, element] = 0.7 * lineage[5, parent] + weight
        articles += is_article[element]
        lineage[6, element] = articles if is_article[element] else lineage[6, parent]
    return lineage


@compiled
def gather_within(parents: Numbers, bits: Numbers) -> Numbers:
    """For each element its own bits and those of all that it stands in: parents stand before children."""
    within = bits.copy()
    for element in range(1, len(parents)):
        within[element] |= within[parents[element]]
    return within


@compiled
def count_since(where: NDArray[np.bool_], most: int) -> tuple[Numbers, NDArray[np.float32]]:
    """For each block the last one up to it that is so, -1 for none, and how many blocks ago; at most `most`."""
    found = np.empty(len(where), np.int64)
    since = np.empty(len(where), np.float32)
    last = -1
    for block in range(len(where)):
        if where[block]:
            last = block
        found[block] = last
        since[block] = most if last < 0 else min(block - last, most)
    return found, since


@compiled
def find_shared_depth(
    parents: Numbers, ends: Numbers, depth: NDArray[np.float32], element: Numbers, other: int
) -> NDArray[np.float32]:
    """For each block the depth of the deepest element that both its element and the element `other` stand in.

    `ends` tells where the subtree of each element ends; the first one holds all.
    """
    shared = np.empty(len(element), np.float32)
    for block in range(len(element)):
        above = other
        while above > 0 and not above <= element[block] < ends[above]:
            above = parents[above]
        shared[block] = depth[above]
    return shared


@compiled
def find_lowest(parents: Numbers, values: NDArray[np.float64], counts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """For each element the lowest of its value and those above it that count; 99 for none."""
    lowest = np.where(counts, values, 99.0)
    for element in range(1, len(parents)):
        lowest[element] = min(lowest[element], lowest[parents[element]])
    return lowest
