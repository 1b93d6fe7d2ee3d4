-- warn: Of what a source brings, as much as in its last 30 runs is removed, about. When it fails, see by which rule:
-- `corpus show DOC_ID`.
FROM unusual_arrivals SELECT * EXCLUDE measure WHERE measure = 'removed_share' AND run_id = getvariable('run_id')
