-- what:       the processes of the snapshot, with their cases and the last run
-- inputs:     processes, case_figures, process_extents, runs
-- prepared:   case_figures, process_extents
-- grain:      one row per process, by name
-- parameters: none
WITH counted AS (
    SELECT process, sum(case_count)::BIGINT AS case_count,
           coalesce(sum(case_count) FILTER (WHERE state = 'open'), 0)::BIGINT AS open_count
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
       coalesce(case_count, 0) AS case_count, coalesce(open_count, 0) AS open_count, e.first_at, e.last_at,
       run_id, finished_at
FROM processes
LEFT JOIN counted USING (process)
LEFT JOIN process_extents AS e USING (process)
LEFT JOIN last_run USING (process)
ORDER BY process
