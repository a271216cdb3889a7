-- what:    the verdict on each judged case of the scope
-- inputs:  case_versions, judged_variants, scope_deviations, finding_texts
-- grain:   one row per judged case
SELECT v.case_code, v.standard_version, d.alignment_cost, d.fitness, coalesce(n.found, 0) AS deviation_count,
    CASE WHEN v.state = 'closed' AND d.is_exact THEN coalesce(n.of_flow, 0) = 0 END AS is_conformant
FROM temp.case_versions AS v
LEFT JOIN temp.judged_variants AS d
    ON d.variant_no = v.variant_no AND d.standard_version = v.standard_version AND d.is_open = v.is_open
LEFT JOIN (
    SELECT case_code, count(*) AS found, count(*) FILTER (kind NOT IN ('late', 'too_early')) AS of_flow
    FROM temp.scope_deviations JOIN finding_texts USING (finding_no) WHERE resolved_at IS NULL GROUP BY case_code
) AS n USING (case_code)
ORDER BY v.case_code
