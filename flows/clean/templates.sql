-- The paragraphs that are the template of their source: at least `template_documents` of its documents have them, and a
-- share of at least `template_share` of them.
--
-- A document counts when it says something of its own, in paragraphs of fewer than `template_documents` documents; those
-- of which the longest such paragraph is the same count once. So copies and versions of an article make no template.
-- What mostly stands before the first paragraph of prose carries content, however often it does: the first line of a
-- press release. So does a paragraph of which every document has other numbers: a score, a temperature.
-- Documents that tell no source are judged together, as source ''.
WITH placed AS (
    FROM paragraphs JOIN all_documents USING (doc_id)
    SELECT
        doc_id, coalesce(source, '') AS source, seq, paragraph_hash, numbers_hash, paragraphs.char_count,
        min(seq) FILTER (paragraphs.char_count >= 100) OVER (PARTITION BY doc_id) AS first_prose
),
frequent AS (
    FROM placed
    SELECT source, paragraph_hash
    WHERE paragraph_hash IS NOT NULL
    GROUP BY source, paragraph_hash
    HAVING count(DISTINCT doc_id) >= getvariable('template_documents')
),
told AS (
    FROM placed ANTI JOIN frequent USING (source, paragraph_hash)
    SELECT doc_id, source, max({'chars': char_count, 'hash': paragraph_hash}) AS own
    WHERE paragraph_hash IS NOT NULL
    GROUP BY doc_id, source
    HAVING sum(char_count) >= 100
),
sizes AS (
    FROM told SELECT source, count(DISTINCT own) AS of_documents GROUP BY source
),
counted AS (
    FROM placed SEMI JOIN frequent USING (source, paragraph_hash) JOIN told USING (doc_id, source)
    SELECT
        source,
        paragraph_hash,
        count(DISTINCT own) AS documents,
        count(DISTINCT numbers_hash) AS forms,
        avg((seq < coalesce(first_prose, 1))::INT) AS opening
    GROUP BY source, paragraph_hash
),
found AS (
    FROM counted JOIN sizes USING (source)
    SELECT source, paragraph_hash, documents, of_documents
    WHERE documents >= getvariable('template_documents')
        AND documents >= getvariable('template_share') * of_documents
        AND opening <= 0.5
        AND forms <= documents / 2
)
SELECT found.*, coalesce(templates.run_id, getvariable('run_id')) AS run_id
FROM found LEFT JOIN templates USING (source, paragraph_hash, documents, of_documents)
