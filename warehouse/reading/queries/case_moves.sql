-- what:       the alignment of a variant against a standard version, in order
-- inputs:     alignment_moves
-- grain:      one row per move
-- parameters: $process, $variant_id, $standard_version, $is_open (judged as a prefix)
SELECT step, move, activity, element_id, position
FROM alignment_moves
WHERE process = $process AND variant_id = $variant_id AND standard_version = $standard_version AND is_open = $is_open
ORDER BY step
