-- fail: The paragraphs that stand, with two line ends between, are as long as the text.
FROM (FROM all_documents SELECT doc_id, char_count WHERE is_new(run_id))
LEFT JOIN (
    FROM paragraphs
    SELECT doc_id, sum(char_count + 2) - 2 AS told, max(start_char + char_count) AS last_end
    WHERE start_char IS NOT NULL
    GROUP BY doc_id
) USING (doc_id)
SELECT doc_id, char_count, told
WHERE char_count != coalesce(told, 0) OR char_count != coalesce(last_end, 0)
