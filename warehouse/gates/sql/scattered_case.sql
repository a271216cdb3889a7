-- what:    cases whose names differ only in capitals, blanks, signs or leading zeros: perhaps one case under two names
-- inputs:  gate_cases, gate_case_ids
-- grain:   one row per group of names
-- note:    plain names are first told apart by their hashes; only those that meet are looked at as texts
WITH named AS MATERIALIZED (
    SELECT case_code, nullif(regexp_replace(regexp_replace(lower(nfc_normalize(case_id)), '[\s\p{P}]+', '', 'g'), '(^|[^0-9])0+([0-9])', '\1\2', 'g'), '') AS plain
    FROM temp.gate_case_ids
),
met AS (
    SELECT hash(plain) AS digest FROM named GROUP BY digest HAVING count(*) > 1
)
SELECT CAST(sum(c.row_count) AS BIGINT) AS row_count,
    '''' || array_to_string(list(i.case_id ORDER BY i.case_id), ''', ''') || '''' AS found
FROM (SELECT case_code, plain FROM named WHERE hash(plain) IN (SELECT digest FROM met)) AS n
JOIN temp.gate_cases AS c USING (case_code)
JOIN temp.gate_case_ids AS i USING (case_code)
WHERE n.plain IS NOT NULL
GROUP BY n.plain HAVING count(*) > 1
ORDER BY row_count DESC, found
