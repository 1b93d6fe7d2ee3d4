-- fail: Between two edits the text has no more characters than the original, and an edit took what its place can hold;
-- of some thousand new documents. When it fails, undoing the edits does not give the original: `corpus run --full`.
WITH chosen AS (
    FROM all_documents
    SELECT doc_id, text, original_chars
    WHERE is_new(run_id)
    ORDER BY hash(doc_id) -- the same whatever the order of the rows
    LIMIT 1000
),
pieces AS (
    FROM edits JOIN chosen USING (doc_id)
    SELECT
        doc_id, seq, rule, before, start_char, end_char, text_char, text,
        lag(end_char, 1, 0) OVER ledger AS original_from,
        lag(text_char + length(after), 1, 0) OVER ledger AS text_from
    WINDOW ledger AS (PARTITION BY doc_id ORDER BY seq)
)
FROM pieces
SELECT doc_id, seq, rule
WHERE text_char < text_from
    OR solid_length(substr(text, text_from + 1, text_char - text_from)) > start_char - original_from
    OR solid_length(before) > end_char - start_char
