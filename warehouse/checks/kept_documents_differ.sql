-- fail: No two documents that are kept have the same text. When it fails, copies were not found: `corpus run --full`.
-- Documents without text are copies of nothing: `kept_documents_have_text` tells of them.
FROM documents
SELECT content_hash, count(*) AS documents, min(doc_id) AS doc_id, max(doc_id) AS other_id
WHERE char_count > 0
GROUP BY content_hash HAVING count(*) > 1
