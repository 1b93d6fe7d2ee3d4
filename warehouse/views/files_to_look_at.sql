-- Files that need a person: those that did not land, or not wholly, with the reason and what to do.
FROM files
SELECT
    uri,
    status, -- 'empty', 'unreadable', 'unsupported', 'too_large'; 'landed' where records of it did not
    coalesce(reason, rejected[1].reason) AS reason, -- why, in words; of rejected records that of the first
    len(rejected) AS rejected_records, -- how many of its records did not land
    CASE status
        WHEN 'empty' THEN 'fetch it again, or remove it'
        WHEN 'unreadable' THEN 'open it: where it is damaged or locked, put a whole one in its place'
        WHEN 'unsupported' THEN 'do as the reason says, or leave it out of the folder'
        WHEN 'too_large' THEN 'split it, or raise --max-file-mb'
        ELSE 'mend these records in the file'
    END AS what_to_do, -- then `corpus run` reads it again
    bytes, -- its size
    first_seen_run -- the run that first found it
WHERE status NOT IN ('landed', 'forgotten') OR len(rejected) > 0
ORDER BY status, uri
