-- fail: A copy points at a document that is there and is no copy itself.
SELECT doc_id, kept_id, kind
FROM duplicates
WHERE doc_id NOT IN (SELECT doc_id FROM all_documents) OR kept_id NOT IN (SELECT doc_id FROM documents)
