-- warn: No source loses more than half of its documents at once. When it fails, see whether its folder is all there:
-- `FROM changes WHERE change = 'removed'` lists what has gone, and it is still in the snapshot before.
FROM (
    FROM (FROM before.all_documents SELECT source, 1 AS past, 0 AS now UNION ALL FROM all_documents SELECT source, 0, 1)
    SELECT source, sum(past)::BIGINT AS documents_before, sum(now)::BIGINT AS documents GROUP BY source
)
WHERE documents_before >= 20 AND documents < documents_before / 2
