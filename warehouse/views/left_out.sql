-- Everything that is not in `documents`: what, where and why, one row each.
SELECT
    'file' AS what, -- 'file', 'record' of a file, 'copy' of a document, 'part' of a document
    uri,
    NULL::BIGINT AS record,
    status AS rule, -- what left it out: the file's status, 'rejected', the copy's kind, or the cleaning rule
    reason AS why, -- in words
    NULL AS part -- the text that was cut from the document
FROM files WHERE status != 'landed'
UNION ALL
SELECT 'record', uri, rejected.record, 'rejected', rejected.reason, NULL
FROM (SELECT uri, unnest(rejected) AS rejected FROM files)
UNION ALL
SELECT 'copy', uri, record, kind, 'a copy of ' || kept_id || ', kept because ' || kept_because, NULL
FROM duplicates JOIN all_documents USING (doc_id)
UNION ALL
SELECT
    'part', all_documents.uri, record, rule,
    edits.kind || coalesce(': in ' || documents || ' of ' || of_documents || ' documents of ' || if(template_cuts.source = '', 'no source', template_cuts.source), ''),
    edits.before
FROM edits JOIN all_documents USING (doc_id) LEFT JOIN template_cuts USING (doc_id, seq) WHERE edits.kind != 'repair'
