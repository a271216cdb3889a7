-- what:    activity instances with the instant that enabled them, and their durations in microseconds
-- inputs:  raw_instances, cases
-- grain:   one row per activity instance that completed, by case and order of completion
-- values:  tolerance_us (by how much clocks may differ)
-- note:    enabled = the latest earlier completion that is not after the start (by more than the tolerance), at most the
--          start itself; the case's start for the first. The plain predecessor is that completion unless it ends after
--          the start: only then the search is needed.
WITH overtaken AS MATERIALIZED (
    SELECT case_code, instance, started_at, started_at + to_microseconds($tolerance_us) AS latest_at
    FROM temp.raw_instances WHERE before_at > started_at + to_microseconds($tolerance_us)
),
overlapping AS (
    SELECT c.case_code, c.instance, p.completed_at AS enabled_at
    FROM overtaken AS c
    ASOF LEFT JOIN (SELECT case_code, completed_at FROM temp.raw_instances SEMI JOIN overtaken USING (case_code)) AS p
        ON p.case_code = c.case_code AND c.latest_at >= p.completed_at
),
enabled AS (
    SELECT c.*,
        CASE
            WHEN c.before_at > c.started_at + to_microseconds($tolerance_us)
                THEN least(coalesce(o.enabled_at, k.started_at), c.started_at)
            WHEN c.before_at IS NOT NULL THEN least(c.before_at, c.started_at)
            ELSE least(k.started_at, coalesce(c.started_at, c.completed_at))
        END AS enabled_at
    FROM temp.raw_instances AS c
    JOIN cases AS k USING (case_code)
    LEFT JOIN overlapping AS o ON o.case_code = c.case_code AND o.instance = c.instance
)
SELECT case_code, instance, position, activity_code, resource_code, role_code, enabled_at, started_at, completed_at,
    epoch_us(started_at) - epoch_us(enabled_at) AS waiting_us,
    epoch_us(completed_at) - epoch_us(started_at) AS processing_us,
    epoch_us(completed_at) - epoch_us(enabled_at) AS sojourn_us
FROM enabled
ORDER BY case_code, instance
