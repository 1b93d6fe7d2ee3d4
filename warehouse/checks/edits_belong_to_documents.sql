-- fail: An edit belongs to a document that is there, made by the same run.
FROM edits ANTI JOIN all_documents USING (doc_id, run_id) SELECT doc_id, seq, rule
