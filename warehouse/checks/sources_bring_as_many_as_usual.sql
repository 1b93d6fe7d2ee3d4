-- warn: The documents that a source brings are as many as in its last 30 runs, about. When it fails, see whether
-- files are missing, or came twice: `FROM arrivals WHERE source = …`.
FROM unusual_arrivals SELECT * EXCLUDE measure WHERE measure = 'documents' AND run_id = getvariable('run_id')
