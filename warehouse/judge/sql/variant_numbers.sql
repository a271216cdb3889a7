-- what:    the findings about variants by number
-- inputs:  variant_findings, variant_dictionary, finding_texts
-- grain:   one row per variant, version, openness and finding
-- values:  process
CREATE OR REPLACE TEMP TABLE variant_numbers AS
SELECT d.variant_no, f.standard_version, f.is_open, f.occurrence, f.position, t.finding_no, t.identity_no,
    f.kind NOT IN ('skipped', 'unfinished') AS has_resource
FROM main.variant_findings AS f
JOIN variant_dictionary AS d USING (variant_id)
JOIN finding_texts AS t ON t.text_id = finding_text(f)
WHERE f.process = $process
