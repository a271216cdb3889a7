-- what: the aggregates of a made-up snapshot, in a few plain statements
INSERT INTO variants
SELECT process, variant_id, any_value(activities), count(*), count(*) / sum(count(*)) OVER (PARTITION BY process)
FROM (SELECT process, case_id, list(activity ORDER BY instance) AS activities FROM activity_instances GROUP BY ALL)
JOIN (SELECT process, case_id, variant_id FROM cases) USING (process, case_id)
GROUP BY process, variant_id;

INSERT INTO directly_follows
WITH pairs AS (
    SELECT process, case_id, activity AS source, lead(activity) OVER w AS target,
           epoch(lead(completed_at) OVER w) - epoch(completed_at) AS seconds,
           row_number() OVER w AS place
    FROM activity_instances
    WINDOW w AS (PARTITION BY process, case_id ORDER BY instance)
),
rows AS (
    SELECT process, case_id, source, target, seconds FROM pairs
    UNION ALL
    SELECT process, case_id, NULL, source, NULL FROM pairs WHERE place = 1
)
SELECT process, source, target, count(*), count(DISTINCT case_id), median(seconds), quantile_cont(seconds, 0.9), sum(seconds)
FROM rows
GROUP BY process, source, target;

INSERT INTO hotspots
WITH long AS (
    SELECT i.process, i.case_id, strftime(timezone('Asia/Shanghai', i.completed_at), '%Y-%m') AS period, i.activity,
           i.role, i.resource, c.segments['branch'] AS branch, c.is_conformant, m.measure, m.seconds,
           lag(i.activity) OVER (PARTITION BY i.process, i.case_id, m.measure ORDER BY i.instance) AS before
    FROM activity_instances i
    JOIN cases c USING (process, case_id),
         LATERAL (VALUES ('waiting', waiting_seconds), ('processing', processing_seconds), ('sojourn', sojourn_seconds))
             AS m(measure, seconds)
),
placed AS (
    SELECT process, case_id, period, measure, seconds, is_conformant, k.kind, k.place
    FROM long,
         LATERAL (VALUES ('activity', activity), ('role', role), ('resource', resource), ('segment', 'branch=' || branch),
                         ('handover', before || ' -> ' || activity)) AS k(kind, place)
    WHERE k.place IS NOT NULL AND seconds IS NOT NULL
),
spread AS (
    SELECT * FROM placed
    UNION ALL
    SELECT * REPLACE ('all' AS period) FROM placed
),
summed AS (
    SELECT process, period, 'all' AS segment, kind, place, measure, NULL AS cause, count(*) AS instances,
           count(DISTINCT case_id) AS cases, sum(seconds) AS total_seconds, avg(seconds) AS mean_seconds,
           CASE WHEN count(*) FILTER (WHERE is_conformant) >= 30 THEN avg(seconds) FILTER (WHERE is_conformant) * 0.9 END
               AS reference_seconds,
           CASE WHEN place = 'First response' THEN sum(seconds) * 0.1 END AS excess_seconds,
           median(seconds) AS p50_seconds, quantile_cont(seconds, 0.9) AS p90_seconds, quantile_cont(seconds, 0.95) AS p95_seconds
    FROM spread
    GROUP BY process, period, kind, place, measure
),
scored AS (
    SELECT *, CASE WHEN reference_seconds IS NOT NULL THEN greatest(0, instances * (mean_seconds - reference_seconds)) END
               AS recoverable_seconds,
           total_seconds / sum(total_seconds) OVER (PARTITION BY process, period, kind, measure) AS share_of_cycle_time
    FROM summed
)
SELECT process, period, segment, kind, place, measure, cause, instances, cases, total_seconds, mean_seconds,
       reference_seconds, excess_seconds, recoverable_seconds, share_of_cycle_time, p50_seconds, p90_seconds, p95_seconds,
       row_number() OVER (PARTITION BY process, period, kind, measure
                          ORDER BY recoverable_seconds DESC NULLS LAST, excess_seconds DESC NULLS LAST, total_seconds DESC, place)
FROM scored;

INSERT INTO headlines
WITH months AS (
    SELECT process, period, count(*)::DOUBLE AS cases_ended,
           count(*) FILTER (WHERE is_conformant) / nullif(count(is_conformant), 0) AS conformance_rate,
           median(cycle_seconds) AS cycle_p50_seconds, quantile_cont(cycle_seconds, 0.9) AS cycle_p90_seconds,
           sum(deviation_count)::DOUBLE AS deviations
    FROM (SELECT * FROM cases UNION ALL SELECT * REPLACE ('all' AS period) FROM cases WHERE period IS NOT NULL)
    WHERE period IN ('2026-08', '2026-09', 'all')
    GROUP BY process, period
),
tall AS (
    UNPIVOT months ON conformance_rate, cases_ended, cycle_p50_seconds, cycle_p90_seconds, deviations INTO NAME figure VALUE value
)
SELECT t.process, t.period, t.figure, t.value, p.value, CASE t.figure WHEN 'conformance_rate' THEN 0.9 END,
       CASE t.figure WHEN 'conformance_rate' THEN 'higher' WHEN 'cases_ended' THEN NULL ELSE 'lower' END
FROM tall t
LEFT JOIN tall p ON p.process = t.process AND p.figure = t.figure AND p.period = '2026-08' AND t.period = '2026-09'
WHERE t.period <> '2026-08'
UNION ALL
SELECT process, '2026-09', 'limits_met_rate', 0.712, 0.744, NULL, 'higher' FROM processes WHERE process = 'desk'
UNION ALL
SELECT process, '2026-09', 'recoverable_seconds', sum(recoverable_seconds), NULL, NULL, 'lower' FROM hotspots
WHERE period = '2026-09' AND kind = 'activity' AND measure = 'sojourn' GROUP BY process
UNION ALL
SELECT process, 'now', 'open_cases', count(*) FILTER (WHERE state = 'open'), NULL, NULL, NULL FROM cases GROUP BY process
UNION ALL
SELECT process, 'now', 'open_at_risk', count(DISTINCT case_id) FILTER (WHERE outcome = 'at_risk'), NULL, NULL, 'lower'
FROM limit_checks GROUP BY process;

INSERT INTO indicators
SELECT process, '2026-09', 'first_contact_resolution', 'all', 0.63, 63, 100, 0.53, 0.72, 0.7, false
FROM processes WHERE process = 'desk';
