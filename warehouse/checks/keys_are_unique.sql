-- fail: A row's key stands for one row, in every table. When it fails, a batch has landed twice: `corpus run --full`.
FROM (FROM all_documents SELECT 'all_documents' AS in_table, doc_id AS key)
SELECT in_table, key, count(*) AS rows GROUP BY ALL HAVING count(*) > 1
UNION ALL
FROM (FROM all_documents SELECT uri, record) SELECT 'all_documents', uri || ' ' || record, count(*) GROUP BY ALL HAVING count(*) > 1
UNION ALL
FROM files SELECT 'files', uri, count(*) GROUP BY ALL HAVING count(*) > 1
UNION ALL
-- Those of rows made before are still unique: `edits_belong_to_documents` holds each to the run of its document.
FROM edits SELECT 'edits', doc_id || ' ' || seq, count(*)
WHERE is_new(run_id) GROUP BY ALL HAVING count(*) > 1
UNION ALL
FROM paragraphs SELECT 'paragraphs', doc_id || ' ' || seq, count(*)
WHERE is_new(run_id) GROUP BY ALL HAVING count(*) > 1
UNION ALL
FROM fingerprints SELECT 'fingerprints', doc_id, count(*) GROUP BY ALL HAVING count(*) > 1
UNION ALL
FROM templates SELECT 'templates', source || ' ' || paragraph_hash, count(*) GROUP BY ALL HAVING count(*) > 1
UNION ALL
FROM pairs SELECT 'pairs', doc_id || ' ' || other_id, count(*) GROUP BY ALL HAVING count(*) > 1
UNION ALL
FROM duplicates SELECT 'duplicates', doc_id, count(*) GROUP BY ALL HAVING count(*) > 1
