"""Comparing: what each of two texts has of the other, for every pair of candidates, a memory's worth at a time."""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.dedupe import kernels
from flows.dedupe.fingerprint import read_words
from flows.machine_code import compiled
from warehouse.tables import arrow_schema

LEAST_CONTAINMENT = 0.4
"""Pairs of which neither text has so much of the other are not kept: no setting would take them for copies."""
BYTES_PER_CHARACTER, BYTES_PER_WORD = 3, 20
"""What a text takes while it is compared: itself, once or twice; the hashes of its words and shingles."""
DECIMALS = 4
SIDED = ("containment", "coverage", "fact_changes", "subject_changes")
"""What is told of either text of a pair; the order of the measures of `kernels.compare`."""

LENGTHS = """
    FROM (FROM candidates SELECT better AS place UNION FROM candidates SELECT worse)
    JOIN heads USING (place) SELECT place, doc_id, char_count, word_count ORDER BY place"""
PAIRS = "FROM candidates SELECT better, worse ORDER BY worse, better"
TEXTS = "FROM all_documents JOIN wanted USING (doc_id) SELECT number, text ORDER BY number"


def compare_pairs(connection: duckdb.DuckDBPyConnection, run_id: str, memory: int) -> pa.Table:
    """The rows of `pairs` for the candidates; `memory` in bytes bounds the texts held at a time."""
    documents = connection.sql(LENGTHS).to_arrow_table()
    pairs = connection.sql(PAIRS).to_arrow_table()
    places = documents["place"].to_numpy()
    ones, others = (np.searchsorted(places, pairs[side].to_numpy()) for side in ("better", "worse"))
    # Texts are cut into blocks in the order of their clusters, so that most pairs have both in one block.
    order = np.argsort(label_components(ones, others, len(places)), kind="stable")
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    sizes = (
        BYTES_PER_CHARACTER * documents["char_count"].to_numpy() + BYTES_PER_WORD * documents["word_count"].to_numpy()
    )
    block_of = (np.cumsum(sizes[order]) // max(1, memory // 2))[position]
    tables = []
    blocks = np.stack([np.minimum(block_of[ones], block_of[others]), np.maximum(block_of[ones], block_of[others])])
    for low, high in np.unique(blocks, axis=1).T:
        chosen = np.flatnonzero((blocks[0] == low) & (blocks[1] == high))
        tables.append(_compare_block(connection, documents["doc_id"], ones[chosen], others[chosen], run_id))
    return pa.concat_tables([arrow_schema("pairs").empty_table(), *tables])


def _compare_block(
    connection: duckdb.DuckDBPyConnection,
    doc_ids: pa.ChunkedArray,
    ones: NDArray[np.int64],
    others: NDArray[np.int64],
    run_id: str,
) -> pa.Table:
    used, renumbered = np.unique(np.concatenate([ones, others]), return_inverse=True)
    ones, others = renumbered[: len(ones)], renumbered[len(ones) :]
    ids = doc_ids.take(pa.array(used)).combine_chunks()
    connection.register("wanted", pa.table({"number": np.arange(len(used)), "doc_id": ids}))
    texts = connection.sql(TEXTS).to_arrow_table()["text"].combine_chunks()
    connection.unregister("wanted")
    lists = read_words(texts)
    del texts
    lengths = np.diff(lists.bounds)
    is_first_longer = lengths[others] < lengths[ones]
    shorter, longer = np.where(is_first_longer, others, ones), np.where(is_first_longer, ones, others)
    order = np.argsort(longer, kind="stable")
    shorter, longer = shorter[order], longer[order]
    measures = kernels.compare(shorter, longer, lists.words, lists.facts, lists.bounds, LEAST_CONTAINMENT)
    kept = measures[:, 0] > 0
    shorter, longer, measures = shorter[kept], longer[kept], np.round(measures[kept], DECIMALS)
    short_ids, long_ids = ids.take(pa.array(shorter)), ids.take(pa.array(longer))
    swapped = np.asarray(short_ids.to_numpy(zero_copy_only=False) > long_ids.to_numpy(zero_copy_only=False))
    measures[swapped] = measures[swapped][:, [0, 1, 3, 2, 5, 4, 7, 6, 9, 8]]
    columns = ("jaccard", "five_word_jaccard", *(f"{side}{name}" for name in SIDED for side in ("", "other_")))
    return pa.table(
        {
            "doc_id": ids.take(pa.array(np.where(swapped, longer, shorter))),
            "other_id": ids.take(pa.array(np.where(swapped, shorter, longer))),
            **dict(zip(columns, measures.T, strict=True)),
            "run_id": pa.repeat(run_id, len(shorter)),
        }
    ).cast(arrow_schema("pairs"))


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
