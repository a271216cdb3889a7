-- what:    a night that costs what is new: limit checks become a view over the tables of each process, and first sightings
--          stand with their findings; only those of cases that are gone are kept apart

DROP TABLE limit_checks;

CREATE TABLE sightings AS
SELECT s.process, s.deviation_id, s.first_seen, s.last_seen FROM deviation_sightings AS s
ANTI JOIN deviations AS d ON d.process = s.process AND d.deviation_id = s.deviation_id;
DROP TABLE deviation_sightings;
ALTER TABLE sightings RENAME TO deviation_sightings;
COMMENT ON TABLE deviation_sightings IS 'One row per finding about a case that is gone: should it come back, it keeps its first date (a ledger)';
COMMENT ON COLUMN deviation_sightings.process IS 'Name of the process';
COMMENT ON COLUMN deviation_sightings.deviation_id IS 'The finding';
COMMENT ON COLUMN deviation_sightings.first_seen IS 'as_of of the first run that found it';
COMMENT ON COLUMN deviation_sightings.last_seen IS 'as_of of the last run that found it';

COMMENT ON COLUMN deviations.last_seen IS 'as_of of the last run that looked at the case and found it (a ledger)';
COMMENT ON COLUMN log_counts.figure IS 'rows_duplicate, rows_filtered (left out by a condition of the source), rows_deleted (say that a row is gone), rows_rejected, rows_after_as_of, instants_ambiguous (first occurrence taken), instants_impossible (moved forward), starts_without_completion, events, instances, cases';
