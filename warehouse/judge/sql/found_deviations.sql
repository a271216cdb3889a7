-- what:    the findings about the cases of the scope: those about their variants, and their breached limits
-- inputs:  variant_numbers, case_versions, scope_instances, scope_checks, limit_numbers
-- grain:   one row per finding and case
CREATE OR REPLACE TEMP TABLE found_deviations AS
SELECT v.case_code, f.finding_no, f.identity_no, f.occurrence, f.position,
    coalesce(i.completed_at, v.ended_at) AS occurred_at, NULL::BIGINT AS elapsed_us, NULL::BIGINT AS excess_us,
    CASE WHEN f.has_resource THEN i.resource_code END AS resource_code, v.is_open
FROM temp.variant_numbers AS f
JOIN temp.case_versions AS v
    ON v.variant_no = f.variant_no AND v.standard_version = f.standard_version AND v.is_open = f.is_open
LEFT JOIN temp.scope_instances AS i ON i.case_code = v.case_code AND i.instance = f.position
UNION ALL
SELECT k.case_code, l.finding_no, l.identity_no, k.occurrence, NULL, 
    CASE WHEN k.is_reached THEN k.until_at ELSE make_timestamptz(epoch_us(k.from_at) + l.within_us) END,
    greatest(0, epoch_us(k.until_at) - epoch_us(k.from_at)),
    greatest(0, epoch_us(k.until_at) - epoch_us(k.from_at)) - l.within_us, NULL, v.is_open
FROM temp.scope_checks AS k
JOIN temp.limit_numbers AS l USING (limit_no)
JOIN temp.case_versions AS v USING (case_code)
WHERE k.outcome = 'breached'
