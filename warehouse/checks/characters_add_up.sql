-- fail: Of each document: characters read = characters kept + characters that edits took − characters that edits put in.
SELECT doc_id, original_chars, kept, taken, put_in
FROM (
    FROM all_documents
    SELECT doc_id, original_chars, removed_chars, solid_length(text) AS kept
    WHERE is_new(run_id)
)
LEFT JOIN (
    FROM edits
    SELECT
        doc_id,
        sum(solid_length(before)) AS taken,
        sum(solid_length(after)) AS put_in,
        sum(solid_length(before)) FILTER (kind = 'remove') AS removed
    WHERE is_new(run_id)
    GROUP BY doc_id
) USING (doc_id)
WHERE original_chars != kept + coalesce(taken, 0) - coalesce(put_in, 0) OR removed_chars != coalesce(removed, 0)
