-- Pairs in which `copy` could go as a copy of `kept`, by intent: every intent accepts what those before it do.
--   copies    the same text from begin to end, a few words aside
--   reprints  a text that is in the other nearly whole, at most every tenth word changed, whatever else that one says
--   versions  a text most of which is in the other, up to a third of the words changed, passage by passage; where the
--             other is not in it likewise, a quarter, or no passage of a text of 100 words or more is missing: less is
--             a common topic
--   fineweb   FineWeb's: as many 5-word shingles in common as its 14 bands of 8 hashes find half of the time
-- Whoever copies keeps the facts and changes the wording; a form that was filled in again keeps the wording and changes
-- the facts. So names and numbers of shared passages must not have changed more than other words there; and what each
-- text names again and again, the other must name too, or they are about something else: one town's grant, another's.
WITH directed AS (
    FROM pairs SELECT doc_id AS copy_id, other_id AS kept_id, * EXCLUDE (doc_id, other_id, run_id)
    UNION ALL BY NAME
    FROM pairs SELECT
        other_id AS copy_id, doc_id AS kept_id, jaccard, five_word_jaccard,
        other_containment AS containment, containment AS other_containment,
        other_coverage AS coverage, coverage AS other_coverage,
        other_fact_changes AS fact_changes, fact_changes AS other_fact_changes,
        other_subject_changes AS subject_changes, subject_changes AS other_subject_changes
),
judged AS (
    FROM directed JOIN heads ON heads.doc_id = copy_id
    SELECT
        directed.*,
        containment >= 0.75 AND coverage >= 0.85 AS is_within,
        other_containment >= 0.75 AND other_coverage >= 0.85 AS other_is_within,
        containment >= 0.5 AND coverage >= 0.7 AS is_reworded,
        other_containment >= 0.5 AND other_coverage >= 0.7 AS other_is_reworded,
        other_is_reworded OR containment >= 0.56 OR coverage >= 0.95 AND heads.word_count >= 100 AS is_more_than_topic,
        least(subject_changes, other_subject_changes) AS subject_change
),
decided AS (
    FROM judged
    SELECT
        *,
        jaccard >= 0.7 AND is_within AND other_is_within AND least(fact_changes, other_fact_changes) <= 0.02 AS is_copy,
        is_within AND (fact_changes <= 0.02 OR other_is_within AND other_fact_changes <= 0.02) AS is_reprint,
        is_reworded AND is_more_than_topic
            AND (fact_changes <= 0.04 OR other_is_reworded AND other_fact_changes <= 0.04)
        OR least(containment, other_containment) >= 0.46 AND least(coverage, other_coverage) >= 0.9
            AND least(fact_changes, other_fact_changes) <= 0.04 AS is_version
)
FROM decided
SELECT
    copy_id, kept_id, jaccard, coverage,
    CASE getvariable('near_duplicates')
        WHEN 'copies' THEN is_copy AND subject_change < 0.02
        WHEN 'reprints' THEN is_reprint AND subject_change < 0.02
        WHEN 'versions' THEN (is_reprint OR is_version) AND subject_change < 0.05
        WHEN 'fineweb' THEN five_word_jaccard >= 0.72
        ELSE false
    END AS accepted
