-- what:    note when a finding was seen
-- inputs:  found_deviations
-- grain:   one row per finding
-- values:  process, as_of
INSERT INTO main.deviation_sightings
SELECT $process, deviation_id, $as_of, $as_of FROM temp.found_deviations
ON CONFLICT (process, deviation_id) DO UPDATE SET last_seen = greatest(last_seen, excluded.last_seen)
