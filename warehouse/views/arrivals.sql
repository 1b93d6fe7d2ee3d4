-- What came in with each run, by source: documents by the run they first came in, as they are now.
WITH spoken AS (FROM all_documents SELECT source, mode(language) AS usual_language GROUP BY source)
FROM all_documents LEFT JOIN (FROM duplicates SELECT doc_id, true AS is_copy) USING (doc_id)
LEFT JOIN spoken ON all_documents.source IS NOT DISTINCT FROM spoken.source
SELECT
    first_run_id AS run_id, -- the run in which they first came; `FROM documents WHERE first_run_id = …` has them one by one
    all_documents.source AS source, -- NULL of documents that tell none
    count(*) AS documents, -- documents that landed, copies too
    count(is_copy) AS copies, -- of these, documents left out as copies
    median(word_count) AS words, -- of the document in the middle
    round(sum(removed_chars) / greatest(sum(original_chars), 1), 4) AS removed_share, -- of the characters read
    round(count(is_copy) / count(*), 4) AS copy_share, -- of the documents
    round(avg((language IS NOT DISTINCT FROM usual_language)::INT), 4) AS language_share -- of the documents, in the language most of the source's are in
GROUP BY ALL
