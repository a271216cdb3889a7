-- what:       the eight latest present deviations of each clause, kind and activity
-- inputs:     deviation_examples
-- grain:      one row per process, clause, kind, activity and place (1 is the latest)
CREATE TEMP TABLE group_examples AS
SELECT process, clause_id, kind, activity, place, case_id, standard_version, owner, sentence_en, sentence_zh
FROM deviation_examples
