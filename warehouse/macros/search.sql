-- search(words): The documents that have any of these words, the best first by BM25; case and accents aside, `ferr*` for all that begins so.
WITH candidates AS (

    FROM (FROM documents SELECT doc_id, fold(concat_ws(chr(10), title, text)) AS folded)
    SELECT *, list_filter((FROM search_terms(words) AS terms SELECT list(terms)), lambda term: contains(folded, term.term)) AS found
    WHERE len(found) > 0
),
counted AS (
    FROM (
        FROM candidates
        SELECT doc_id, folded, unnest(found) AS found, regexp_extract_all(folded, '[\p{L}\p{N}\p{M}]+') AS spoken
    )
    SELECT doc_id, found.term AS term, CASE
        WHEN found.is_unspaced THEN (length(folded) - length(replace(folded, found.term, ''))) // length(found.term)
        WHEN found.is_beginning THEN len(list_filter(spoken, lambda word: starts_with(word, found.term)))
        ELSE len(list_filter(spoken, lambda word: word = found.term))
    END AS frequency
),
scored AS (
    FROM (FROM counted WHERE frequency > 0)
    JOIN (FROM documents SELECT doc_id, word_count) USING (doc_id)
    CROSS JOIN (FROM documents SELECT count(*) AS all_documents, avg(word_count) AS usual_length)
    SELECT
        doc_id,
        ln(1 + (all_documents - count(*) OVER (PARTITION BY term) + 0.5) / (count(*) OVER (PARTITION BY term) + 0.5))
            * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * word_count / usual_length)) AS score
)
FROM (FROM scored SELECT doc_id, sum(score) AS score GROUP BY doc_id) JOIN documents USING (doc_id)
SELECT score, documents.*
ORDER BY score DESC, doc_id
