-- what:       present deviations (not those resolved) by clause, kind and activity; version, owner and sentence are those of
--             the latest finding
-- inputs:     group_figures, group_periods, group_examples, clauses
-- prepared:   group_figures, group_periods, group_examples
-- grain:      one row per clause, kind and activity: gravest first, then by cases
-- parameters: $process, $period (the last complete period)
WITH shown AS (
    SELECT clause_id, kind, activity, arg_min_null(standard_version, place) AS standard_version,
           arg_min_null(owner, place) AS owner, arg_min_null(sentence_en, place) AS sentence_en,
           arg_min_null(sentence_zh, place) AS sentence_zh, list(case_id ORDER BY place) AS example_cases
    FROM group_examples
    WHERE process = $process
    GROUP BY clause_id, kind, activity
)
SELECT g.clause_id, g.kind, g.activity, s.standard_version, g.findings, g.cases,
       coalesce(p.cases, 0) AS cases_in_period, g.open_cases, g.excess_seconds,
       CASE g.severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END
           AS gravity,
       s.owner, coalesce(s.example_cases, []) AS example_cases, s.sentence_en, s.sentence_zh,
       k.text_en AS clause_en, k.text_zh AS clause_zh
FROM group_figures AS g
LEFT JOIN group_periods AS p
       ON p.process = g.process AND p.period = $period AND p.clause_id IS NOT DISTINCT FROM g.clause_id
       AND p.kind IS NOT DISTINCT FROM g.kind AND p.activity IS NOT DISTINCT FROM g.activity
LEFT JOIN shown AS s
       ON s.clause_id IS NOT DISTINCT FROM g.clause_id AND s.kind IS NOT DISTINCT FROM g.kind
       AND s.activity IS NOT DISTINCT FROM g.activity
LEFT JOIN clauses AS k
       ON k.process = g.process AND k.standard_version = s.standard_version AND k.clause_id = g.clause_id
WHERE g.process = $process
ORDER BY gravity DESC, cases DESC, clause_id, kind, activity NULLS FIRST
