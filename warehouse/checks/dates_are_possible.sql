-- warn: No document of this run was published before 1700 or after tomorrow. When it fails, `published_from` says who
-- told the date: its page or sidecar is wrong, or a date of the text was taken for it.
FROM all_documents
SELECT doc_id, uri, published, published_from
WHERE is_new(run_id)
    AND (published < DATE '1700-01-01' OR published > (FROM runs SELECT max(started_at)) + INTERVAL 1 DAY)
