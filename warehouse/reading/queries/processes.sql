-- what:       the processes of the snapshot, with their cases and the last run
-- inputs:     processes, case_figures, runs
-- prepared:   case_figures
-- grain:      one row per process, by name
-- parameters: none
WITH counted AS (
    SELECT process, count(*) AS case_count, count(*) FILTER (WHERE state = 'open') AS open_count,
           min(started_at) AS first_at, max(coalesce(ended_at, started_at)) AS last_at
    FROM case_figures
    GROUP BY process
),
last_run AS (
    SELECT process, max(run_id) AS run_id, arg_max(finished_at, run_id) AS finished_at
    FROM runs
    WHERE status = 'done'
    GROUP BY process
)
SELECT process, title_en, title_zh, owner, coalesce(time_zone, 'UTC') AS time_zone, case_url,
       coalesce(segment_names, []) AS segment_names, as_of,
       coalesce(case_count, 0) AS case_count, coalesce(open_count, 0) AS open_count, first_at, last_at,
       run_id, finished_at
FROM processes
LEFT JOIN counted USING (process)
LEFT JOIN last_run USING (process)
ORDER BY process
