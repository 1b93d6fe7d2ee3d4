"""Comparing: what each of two texts has of the other, for every pair of candidates, a memory's worth at a time."""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.dedupe import kernels
from flows.dedupe.fingerprint import WordLists, read_words
from warehouse.tables import arrow_schema

LEAST_CONTAINMENT = 0.4
"""Pairs of which neither text has so much of the other are not kept: no setting would take them for copies."""
BYTES_PER_CHARACTER = 12
"""What a character of text takes while it is compared: the text itself twice, its words' hashes, their tables."""
DECIMALS = 4

LENGTHS = """
    FROM (FROM candidates SELECT one AS place WHERE unsettled UNION FROM candidates SELECT other WHERE unsettled)
    JOIN heads USING (place) JOIN all_documents USING (doc_id)
    SELECT place, doc_id, char_count ORDER BY place"""
PAIRS = "FROM candidates SELECT one, other WHERE unsettled ORDER BY other, one"
TEXTS = "FROM all_documents JOIN wanted USING (doc_id) SELECT number, text ORDER BY number"


def compare_pairs(connection: duckdb.DuckDBPyConnection, run_id: str, memory: int) -> pa.Table:
    """The rows of `pairs` for the candidates that are unsettled; `memory` in bytes bounds the texts held at a time."""
    documents = connection.sql(LENGTHS).to_arrow_table()
    pairs = connection.sql(PAIRS).to_arrow_table()
    places = documents["place"].to_numpy()
    ones, others = (np.searchsorted(places, pairs[side].to_numpy()) for side in ("one", "other"))
    # Texts are cut into blocks in the order of their clusters, so that most pairs have both in one block.
    order = np.argsort(kernels.label_components(ones, others, len(places)), kind="stable")
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    sizes = np.cumsum(documents["char_count"].to_numpy()[order]) if len(order) else np.zeros(0, np.int64)
    block_of = (sizes // max(1, memory // BYTES_PER_CHARACTER // 2))[position]
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
    there = _compare_sorted(ones, others, lists)
    kept = there[:, 0] > 0
    ones, others, there = ones[kept], others[kept], there[kept]
    back = _compare_sorted(others, ones, lists)
    one_ids, other_ids = ids.take(pa.array(ones)), ids.take(pa.array(others))
    swapped = np.asarray(one_ids.to_numpy(zero_copy_only=False) > other_ids.to_numpy(zero_copy_only=False))
    first, second = np.where(swapped[:, None], back, there), np.where(swapped[:, None], there, back)
    return pa.table(
        {
            "doc_id": ids.take(pa.array(np.where(swapped, others, ones))),
            "other_id": ids.take(pa.array(np.where(swapped, ones, others))),
            "jaccard": first[:, 0],
            "five_word_jaccard": first[:, 1],
            "containment": first[:, 2],
            "other_containment": second[:, 2],
            "coverage": first[:, 3],
            "other_coverage": second[:, 3],
            "fact_changes": first[:, 4],
            "other_fact_changes": second[:, 4],
            "run_id": pa.repeat(run_id, len(ones)),
        }
    ).cast(arrow_schema("pairs"))


def _compare_sorted(ones: NDArray[np.int64], others: NDArray[np.int64], lists: WordLists) -> NDArray[np.float64]:
    """As kernels.compare, which is fast where equal `others` follow each other; rounded."""
    order = np.argsort(others, kind="stable")
    measures = np.empty((len(ones), kernels.MEASURES))
    measures[order] = kernels.compare(
        ones[order], others[order], lists.words, lists.facts, lists.bounds, LEAST_CONTAINMENT
    )
    return np.round(measures, DECIMALS)
