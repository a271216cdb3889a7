-- what:    cases whose names differ only in capitals, blanks, signs or leading zeros: perhaps one case under two names
-- inputs:  gate_cases, gate_case_ids
-- grain:   one row per group of names
WITH named AS (
    SELECT c.row_count, n.case_id,
        regexp_replace(regexp_replace(lower(nfc_normalize(n.case_id)), '[\s\p{P}]+', '', 'g'), '(^|[^0-9])0+([0-9])', '\1\2', 'g') AS plain
    FROM temp.gate_cases AS c JOIN temp.gate_case_ids AS n USING (case_code)
)
SELECT CAST(sum(row_count) AS BIGINT) AS row_count,
    '''' || array_to_string(list(case_id ORDER BY case_id), ''', ''') || '''' AS found
FROM named WHERE plain <> ''
GROUP BY plain HAVING count(*) > 1
ORDER BY row_count DESC, found
