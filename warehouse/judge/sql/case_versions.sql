-- what:    which version of the standard judges each case: the one in force when it started
-- inputs:  judged_cases (cases of the process), standards
-- grain:   one row per case that a version judges; partial cases and those before the first version have none
-- values:  process
SELECT c.case_code, c.variant_no, c.state, c.started_at, c.ended_at, s.standard_version,
    c.state IN ('open', 'abandoned') AS is_open
FROM temp.judged_cases AS c
ASOF JOIN (SELECT standard_version, valid_from FROM main.standards WHERE process = $process AND approved_by IS NOT NULL) AS s
    ON c.started_at >= s.valid_from
WHERE c.state <> 'partial'
