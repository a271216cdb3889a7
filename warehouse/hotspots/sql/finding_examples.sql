-- what:    the latest present findings of each clause, kind and activity: by instant, case and occurrence, latest first
-- inputs:  deviations, case_ids
-- grain:   one row per finding, at most eight of an identity_no
-- note:    the instant of the eighth is found on narrow columns first; only what is not older is sorted by name
INSERT INTO finding_examples
WITH thresholds AS MATERIALIZED (
    SELECT identity_no, list_min(max(coalesce(occurred_at, last_seen), 8)) AS from_at
    FROM deviations WHERE resolved_at IS NULL GROUP BY identity_no
),
latest AS (
    SELECT d.identity_no, d.case_code, d.occurrence, d.finding_no, coalesce(d.occurred_at, d.last_seen) AS found_at,
        d.elapsed_us, d.excess_us
    FROM deviations AS d JOIN thresholds AS t USING (identity_no)
    WHERE d.resolved_at IS NULL AND coalesce(d.occurred_at, d.last_seen) >= t.from_at
),
ranked AS (
    SELECT l.*,
        row_number() OVER (
            PARTITION BY l.identity_no ORDER BY l.found_at DESC, c.case_id DESC, l.occurrence DESC
        ) AS place
    FROM latest AS l JOIN case_ids AS c USING (case_code)
)
SELECT identity_no, place, case_code, occurrence, finding_no, found_at, elapsed_us, excess_us
FROM ranked WHERE place <= 8
ORDER BY identity_no, place
