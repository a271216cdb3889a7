-- what:    how many cases begin and end with an activity, and how many have a pair of consecutive ones
-- inputs:  timed, place_tallies
-- grain:   one row per first activity (place_b), last activity (place_a) or pair
-- values:  sign (1 adds, -1 takes away)
INSERT INTO place_tallies
SELECT 'follows', 0, 0, 'follows', NULL, activity_code, NULL, $sign * count(*), 0
FROM temp.timed WHERE before_code IS NULL GROUP BY activity_code
UNION ALL
SELECT 'follows', 0, 0, 'follows', activity_code, NULL, NULL, $sign * count(*), 0
FROM temp.timed WHERE is_last GROUP BY activity_code
UNION ALL
SELECT 'follows', 0, 0, 'follows', before_code, activity_code, NULL, $sign * count(*), 0
FROM temp.timed WHERE before_code IS NOT NULL AND NOT repeats GROUP BY before_code, activity_code
UNION ALL
SELECT 'follows', 0, 0, 'follows', before_code, activity_code, NULL, $sign * count(*), 0
FROM (SELECT DISTINCT case_code, before_code, activity_code FROM temp.timed WHERE before_code IS NOT NULL AND repeats)
GROUP BY before_code, activity_code
