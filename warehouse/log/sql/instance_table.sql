-- what:    activity instances with the instant that enabled them
-- inputs:  raw_instances, case_boundaries
-- grain:   one row per activity instance that completed, by case and order of completion
-- values:  tolerance_us (by how much clocks may differ)
-- note:    enabled = the latest earlier completion that is not after the start (by more than the tolerance), at most the
--          start itself; the case's start for the first. The plain predecessor is that completion unless it ends after
--          the start: only then the search is needed. Adding an interval asks a calendar each time: microseconds are added.
WITH overtaken AS MATERIALIZED (
    SELECT case_code, instance, make_timestamptz(epoch_us(started_at) + $tolerance_us) AS latest_at
    FROM temp.raw_instances WHERE epoch_us(before_at) > epoch_us(started_at) + $tolerance_us
),
overlapping AS (
    SELECT c.case_code, c.instance, p.completed_at AS enabled_at
    FROM overtaken AS c
    ASOF LEFT JOIN (SELECT case_code, completed_at FROM temp.raw_instances SEMI JOIN overtaken USING (case_code)) AS p
        ON p.case_code = c.case_code AND c.latest_at >= p.completed_at
)
SELECT c.case_code, c.instance, c.position, c.activity_code, c.resource_code, c.role_code,
    CASE
        WHEN epoch_us(c.before_at) > epoch_us(c.started_at) + $tolerance_us
            THEN least(coalesce(o.enabled_at, k.started_at), c.started_at)
        WHEN c.before_at IS NOT NULL THEN least(c.before_at, c.started_at)
        ELSE least(k.started_at, coalesce(c.started_at, c.completed_at))
    END AS enabled_at,
    c.started_at, c.completed_at
FROM temp.raw_instances AS c
JOIN temp.case_boundaries AS k USING (case_code)
LEFT JOIN overlapping AS o ON o.case_code = c.case_code AND o.instance = c.instance
ORDER BY c.case_code, c.instance
