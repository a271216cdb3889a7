-- what:    the findings that earlier releases wrote in full, narrow
-- inputs:  earlier_deviations, finding_texts, case_ids, resources
-- grain:   one row per finding
-- values:  process
INSERT INTO deviations
SELECT c.case_code, t.finding_no, t.identity_no, f.occurrence, f.position, f.occurred_at, NULL,
    CAST(round(f.excess_seconds * 1e6) AS BIGINT), r.resource_code, f.status = 'open', f.first_seen, f.last_seen,
    CASE WHEN f.status = 'resolved' THEN coalesce(f.resolved_at, f.last_seen) END
FROM main.earlier_deviations AS f
JOIN case_ids AS c USING (case_id)
JOIN finding_texts AS t ON t.text_id = finding_text(f)
LEFT JOIN resources AS r USING (resource)
WHERE f.process = $process
ORDER BY c.case_code, t.identity_no, f.occurrence
