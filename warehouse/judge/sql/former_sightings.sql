-- what:    when findings of tonight were seen about cases that were gone in between
-- inputs:  found_deviations, finding_texts, scope_ids, deviation_sightings
-- grain:   one row per finding
-- values:  process
CREATE OR REPLACE TEMP TABLE former_sightings AS
SELECT f.case_code, f.identity_no, f.occurrence, min(g.first_seen) AS first_seen, max(g.last_seen) AS last_seen
FROM temp.found_deviations AS f
JOIN finding_texts AS t USING (finding_no)
JOIN temp.scope_ids AS k USING (case_code)
JOIN main.deviation_sightings AS g
    ON g.process = $process
    AND g.deviation_id = deviation_id($process, k.case_id, t.clause_id, t.kind, t.activity, f.occurrence)
GROUP BY ALL
