-- warn: The texts that a source brings are as long as in its last 30 runs, about. When it fails, see whether they
-- are cut off, or whole pages: `FROM documents WHERE first_run_id = … AND source = …`.
FROM unusual_arrivals SELECT * EXCLUDE measure WHERE measure = 'words' AND run_id = getvariable('run_id')
