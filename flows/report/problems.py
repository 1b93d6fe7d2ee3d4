"""What needs a person: the files that did not land, or not wholly, by what is wrong with them."""

from typing import NamedTuple

import duckdb

QUERY = r"""
    WITH told AS (
        FROM files_to_look_at
        SELECT
            if(status = 'landed', 'rejected records', status) AS what,
            reason,
            regexp_replace(reason, '(^|[^\w-])\d+(?:[.,]\d+)*', '\1#', 'g') AS kind,
            uri
    )
    FROM told SELECT count(*), what, if(count(*) = 1, min(reason), kind), min(uri, 3)
    GROUP BY what, kind ORDER BY 1 DESC, what, kind LIMIT 20"""
"""Reasons that differ in a number alone are one, which tells '#' for it; a number within a word, as in utf-8, stays."""


class Problem(NamedTuple):
    """A kind of them."""

    files: int
    status: str
    reason: str
    uris: list[str]
    """The first three."""


def list_problems(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """The twenty kinds that most files have, the commonest first."""
    return [Problem(*row) for row in connection.execute(QUERY).fetchall()]
