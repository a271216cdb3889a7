-- what:       whether the clock of any limit still runs, known before the next statement is planned
-- inputs:     limit_counts
-- grain:      the variable are_clocks_running
-- note:       where none does, as in a log of closed cases, limit_checks is not looked at
SET VARIABLE are_clocks_running = (
    SELECT coalesce(sum(check_count), 0) > 0 FROM limit_counts WHERE outcome IN ('at_risk', 'running')
)
