-- fail: Each document has its fingerprint, made by the same run: what copies are found by. When it fails, copies may have
-- been missed: `corpus run --full`.
FROM fingerprints ANTI JOIN all_documents USING (doc_id, run_id) SELECT doc_id, run_id
UNION ALL
FROM all_documents ANTI JOIN fingerprints USING (doc_id, run_id) SELECT doc_id, run_id
