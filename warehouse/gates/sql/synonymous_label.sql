-- what:    activities of the same words in another order, or with the very same neighbours and never in one case
-- inputs:  gate_contexts, gate_events, gate_steps
-- grain:   one row per pair of activities; a hint, for two roads may lead between the same places
-- values:  synonymous_times
WITH labels AS (
    SELECT activity, sum(row_count) AS row_count,
        list_sort(list_distinct(regexp_extract_all(lower(activity), '[\p{L}\p{N}]+'))) AS words
    FROM temp.gate_contexts GROUP BY activity
),
neighbours AS (
    SELECT activity, 'before' AS side, before_activity AS neighbour, sum(row_count) AS row_count FROM temp.gate_contexts GROUP BY ALL
    UNION ALL
    SELECT activity, 'after', after_activity, sum(row_count) FROM temp.gate_contexts GROUP BY ALL
),
pairs AS (
    SELECT a.activity AS one, b.activity AS other, a.row_count + b.row_count AS row_count, a.words = b.words AS same_words
    FROM labels AS a JOIN labels AS b ON a.activity < b.activity
    WHERE (a.words = b.words AND len(a.words) > 1 AND lower(a.activity) <> lower(b.activity))
        OR (a.row_count >= $synonymous_times AND b.row_count >= $synonymous_times AND (SELECT count(*) FROM labels) <= 200)
),
lengths AS (
    SELECT activity, sqrt(sum(row_count * row_count)) AS length FROM neighbours GROUP BY activity
),
products AS (
    SELECT p.one, p.other, sum(a.row_count * b.row_count) AS product
    FROM pairs AS p
    JOIN neighbours AS a ON a.activity = p.one
    JOIN neighbours AS b ON b.activity = p.other AND b.side = a.side AND b.neighbour IS NOT DISTINCT FROM a.neighbour
    WHERE NOT p.same_words
    GROUP BY ALL
),
alike AS (
    SELECT p.* FROM pairs AS p
    LEFT JOIN products AS d USING (one, other)
    LEFT JOIN lengths AS a ON a.activity = p.one
    LEFT JOIN lengths AS b ON b.activity = p.other
    WHERE p.same_words OR d.product >= 0.98 * a.length * b.length
),
members AS (
    SELECT DISTINCT e.case_code, s.activity
    FROM temp.gate_events AS e JOIN temp.gate_steps AS s USING (step_no)
    WHERE s.activity IN (SELECT one FROM alike UNION ALL SELECT other FROM alike)
),
together AS (
    SELECT DISTINCT p.one, p.other
    FROM alike AS p
    JOIN members AS a ON a.activity = p.one
    JOIN members AS b ON b.activity = p.other AND b.case_code = a.case_code
)
SELECT CAST(p.row_count AS BIGINT) AS row_count, '''' || p.one || ''' and ''' || p.other || '''' AS found
FROM alike AS p ANTI JOIN together USING (one, other)
ORDER BY row_count DESC, found
