-- what:       the most frequent variants, with the fitness of the newest exact verdict on them as closed cases
-- inputs:     variants, variant_verdicts
-- grain:      one row per variant, most frequent first
-- parameters: $process, $top (rows kept)
SELECT v.variant_id, v.activities, v.case_count, v.share,
       (SELECT arg_max(w.fitness, w.standard_version) FROM variant_verdicts w
        WHERE w.process = v.process AND w.variant_id = v.variant_id AND NOT w.is_open) AS fitness,
       count(*) OVER () AS total
FROM variants v
WHERE v.process = $process
ORDER BY v.case_count DESC, v.variant_id
LIMIT $top
