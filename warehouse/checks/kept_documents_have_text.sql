-- warn: No document of this run that is kept is without text. When it fails, rules took all of it, as from a page that
-- says nothing but its date: `corpus show DOC_ID` shows by which.
FROM documents
SELECT doc_id, uri, record, title
WHERE is_new(run_id)
    AND char_count < 100 AND solid_length(text) = 0 -- runs of white space are normalised: none is so long
