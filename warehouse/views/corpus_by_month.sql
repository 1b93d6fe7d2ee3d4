-- The corpus by source and month: how much was published when.
FROM documents
SELECT
    source, -- NULL of documents that tell none
    if(published_precision = 'year', NULL, date_trunc('month', published))::DATE AS month, -- its first day; NULL of documents that tell no month
    count(*) AS documents, -- documents that are kept
    sum(word_count)::BIGINT AS words -- their words
GROUP BY ALL
ORDER BY month, source
