-- what:    breached time limits as findings, with their sentences
-- inputs:  limit_checks, given_limits, cases
-- grain:   one row per breached limit check
-- values:  process; templates late_en, late_zh with {from} {to} {elapsed} {limit} {excess}
WITH breached AS (
    SELECT l.*, g.from_label_en, g.from_label_zh, g.to_label_en, g.to_label_zh, g.to_case_end, g.element_id, g.owner, g.severity, c.state, n.case_code,
        CAST(round((l.elapsed_seconds - l.limit_seconds) * 1e6) AS BIGINT) AS excess_us
    FROM main.limit_checks AS l
    JOIN temp.given_limits AS g ON g.clause_id = l.clause_id AND g.standard_version = l.standard_version
    JOIN case_ids AS n USING (case_id)
    JOIN cases AS c USING (case_code)
    WHERE l.process = $process AND l.outcome = 'breached'
)
SELECT case_id, standard_version, clause_id, 'late' AS kind, CASE WHEN NOT to_case_end THEN to_label_en END AS activity,
    element_id, occurrence, NULL::BIGINT AS position, coalesce(to_at, due_at) AS occurred_at,
    limit_seconds || ' s' AS expected, elapsed_seconds || ' s' AS observed, 'limit.late' AS message_key,
    CAST(to_json({'elapsed': elapsed_seconds, 'excess': excess_us / 1e6, 'from': from_label_en, 'limit': limit_seconds, 'to': to_label_en}) AS VARCHAR)
        AS message_args,
    replace(replace(replace(replace(replace($late_en, '{elapsed}', duration_en(elapsed_seconds)), '{limit}', duration_en(limit_seconds)),
        '{excess}', duration_en(excess_us / 1e6)), '{from}', from_label_en), '{to}', to_label_en) AS sentence_en,
    replace(replace(replace(replace(replace($late_zh, '{elapsed}', duration_zh(elapsed_seconds)), '{limit}', duration_zh(limit_seconds)),
        '{excess}', duration_zh(excess_us / 1e6)), '{from}', from_label_zh), '{to}', to_label_zh) AS sentence_zh,
    owner, severity, excess_us / 1e6 AS excess_seconds, NULL::VARCHAR AS resource,
    CASE WHEN state IN ('open', 'abandoned') THEN 'open' ELSE 'final' END AS status
FROM breached
