-- fail: Of a source's newest documents, those of this run and at least 20, about the same share is removed as of its older
-- ones, format by format. A row names the rule whose share rose most, and three of its cuts. Was it meant to rise?
-- `--largest-removed-jump 1` lets it pass.
WITH newest AS (
    FROM (
        FROM all_documents
        SELECT coalesce(source, '') AS source, format, run_id,
            row_number() OVER (PARTITION BY source, format ORDER BY run_id DESC) AS place
    )
    SELECT source, format, min(run_id) AS since
    WHERE place <= 20
    GROUP BY source, format
    HAVING count(*) = 20 AND bool_or(is_new(run_id))
),
texts AS (
    FROM (FROM all_documents SELECT * REPLACE (coalesce(source, '') AS source)) JOIN newest USING (source, format)
    SELECT 'now' AS moment, doc_id, source, format, original_chars, removed_chars
    WHERE run_id >= since
    UNION ALL
    FROM (FROM before.all_documents SELECT * REPLACE (coalesce(source, '') AS source)) JOIN newest USING (source, format)
    SELECT 'past', doc_id, source, format, original_chars, removed_chars
    WHERE run_id < since
),
shares AS (
    FROM texts
    SELECT moment, source, format, nullif(sum(original_chars), 0) AS characters, sum(removed_chars) / characters AS share
    GROUP BY moment, source, format
    HAVING count(*) >= 20 -- fewer tell no share
),
jumps AS (
    FROM shares AS now JOIN shares AS past USING (source, format)
    SELECT source, format, past.share AS share_before, now.share, now.characters, past.characters AS characters_before
    WHERE now.moment = 'now' AND past.moment = 'past' AND now.share > past.share + getvariable('largest_removed_jump')
),
cuts AS (
    FROM (FROM edits SELECT 'now' AS moment, * UNION ALL FROM before.edits SELECT 'past', *)
    JOIN texts USING (moment, doc_id)
    JOIN jumps USING (source, format)
    SELECT source, format, moment, rule, doc_id, solid_length("before") AS size, "before"[:80] AS excerpt,
        CASE moment WHEN 'now' THEN size / characters ELSE -size / characters_before END AS rise
    WHERE kind = 'remove'
),
rules AS (
    FROM cuts
    SELECT source, format, rule, sum(rise) AS rise,
        max_by(doc_id || ': ' || excerpt, size, 3) FILTER (moment = 'now') AS examples
    GROUP BY source, format, rule
)
FROM jumps JOIN rules USING (source, format)
SELECT source, format, round(share_before, 3) AS share_before, round(share, 3) AS share_now,
    arg_max(rule, rise) AS rule, arg_max(examples, rise) AS examples
GROUP BY ALL
