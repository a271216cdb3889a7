-- what:    activity instances whose time lies in the measured part of their case
-- inputs:  instances, cases, case_verdicts, periods
-- grain:   one row per activity instance, in the period of its completion
-- note:    the critical path of this release is the plain sequence of a case: every instance lies on it.
--          instances are stored by case and order, so the predecessor is the row before, without sorting again
WITH stored AS (
    SELECT *,
        lag(case_code) OVER () AS before_case,
        lag(activity_code) OVER () AS last_code,
        lag(completed_at) OVER () AS last_at,
        lag(resource_code) OVER () AS last_resource
    FROM instances
),
followed AS (
    SELECT *,
        CASE WHEN before_case = case_code THEN last_code END AS before_code,
        CASE WHEN before_case = case_code THEN last_at END AS before_at,
        CASE WHEN before_case = case_code THEN last_resource END AS before_resource
    FROM stored
)
SELECT f.case_code, p.period_no, f.activity_code, f.before_code, f.resource_code, f.role_code,
    f.before_resource <> f.resource_code AS is_handover, f.waiting_us, f.processing_us, f.sojourn_us,
    CASE WHEN f.before_at IS NOT NULL THEN epoch_us(f.completed_at) - epoch_us(f.before_at) END AS follows_us,
    f.enabled_at >= c.measured_from_at AND (c.measured_to_at IS NULL OR f.completed_at <= c.measured_to_at)
        AND c.state <> 'partial' AS is_measured,
    coalesce(v.is_conformant, false) AS is_reference
FROM followed AS f
JOIN cases AS c USING (case_code)
LEFT JOIN case_verdicts AS v USING (case_code)
ASOF JOIN periods AS p ON f.completed_at >= p.starts_at
