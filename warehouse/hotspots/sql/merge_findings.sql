-- what:    the shares of findings added up; what nothing is left of goes
-- inputs:  finding_counts
-- grain:   one row per tally and what it counts by
CREATE OR REPLACE TABLE finding_counts AS
SELECT tally, identity_no, finding_no, standard_version, element_id, period_no, status, sum(cases)::BIGINT AS cases,
    sum(findings)::BIGINT AS findings, sum(timed)::BIGINT AS timed, sum(excess_us)::HUGEINT AS excess_us
FROM finding_counts
GROUP BY ALL
HAVING sum(findings) <> 0
ORDER BY tally, identity_no, finding_no, standard_version, element_id, period_no, status
