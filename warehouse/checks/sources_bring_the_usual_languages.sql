-- warn: The texts that a source brings are in its usual language, about as many as in its last 30 runs. When it
-- fails, see whether another source got into its folder, or its files are decoded wrongly.
FROM unusual_arrivals SELECT * EXCLUDE measure WHERE measure = 'language_share' AND run_id = getvariable('run_id')
