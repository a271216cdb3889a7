-- what:    what analysts' macros and kept snapshots rest on
-- grain:   see each comment

CREATE TABLE publications (run_id VARCHAR, published_at TIMESTAMPTZ);
COMMENT ON TABLE publications IS 'One row per publication of this file and of those before it (a ledger); the newest is this file''s own';
COMMENT ON COLUMN publications.run_id IS 'The night that published it';
COMMENT ON COLUMN publications.published_at IS 'When that night began, by the clock; kept snapshots are named by it';

-- epoch microseconds, whole days of 86,400,000,000: both exact, and equal days are found by hashing
-- every name is qualified: the view is read inside a macro whose parameter is called calendar, too
CREATE VIEW calendar_days AS
WITH spans AS (
    SELECT s.calendar, epoch_us(s.starts_at) AS from_us, epoch_us(s.ends_at) AS to_us
    FROM main.calendar_spans AS s
    WHERE s.ends_at > s.starts_at
),
bounds AS (
    SELECT s.calendar, min(s.from_us) // 86400000000 AS first_day, max(s.to_us) // 86400000000 AS last_day
    FROM spans AS s
    GROUP BY s.calendar
),
days AS (
    SELECT b.calendar, unnest(range(b.first_day, b.last_day + 1)) AS day_no
    FROM bounds AS b
),
touched AS (
    SELECT s.calendar, s.from_us, s.to_us,
        unnest(range(s.from_us // 86400000000, (s.to_us - 1) // 86400000000 + 1)) AS day_no
    FROM spans AS s
),
cut AS (
    SELECT t.calendar, t.day_no, greatest(t.from_us, t.day_no * 86400000000) AS from_us,
        least(t.to_us, (t.day_no + 1) * 86400000000) AS to_us
    FROM touched AS t
)
SELECT d.calendar, d.day_no, coalesce(c.from_us, 0) AS from_us, coalesce(c.to_us, 0) AS to_us,
    CAST(coalesce(sum(c.to_us - c.from_us) OVER earlier, 0) AS BIGINT) AS working_us_before
FROM days AS d
LEFT JOIN cut AS c ON c.calendar = d.calendar AND c.day_no = d.day_no
WINDOW earlier AS (PARTITION BY d.calendar ORDER BY d.day_no RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
COMMENT ON VIEW calendar_days IS 'One row per stretch of working time within a UTC day, and one for each day without, from a calendar''s first stretch to its last; made for business_seconds';
COMMENT ON COLUMN calendar_days.calendar IS 'Name of the calendar';
COMMENT ON COLUMN calendar_days.day_no IS 'Days since 1970-01-01, UTC';
COMMENT ON COLUMN calendar_days.from_us IS 'Begin of the stretch, microseconds since 1970-01-01; 0 where the day has none';
COMMENT ON COLUMN calendar_days.to_us IS 'Its end (not included); 0 where the day has none';
COMMENT ON COLUMN calendar_days.working_us_before IS 'Working microseconds of the calendar before the day';
