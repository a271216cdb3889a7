-- what:    all findings of the process with their ids and when they were first and last seen
-- inputs:  found_deviations, deviation_sightings
-- grain:   one row per finding about one case against one clause
-- values:  process
INSERT INTO main.deviations BY NAME
SELECT f.*, $process AS process, s.first_seen, s.last_seen, NULL::TIMESTAMPTZ AS resolved_at
FROM temp.found_deviations AS f
JOIN main.deviation_sightings AS s ON s.process = $process AND s.deviation_id = f.deviation_id
ORDER BY f.case_id, f.clause_id, f.kind, f.occurrence, f.activity
