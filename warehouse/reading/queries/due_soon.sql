-- what:       limits of open cases whose clock still runs: those at risk first, then by due instant
-- inputs:     limit_checks, cases, clauses
-- prepared:   running_clocks
-- grain:      one row per case and limit occurrence
-- parameters: $process, $top (rows kept)
SELECT l.case_id, l.clause_id, k.text_en, k.text_zh, l.outcome, l.from_at, l.due_at, l.elapsed_seconds,
       l.limit_seconds, coalesce(l.business_seconds, l.elapsed_seconds) / nullif(l.limit_seconds, 0) AS used,
       count(*) OVER () AS total
FROM limit_checks l
JOIN cases c ON c.process = l.process AND c.case_id = l.case_id AND c.state = 'open'
LEFT JOIN clauses k
       ON k.process = l.process AND k.standard_version = l.standard_version AND k.clause_id = l.clause_id
WHERE getvariable('are_clocks_running') AND l.process = $process AND l.outcome IN ('at_risk', 'running')
ORDER BY l.outcome, l.due_at NULLS LAST, l.case_id, l.clause_id, l.occurrence
LIMIT $top
