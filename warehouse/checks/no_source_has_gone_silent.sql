-- warn: No source has brought nothing in more than twice as many runs as it ever paused; only runs count that brought
-- something from any source. When it fails, see whether it still publishes, and whether its files still come.
-- A source is told from its eighth arrival on, and no more once it is silent for twenty times its longest pause.
WITH moments AS (
    FROM (FROM all_documents SELECT DISTINCT first_run_id UNION SELECT getvariable('run_id'))
    SELECT first_run_id AS run_id, row_number() OVER (ORDER BY first_run_id) AS moment, count(*) OVER () AS newest
),
pauses AS (
    FROM (FROM all_documents SELECT DISTINCT source, first_run_id AS run_id WHERE source IS NOT NULL)
    JOIN moments USING (run_id)
    SELECT *, moment - lag(moment) OVER arrivals AS pause
    WINDOW arrivals AS (PARTITION BY source ORDER BY moment)
    QUALIFY row_number() OVER (PARTITION BY source ORDER BY moment DESC) <= 30
)
FROM pauses
SELECT source, arg_max(run_id, moment) AS last_run, max(newest) - max(moment) AS runs_without, max(pause) AS longest_pause
GROUP BY source
HAVING count(*) >= 8 AND runs_without BETWEEN 2 * longest_pause AND 20 * longest_pause
