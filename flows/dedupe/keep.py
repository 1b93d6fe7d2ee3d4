"""Keeping: which of several copies stays is decided by what they say of themselves, never by when they came."""

from collections.abc import Sequence

from flows.settings import Policy

CRITERIA: dict[Policy, tuple[tuple[str, str], ...]] = {
    "most_complete": (
        (
            "coalesce(list_position(['year', 'month', 'day', 'minute'], published_precision), 0)",
            "it tells its date more exactly",
        ),
        ("title IS NOT NULL", "it tells its title"),
        ("len(authors) > 0", "it tells its authors"),
        ("url IS NOT NULL", "it tells its address"),
    ),
    "earliest": (("coalesce(-epoch(published), '-infinity'::DOUBLE)", "it was published first"),),
    "longest": (("char_count", "its text is longer"),),
    "preferred_source": (
        (
            "coalesce(-list_position(getvariable('preferred_sources'), source), '-infinity'::DOUBLE)",
            "its source is preferred",
        ),
    ),
}
"""By policy: what is compared in SQL, the greater the better, and why the better one was kept."""
FURTHER: tuple[Policy, ...] = ("most_complete", "earliest", "longest")
"""What decides after the policy that was chosen; after all of them the doc_id."""
LAST_RESORT = "its doc_id sorts first"


def write_ranking(policy: Policy, documents: str = "all_documents") -> str:
    """SQL of every document that has text, `place` 1 being the best: a total order, decided by content alone."""
    scores = ", ".join(f"({score})::DOUBLE" for score, _ in _list_criteria(policy))
    return f"""
        FROM (
            FROM {documents}
            SELECT doc_id, run_id, content_hash, char_count, word_count, [{scores}] AS scores
            WHERE char_count > 0
        )
        SELECT *, row_number() OVER (ORDER BY scores DESC, doc_id) AS place"""


def write_reason(policy: Policy, better: str, worse: str) -> str:
    """SQL of why, of two rows of the ranking, the better one was kept."""
    reasons = [reason for _, reason in _list_criteria(policy)]
    cases = [
        f"WHEN {better}.scores[{place}] > {worse}.scores[{place}] THEN '{reason}'"
        for place, reason in enumerate(reasons, 1)
    ]
    return f"CASE {' '.join(cases)} ELSE '{LAST_RESORT}' END"


def _list_criteria(policy: Policy) -> Sequence[tuple[str, str]]:
    return [criterion for each in dict.fromkeys([policy, *FURTHER]) for criterion in CRITERIA[each]]
