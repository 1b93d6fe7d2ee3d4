"""Electing: which documents are kept is a function of the pairs and of the order of the documents."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from flows.dedupe import kernels

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
    choice = kernels.elect(copies, kept, one_sided, rows["similarity"].to_numpy(), lengths)
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
