-- Families of copies: each kept document that has copies, and these, the kept one first.
WITH families AS (
    FROM duplicates SELECT kept_id, doc_id, kind, similarity, kept_because
    UNION ALL
    FROM (FROM duplicates SELECT DISTINCT kept_id) SELECT kept_id, kept_id, 'kept', NULL, NULL
)
FROM families JOIN all_documents USING (doc_id)
SELECT
    kept_id, -- the family
    count(*) OVER (PARTITION BY kept_id) AS documents, -- how many it has, the kept one counted
    doc_id,
    kind, -- 'kept', 'exact', 'near' or 'contained'
    similarity, -- to the kept one; NULL of itself
    kept_because, -- what decided between the two
    uri, record, source, title, published, word_count
ORDER BY documents DESC, kept_id, kind = 'kept' DESC, similarity DESC, doc_id
