-- fail: No two documents that are kept have the same text. When it fails, copies were not found: `corpus run --full`.
FROM documents
SELECT content_hash, count(*) AS documents, min(doc_id) AS doc_id, max(doc_id) AS other_id
GROUP BY content_hash HAVING count(*) > 1
