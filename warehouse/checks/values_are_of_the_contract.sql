-- fail: Columns that name a kind hold one that is known. When it fails, whoever asks for the known ones misses rows.
FROM edits SELECT 'edits.kind' AS in_column, kind AS value, count(*) AS rows
WHERE kind NOT IN ('remove', 'lift', 'repair') GROUP BY ALL
UNION ALL
FROM duplicates SELECT 'duplicates.kind', kind, count(*) WHERE kind NOT IN ('exact', 'near', 'contained') GROUP BY ALL
UNION ALL
FROM all_documents SELECT 'all_documents.published_precision', published_precision, count(*)
WHERE (published IS NULL) != (published_precision IS NULL)
    OR published_precision NOT IN ('year', 'month', 'day', 'minute')
GROUP BY ALL
UNION ALL
FROM all_documents SELECT 'all_documents.language_confidence', language_confidence::VARCHAR, count(*)
WHERE language_confidence NOT BETWEEN 0 AND 1 GROUP BY ALL
UNION ALL
FROM duplicates SELECT 'duplicates.similarity', similarity::VARCHAR, count(*)
WHERE similarity NOT BETWEEN 0 AND 1 GROUP BY ALL
