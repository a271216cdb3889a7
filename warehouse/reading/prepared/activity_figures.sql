-- what:       how often and how long the activities of all processes are done, over the whole log
-- inputs:     variants (counts), hotspots (times, where they cover every instance), activity_instances (the others)
-- grain:      one row per process and activity
-- note:       a variant holds an entry per activity instance, so its cases give the counts without reading the log; the
--             hotspots hold the times of measured instances, which mostly are all. Medians from there are whole seconds
CREATE TEMP TABLE activity_counts AS
WITH entries AS (
    SELECT v.process, v.variant_id, v.case_count, unnest(v.activities) AS activity
    FROM variants AS v
),
of_variant AS (
    SELECT process, variant_id, activity, any_value(case_count) AS case_count, count(*) AS times
    FROM entries
    WHERE activity IS NOT NULL
    GROUP BY process, variant_id, activity
),
counted AS (
    SELECT process, activity, sum(case_count * times)::BIGINT AS instances, sum(case_count)::BIGINT AS cases
    FROM of_variant
    GROUP BY process, activity
)
SELECT c.*, h.p50_seconds, h.total_seconds, h.instances IS NOT NULL AS is_known
FROM counted AS c
LEFT JOIN hotspots AS h ON h.process = c.process AND h.place = c.activity AND h.instances = c.instances
    AND h.period = 'all' AND h.segment = 'all' AND h.kind = 'activity' AND h.measure = 'sojourn';
-- known before the next statement is planned: where nothing is missing the instances are not looked at
SET VARIABLE are_times_missing = (SELECT coalesce(bool_or(NOT is_known), false) FROM activity_counts);
CREATE TEMP TABLE activity_figures AS
WITH timed AS (
    SELECT i.process, i.activity, quantile_disc(i.sojourn_seconds, 0.5) AS p50_seconds,
        sum((i.sojourn_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS total_seconds
    FROM activity_instances AS i
    WHERE getvariable('are_times_missing')
        AND (i.process, i.activity) IN (SELECT m.process, m.activity FROM activity_counts AS m WHERE NOT m.is_known)
    GROUP BY i.process, i.activity
)
SELECT m.process, m.activity, m.instances, m.cases,
    CASE WHEN m.is_known THEN m.p50_seconds ELSE t.p50_seconds END AS p50_seconds,
    CASE WHEN m.is_known THEN m.total_seconds ELSE t.total_seconds END AS total_seconds
FROM activity_counts AS m
LEFT JOIN timed AS t ON t.process = m.process AND t.activity = m.activity AND NOT m.is_known
