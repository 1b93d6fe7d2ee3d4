-- fail: What is cut as a source's template is in `templates`, or is a paragraph without words among such.
FROM template_cuts SELECT source, uri, before WHERE documents IS NULL AND paragraph_hash IS NOT NULL
UNION ALL
FROM edits ANTI JOIN template_cuts USING (doc_id, seq) SELECT NULL, doc_id, before WHERE rule = 'template'
