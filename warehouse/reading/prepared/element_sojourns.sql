-- what:       how often and how long elements are done that share an activity with others, or have several
-- inputs:     element_times
-- grain:      one row per process, version and element
CREATE TEMP TABLE element_sojourns AS
SELECT process, standard_version, element_id, instances, cases, p50_seconds, total_seconds
FROM element_times
