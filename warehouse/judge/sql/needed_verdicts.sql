-- what:    the verdicts that the cases of the process need: by variant, version and openness
-- inputs:  cases, standards, variant_dictionary
-- grain:   one row per verdict
-- values:  process
CREATE OR REPLACE TEMP TABLE needed_verdicts AS
WITH versions AS (
    SELECT standard_version, valid_from, lead(valid_from) OVER (ORDER BY valid_from) AS until
    FROM main.standards WHERE process = $process AND approved_by IS NOT NULL
),
needed AS (
    SELECT c.variant_no, v.standard_version, c.state IN ('open', 'abandoned') AS is_open, count(*) AS case_count
    FROM cases AS c
    JOIN versions AS v ON c.started_at >= v.valid_from AND (v.until IS NULL OR c.started_at < v.until)
    WHERE c.state <> 'partial'
    GROUP BY ALL
)
SELECT n.variant_no, d.variant_id, n.standard_version, n.is_open, n.case_count
FROM needed AS n JOIN variant_dictionary AS d USING (variant_no)
