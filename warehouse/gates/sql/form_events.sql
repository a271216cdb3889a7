-- what:    one set of activities at one and the same instant in case after case: a form that was saved once
-- inputs:  gate_events, gate_steps
-- grain:   one row per set of activities; asked only where the log's instants are finer than hours
-- values:  form_activities, form_cases
WITH tied AS (
    SELECT e.case_code, e.happened_at, list_sort(list(DISTINCT s.activity)) AS activities, count(*) AS row_count
    FROM temp.gate_events AS e JOIN temp.gate_steps AS s USING (step_no)
    WHERE (e.happened_at = e.before_at OR e.happened_at = e.after_at)
    GROUP BY e.case_code, e.happened_at
)
SELECT CAST(sum(row_count) AS BIGINT) AS row_count,
    '''' || array_to_string(activities, ''', ''') || ''' in ' || count(DISTINCT case_code) || ' cases' AS found
FROM tied
WHERE len(activities) >= $form_activities
GROUP BY activities
HAVING count(DISTINCT case_code) >= $form_cases
ORDER BY row_count DESC, found
