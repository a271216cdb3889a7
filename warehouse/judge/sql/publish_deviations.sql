-- what:    all findings of the process with their ids and when they were first and last seen
-- inputs:  found_deviations, deviation_sightings
-- grain:   one row per finding about one case against one clause
-- values:  process
INSERT INTO main.deviations
SELECT f.deviation_id, $process, f.case_id, f.standard_version, f.clause_id, f.kind, f.activity, f.element_id,
    f.occurrence, f.position, f.occurred_at, f.expected, f.observed, f.message_key, f.message_args, f.sentence_en,
    f.sentence_zh, f.owner, f.severity, f.excess_seconds, f.resource, f.status, s.first_seen, s.last_seen
FROM temp.found_deviations AS f
JOIN main.deviation_sightings AS s ON s.process = $process AND s.deviation_id = f.deviation_id
ORDER BY f.case_id, f.clause_id, f.kind, f.occurrence, f.activity
