-- The cuts of rule 'template', each with the count that justifies it.
FROM edits
JOIN (FROM paragraphs SELECT doc_id, edit_seq AS seq, paragraph_hash WHERE edit_seq IS NOT NULL) USING (doc_id, seq)
JOIN (FROM all_documents SELECT doc_id, coalesce(source, '') AS source, uri) USING (doc_id)
LEFT JOIN templates USING (source, paragraph_hash)
SELECT
    source, -- '' of documents that tell none
    uri,
    doc_id,
    seq, -- the edit
    before, -- the paragraph as it stood in the original
    paragraph_hash, -- what it has in common with the others
    documents, -- documents of the source that have it; copies and versions of one count once
    of_documents -- documents of the source, counted likewise
