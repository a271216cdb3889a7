-- what:    the groups of duration counts, a row each where its number says
-- inputs:  duration_groups
-- grain:   one row per group
SELECT kind, measure, segment_no, place_a, place_b FROM temp.duration_groups ORDER BY group_no
