-- fail: Files found = landed + unchanged + each other status, of this run.
SELECT *
FROM (
    SELECT
        (counts ->> 'files_found')::BIGINT AS found,
        (counts ->> 'files_unchanged')::BIGINT AS unchanged,
        (SELECT count(*) FROM files WHERE is_new(run_id)) AS stated,
        (SELECT count(*) FROM files) AS files
    FROM runs WHERE run_id = getvariable('run_id')
)
WHERE found != unchanged + stated OR found != files
