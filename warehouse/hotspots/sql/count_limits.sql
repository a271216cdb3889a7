-- what:    how many limit checks are alike in what figures over limits are made of
-- inputs:  tally_checks
-- grain:   one row per limit, outcome and time (from its start to its stop, or until now)
-- values:  sign (1 adds, -1 takes away)
INSERT INTO limit_counts
SELECT limit_no, outcome, greatest(0, epoch_us(until_at) - epoch_us(from_at)) AS used_us, $sign * count(*)
FROM temp.tally_checks
GROUP BY ALL
