-- what:    the findings about variants spread over their cases
-- inputs:  variant_findings (per variant, version, openness), case_versions, scope_instances, scope_ids
-- grain:   one row per finding and case
-- values:  process
SELECT k.case_id, v.case_code, f.standard_version, f.clause_id, f.kind, f.activity, f.element_id, f.occurrence, f.position,
    coalesce(i.completed_at, v.ended_at) AS occurred_at, f.expected, f.observed, f.message_key, f.message_args,
    f.sentence_en, f.sentence_zh, f.owner, f.severity, NULL::DOUBLE AS excess_seconds,
    CASE WHEN f.kind NOT IN ('skipped', 'unfinished') THEN r.resource END AS resource,
    CASE WHEN v.is_open THEN 'open' ELSE 'final' END AS status
FROM main.variant_findings AS f
JOIN variant_dictionary AS d USING (variant_id)
JOIN temp.case_versions AS v
    ON v.variant_no = d.variant_no AND v.standard_version = f.standard_version AND v.is_open = f.is_open
JOIN temp.scope_ids AS k USING (case_code)
LEFT JOIN temp.scope_instances AS i ON i.case_code = v.case_code AND i.instance = f.position
LEFT JOIN resources AS r ON r.resource_code = i.resource_code
WHERE f.process = $process
