-- what:    the activity sequence of each case, an entry per completed instance
-- inputs:  raw_instances, case_facts
-- grain:   one row per case; a case without a completed instance has the empty sequence
-- note:    place and activity are packed into one number and sorted within the case: ten times as fast as
--          list(... ORDER BY ...), and the same
SELECT f.case_code, coalesce(s.codes, []::INTEGER[]) AS codes
FROM temp.case_facts AS f
LEFT JOIN (
    SELECT case_code,
        list_transform(
            list_sort(list(CAST(instance AS BIGINT) * 4294967296 + activity_code)), lambda packed: CAST(packed % 4294967296 AS INTEGER)
        ) AS codes
    FROM temp.raw_instances
    GROUP BY case_code
) AS s USING (case_code)
