-- what:       present deviations (not those resolved) by clause, kind and activity; the sentence is that of the latest finding
-- inputs:     deviations, clauses, cases
-- grain:      one row per clause, kind and activity: gravest first, then by cases
-- parameters: $process, $period (the last complete period)
-- note:       sentences are made when they are read, so only those that are shown are looked up
WITH grouped AS (
    SELECT d.clause_id, d.kind, d.activity,
           arg_max(d.standard_version, coalesce(d.occurred_at, d.last_seen)) AS standard_version,
           count(*) AS findings, count(DISTINCT d.case_id) AS cases,
           count(DISTINCT c.case_id) AS cases_in_period,
           count(DISTINCT d.case_id) FILTER (WHERE d.status = 'open') AS open_cases,
           sum((d.excess_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS excess_seconds,
           max(CASE d.severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END)
               AS gravity,
           arg_max({'case_id': d.case_id, 'occurrence': d.occurrence}, (coalesce(d.occurred_at, d.last_seen), d.case_id, d.occurrence))
               AS latest,
           arg_max(d.owner, (coalesce(d.occurred_at, d.last_seen), d.case_id, d.occurrence)) AS owner,
           arg_max(d.case_id, (coalesce(d.occurred_at, d.last_seen), d.case_id, d.occurrence), 8) AS example_cases
    FROM deviations d
    LEFT JOIN (SELECT case_id FROM cases WHERE process = $process AND period = $period) c ON c.case_id = d.case_id
    WHERE d.process = $process AND d.status <> 'resolved'
    GROUP BY d.clause_id, d.kind, d.activity
),
told AS (
    SELECT d.clause_id, d.kind, d.activity, d.case_id, d.occurrence, d.sentence_en, d.sentence_zh
    FROM deviations d
    WHERE d.process = $process AND d.status <> 'resolved' AND d.case_id IN (SELECT latest.case_id FROM grouped)
)
SELECT g.* EXCLUDE (latest), s.sentence_en, s.sentence_zh, k.text_en AS clause_en, k.text_zh AS clause_zh
FROM grouped g
LEFT JOIN told s
       ON s.clause_id = g.clause_id AND s.kind = g.kind AND s.activity IS NOT DISTINCT FROM g.activity
       AND s.case_id = g.latest.case_id AND s.occurrence = g.latest.occurrence
LEFT JOIN clauses k
       ON k.process = $process AND k.standard_version = g.standard_version AND k.clause_id = g.clause_id
ORDER BY gravity DESC, cases DESC, clause_id, kind, activity NULLS FIRST
