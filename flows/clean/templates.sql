-- The paragraphs that are the template of their source: they end, or break into, at least `template_documents` of its
-- documents, and a share of at least `template_share` of them.
--
-- Documents are counted by what else they say: one for all that share their longest other paragraph, so that copies and
-- new versions of one article make no template. A paragraph that mostly opens its documents carries content, however
-- often it does: the first line of a press release. So does a sentence that stands within: an oath, a refrain, a motto.
WITH folded AS (
    FROM paragraphs JOIN all_documents USING (doc_id)
    SELECT doc_id, source, seq, paragraph_hash, paragraphs.char_count WHERE source IS NOT NULL
),
longest AS (
    FROM (
        FROM folded
        SELECT doc_id, source, {'chars': max(char_count), 'hash': paragraph_hash} AS paragraph
        WHERE paragraph_hash IS NOT NULL
        GROUP BY doc_id, source, paragraph_hash
    )
    SELECT doc_id, source, max(paragraph, 2) AS body
    GROUP BY doc_id, source
),
sizes AS (
    FROM longest SELECT source, count(DISTINCT body) AS of_documents GROUP BY source
),
recurring AS (
    FROM folded JOIN (FROM longest SELECT doc_id, body) USING (doc_id)
    SELECT
        source,
        paragraph_hash,
        count(DISTINCT list_filter(body, lambda other: other.hash != paragraph_hash)[1].hash) AS documents,
        avg((seq = 0)::INT) AS opening
    WHERE paragraph_hash IS NOT NULL
    GROUP BY source, paragraph_hash
    HAVING documents >= getvariable('template_documents')
),
found AS (
    FROM recurring JOIN sizes USING (source)
    SELECT
        source, paragraph_hash,
        -- Between other paragraphs a line must be said by more to be no heading and no saying.
        CASE WHEN documents >= 0.25 * of_documents THEN 'anywhere' ELSE 'tail' END AS place,
        documents, of_documents
    WHERE documents >= getvariable('template_share') * of_documents AND opening <= 0.5
)
SELECT found.*, coalesce(templates.run_id, getvariable('run_id')) AS run_id
FROM found LEFT JOIN templates USING (source, paragraph_hash, place, documents, of_documents)
