-- fail: What an edit put in stands in the text at its place, and no two edits of a document overlap.
FROM (
    SELECT
        edits.doc_id, seq, rule, start_char,
        substr(text, text_char + 1, length(after)) = after AS stands,
        lag(end_char, 1, 0) OVER (PARTITION BY edits.doc_id ORDER BY seq) AS end_before
    -- By the run too, to which `edits_belong_to_documents` holds them: so other texts are not read.
    FROM edits JOIN all_documents USING (doc_id, run_id)
    WHERE is_new(run_id)
)
SELECT doc_id, seq, rule
WHERE NOT stands OR start_char < end_before
