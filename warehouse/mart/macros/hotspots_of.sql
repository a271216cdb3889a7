-- what:      Where time goes in a period, over all segments: activities, handovers, roles, segments by rank
-- arguments: process: its name; period: a month as 2026-09, NULL or 'all' for the whole log
-- gives:     One row per place and measure, by kind, measure and rank, with the columns of hotspots. People are left out; they stand in the table
-- example:   SELECT place, recoverable_seconds / 3600 AS hours FROM hotspots_of('service_desk', '2026-09') WHERE kind = 'activity' AND measure = 'sojourn' AND rank <= 5
CREATE OR REPLACE MACRO hotspots_of(process, period := NULL) AS TABLE
SELECT h.* FROM hotspots AS h
WHERE h.process = process AND h.period = coalesce(CAST(period AS VARCHAR), 'all') AND h.segment = 'all' AND h.kind <> 'resource'
ORDER BY h.kind, h.measure, h.rank, h.place
