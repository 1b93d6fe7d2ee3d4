-- The corpus by source: what its documents do not tell, and how many pass the filters of others.
FROM documents LEFT JOIN (FROM gopher SELECT doc_id, true AS in_gopher) USING (doc_id)
LEFT JOIN (FROM c4 SELECT doc_id, true AS in_c4) USING (doc_id)
LEFT JOIN (FROM fineweb SELECT doc_id, true AS in_fineweb) USING (doc_id)
SELECT
    source, -- NULL of documents that tell none
    count(*) AS documents, -- documents that are kept
    median(word_count) AS words, -- of the document in the middle
    round(avg((title IS NULL)::INT), 4) AS without_title, -- share of the documents
    round(avg((len(authors) = 0)::INT), 4) AS without_authors, -- share of the documents
    round(avg((published IS NULL)::INT), 4) AS without_date, -- share of the documents
    round(avg((language IS NULL)::INT), 4) AS without_language, -- share of the documents
    round(count(in_gopher) / count(*), 4) AS in_gopher, -- share that passes Gopher's filters: the view `gopher`
    round(count(in_c4) / count(*), 4) AS in_c4, -- share that passes C4's
    round(count(in_fineweb) / count(*), 4) AS in_fineweb -- share that passes FineWeb's
GROUP BY source
ORDER BY documents DESC, source
