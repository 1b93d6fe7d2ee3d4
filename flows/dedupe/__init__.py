"""Copies point at the document that is kept, whenever each of them came.

    rank → exact copies → candidates by fingerprint → compare → accept by intent → elect

Everything is a function of the documents as they are. Comparing is what costs: pairs that were compared in the run
before are not compared again, but what they came to is read from `pairs`.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.dedupe.compare import compare_pairs
from flows.dedupe.election import elect_kept
from flows.dedupe.keep import write_ranking, write_reason
from flows.settings import Settings
from warehouse.tables import arrow_schema

FULL_BUCKET, BUCKET_HEADS = 32, 8
"""A key that more documents have gives candidates with the best of them alone."""

# Heads are what is compared: of documents of one text the best. One that was a head before, as the same row, stays; the
# others are new as heads, or gone.
HEADS = """
    FROM ranked ANTI JOIN exact ON ranked.doc_id = exact.doc_id LEFT JOIN heads_before USING (doc_id, run_id)
    SELECT doc_id, run_id, place, char_count, word_count, place_before"""
HEADS_BEFORE = """
    FROM ranked_before SELECT doc_id, run_id, place AS place_before WHERE NOT getvariable('compare_again')
    QUALIFY row_number() OVER (PARTITION BY content_hash ORDER BY place) = 1"""
GONE = """
    FROM heads_before ANTI JOIN (FROM heads WHERE place_before IS NOT NULL) USING (doc_id)"""
EXACT = """
    FROM (FROM ranked SELECT doc_id, first(doc_id) OVER (PARTITION BY content_hash ORDER BY place) AS kept_id)
    WHERE doc_id != kept_id"""
DUPLICATES = """
    WITH found AS (
        FROM elected SELECT * UNION ALL BY NAME
        FROM exact LEFT JOIN elected ON exact.kept_id = elected.doc_id
        SELECT
            exact.doc_id,
            coalesce(elected.kept_id, exact.kept_id) AS kept_id,
            coalesce(elected.kind, 'exact') AS kind,
            coalesce(elected.similarity, 1) AS similarity
    )
    FROM (
        FROM found
        JOIN ranked AS copy ON copy.doc_id = found.doc_id
        JOIN ranked AS kept ON kept.doc_id = found.kept_id
        SELECT
            found.*,
            CASE WHEN found.kind = 'contained' THEN 'its text has that of the copy and more'
                 WHEN kept.place > copy.place THEN 'the copy is part of another document too'
                 ELSE {reason} END AS kept_because
    )
    LEFT JOIN before.duplicates AS earlier USING (doc_id, kept_id, kind, similarity, kept_because)
    SELECT
        doc_id, kept_id, kind, similarity, kept_because,
        coalesce(earlier.run_id, getvariable('run_id')) AS run_id"""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The rows of `pairs` and of `duplicates`."""

    pairs: pa.Table
    duplicates: pa.Table


def find_duplicates(
    connection: duckdb.DuckDBPyConnection, run_id: str, settings: Settings, compare_again: bool = False
) -> Duplicates:
    """The copies among the connection's `all_documents`; its schema `before` holds the snapshot before.

    A row that stood before keeps its run_id. `compare_again` is for when the order of the documents is another one.
    """
    variables = {
        "run_id": run_id,
        "near_duplicates": settings.near_duplicates,
        "compare_again": compare_again,
        "full_bucket": FULL_BUCKET,
        "bucket_heads": BUCKET_HEADS,
    }
    for name, value in variables.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    # The cast, since DuckDB takes an empty list for one of numbers.
    connection.execute("SET VARIABLE preferred_sources = ?::VARCHAR[]", [list(settings.preferred_sources)])
    connection.execute("SET memory_limit = ?", [f"{settings.dedupe_memory_mb}MB"])
    for table, query in (
        ("ranked", write_ranking(settings.keep)),
        ("exact", EXACT),
        ("ranked_before", write_ranking(settings.keep, "before.all_documents")),
        ("heads_before", HEADS_BEFORE),
        ("heads", HEADS),
        ("gone", GONE),
    ):
        connection.execute(f"CREATE TEMP TABLE {table} AS {query}")
    connection.execute((Path(__file__).parent / "candidates.sql").read_text())
    settled = connection.sql("FROM settled").to_arrow_table().cast(arrow_schema("pairs"))
    compared = compare_pairs(connection, run_id, settings.dedupe_memory_mb << 20)
    pairs = pa.concat_tables([settled, compared])
    elected = elect_kept(connection, pairs)
    query = DUPLICATES.format(reason=write_reason(settings.keep, "kept", "copy"))
    connection.register("elected", elected)
    duplicates = connection.sql(query).to_arrow_table().cast(arrow_schema("duplicates"))
    return Duplicates(pairs, duplicates)
