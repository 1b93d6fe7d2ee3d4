-- Paragraphs that stand word for word in several documents: a block of a wire story, a word about the publisher.
FROM (
    FROM paragraphs
    SELECT *, count(DISTINCT doc_id) OVER (PARTITION BY paragraph_hash, coalesce(numbers_hash, 0)) AS documents
    WHERE start_char IS NOT NULL AND paragraph_hash IS NOT NULL
) AS passage
JOIN all_documents USING (doc_id)
SELECT
    paragraph_hash, -- the passage by its words
    coalesce(numbers_hash, 0) AS numbers_hash, -- and by its numbers; 0 where it has none
    documents, -- how many have it, copies counted
    doc_id, uri,
    start_char, -- where it stands in the document's text, code points from 0
    passage.char_count, -- how long it is
    substr(text, start_char + 1, passage.char_count) AS passage -- as it stands there
WHERE documents > 1 AND passage.char_count >= 40
ORDER BY documents DESC, paragraph_hash, numbers_hash, doc_id, start_char
