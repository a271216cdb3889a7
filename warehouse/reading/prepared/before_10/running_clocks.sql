-- what:       that the clock of a limit may still run: layouts before 10 don't count them
-- inputs:     none
-- grain:      the variable are_clocks_running
SET VARIABLE are_clocks_running = true
