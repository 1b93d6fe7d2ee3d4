-- Where what a source brought last differs from the up to 30 runs before in which it brought something.
WITH numbered AS (
    FROM arrivals SELECT *, row_number() OVER (PARTITION BY source ORDER BY run_id DESC) - 1 AS ago QUALIFY ago <= 30
),
-- `value` is on a scale where the spread is about the same for much and for little. Less than `floor` is no difference:
-- what matters to a reader, and 1 / sqrt(size), two standard errors of a share among so few documents.
measures AS (
    FROM numbered SELECT source, run_id, ago, documents AS size, 'documents' AS measure, ln(documents) AS value, ln(5) AS floor
    UNION ALL FROM numbered SELECT source, run_id, ago, documents, 'words', ln(1 + words), ln(2) + 1 / sqrt(documents)
    UNION ALL FROM numbered SELECT source, run_id, ago, documents, 'language_share', language_share, 0.2 + 1 / sqrt(documents)
    UNION ALL FROM numbered SELECT source, run_id, ago, documents, 'copy_share', copy_share, 0.3 + 1 / sqrt(documents)
    UNION ALL FROM numbered SELECT source, run_id, ago, documents, 'removed_share', removed_share, 0.15 + 1 / sqrt(documents)
),
compared AS (
    -- Fewer than 8 documents have no share or middle to speak of; fewer than 8 runs no usual one.
    FROM measures
    SELECT
        source, measure, arg_min(run_id, ago) AS run_id, arg_min(value, ago) AS value, arg_min(floor, ago) AS floor,
        median(value) FILTER (ago > 0) AS usual, mad(value) FILTER (ago > 0) AS deviation,
        arg_min(size, ago) AS documents, median(size) FILTER (ago > 0) AS usual_documents, min(ago) AS newest
    WHERE measure = 'documents' OR size >= 8
    GROUP BY source, measure
    HAVING count(*) FILTER (ago > 0) >= 8
)
FROM compared
SELECT
    source, -- NULL of documents that tell none
    run_id, -- the last run in which it brought something
    measure, -- 'documents', 'words', 'language_share', 'copy_share' or 'removed_share': a column of `arrivals`
    round(CASE measure WHEN 'documents' THEN exp(value) WHEN 'words' THEN exp(value) - 1 ELSE value END, 3) AS value, -- in that run
    round(CASE measure WHEN 'documents' THEN exp(usual) WHEN 'words' THEN exp(usual) - 1 ELSE usual END, 3) AS usual, -- the median of the runs before
    documents, -- how many it brought in that run
    -- 1.4826 MAD is a standard deviation where values are normal; five of them, and what the language of people calls a difference
    round(abs(value - compared.usual) / greatest(floor, 5 * 1.4826 * deviation), 2) AS times_the_limit -- how far beyond what is usual: 1 and above
WHERE newest = 0 AND abs(value - compared.usual) > greatest(floor, 5 * 1.4826 * deviation)
    AND (measure != 'documents' OR greatest(documents, usual_documents) >= 20)
