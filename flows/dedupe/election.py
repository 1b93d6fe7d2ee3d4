"""Electing: which documents are kept is a function of the pairs and of the order of the documents."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.machine_code import compiled

ACCEPTED = """
    WITH accepted AS (FROM ({acceptance}) WHERE accepted)
    FROM accepted
    JOIN heads AS copy ON copy.doc_id = copy_id
    JOIN heads AS kept ON kept.doc_id = kept_id
    LEFT JOIN accepted AS back ON back.copy_id = accepted.kept_id AND back.kept_id = accepted.copy_id
    SELECT
        copy.place AS copy_place, kept.place AS kept_place, copy.word_count AS copy_words,
        kept.word_count AS kept_words,
        accepted.copy_id, accepted.kept_id, back.copy_id IS NULL AS one_sided,
        if(one_sided, accepted.coverage, accepted.jaccard) AS similarity
    WHERE NOT one_sided OR copy_words < kept_words
    ORDER BY copy_place, kept_place"""


def elect_kept(connection: duckdb.DuckDBPyConnection, pairs: pa.Table) -> pa.Table:
    """doc_id, kept_id, kind and similarity of each document that goes as a copy of another, exact copies aside."""
    acceptance = (Path(__file__).parent / "acceptance.sql").read_text()
    connection.register("pairs", pairs)
    rows = connection.sql(ACCEPTED.format(acceptance=acceptance)).to_arrow_table()
    copies, kept = rows["copy_place"].to_numpy(), rows["kept_place"].to_numpy()
    places = np.unique(np.concatenate([copies, kept]))
    lengths = np.zeros(len(places), np.int64)
    copies, kept = np.searchsorted(places, copies), np.searchsorted(places, kept)
    lengths[copies], lengths[kept] = rows["copy_words"].to_numpy(), rows["kept_words"].to_numpy()
    one_sided = rows["one_sided"].to_numpy()
    choice = elect(copies, kept, one_sided, rows["similarity"].to_numpy(), lengths)
    chosen = rows.take(pa.array(choice[choice >= 0]))
    kinds = pa.array(np.where(chosen["one_sided"].to_numpy(), "contained", "near"), pa.string())
    return pa.table(
        {
            "doc_id": chosen["copy_id"],
            "kept_id": chosen["kept_id"],
            "kind": kinds,
            "similarity": chosen["similarity"],
        }
    )


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
