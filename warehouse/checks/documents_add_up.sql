-- fail: Records read = documents + rejected, of this run; and all documents = kept + copies.
SELECT *
FROM (
    SELECT
        (counts ->> 'records')::BIGINT AS records,
        (SELECT count(*) FROM all_documents WHERE is_new(run_id)) AS landed,
        (SELECT coalesce(sum(len(rejected)), 0) FROM files WHERE is_new(run_id)) AS rejected,
        (counts ->> 'characters_read')::BIGINT AS characters,
        (SELECT coalesce(sum(original_chars), 0) FROM all_documents WHERE is_new(run_id))
            AS characters_landed,
        (SELECT count(*) FROM all_documents) AS everything,
        (SELECT count(*) FROM documents) AS kept,
        (SELECT count(DISTINCT doc_id) FROM duplicates) AS copies
    FROM runs WHERE run_id = getvariable('run_id')
)
WHERE records != landed + rejected OR characters != characters_landed OR everything != kept + copies
