-- what:       the eight latest present deviations of each clause, kind and activity
-- inputs:     deviations
-- grain:      one row per process, clause, kind, activity and place (1 is the latest)
-- note:       sentences are made when they are read, so only those that are shown are looked up
CREATE TEMP TABLE group_examples AS
WITH grouped AS (
    SELECT process, clause_id, kind, activity,
        max((coalesce(occurred_at, last_seen), case_id, occurrence), 8) AS latest
    FROM deviations
    WHERE status <> 'resolved'
    GROUP BY process, clause_id, kind, activity
),
placed AS (
    SELECT process, clause_id, kind, activity, unnest(latest) AS found, generate_subscripts(latest, 1) AS place
    FROM grouped
)
SELECT p.process, p.clause_id, p.kind, p.activity, p.place, d.case_id, d.standard_version, d.owner, d.sentence_en,
    d.sentence_zh
FROM placed AS p
JOIN deviations AS d
    ON d.process = p.process AND d.case_id = p.found[2] AND d.clause_id IS NOT DISTINCT FROM p.clause_id
    AND d.kind IS NOT DISTINCT FROM p.kind AND d.activity IS NOT DISTINCT FROM p.activity
    AND d.occurrence = p.found[3] AND d.status <> 'resolved'
