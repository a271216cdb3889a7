-- question: How few ways of working cover four fifths of the cases?
-- 问题:     最少多少种做法即可覆盖五分之四的案例？
-- gives:    a row per variant up to the one that reaches 80 percent, most frequent first
SELECT place, case_count, round(100 * share, 2) AS percent, round(100 * cumulative_share, 2) AS together_percent,
    array_to_string(activities, ' > ') AS activities
FROM variant_share($process, 1000000)
WHERE cumulative_share - share < 0.8
ORDER BY place
