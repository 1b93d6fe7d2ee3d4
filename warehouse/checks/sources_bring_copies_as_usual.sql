-- warn: Of what a source brings, as much as in its last 30 runs is copies, about. When it fails, see of what:
-- `FROM clusters WHERE source = …`.
FROM unusual_arrivals SELECT * EXCLUDE measure WHERE measure = 'copy_share' AND run_id = getvariable('run_id')
