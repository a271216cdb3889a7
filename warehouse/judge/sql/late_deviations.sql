-- what:    breached time limits as findings, with their sentences
-- inputs:  scope_checks, given_limits, case_versions, scope_ids
-- grain:   one row per breached limit check
-- values:  templates late_en, late_zh with {from} {to} {elapsed} {limit} {excess}
WITH breached AS (
    SELECT n.case_id, k.case_code, k.occurrence::BIGINT AS occurrence, k.to_at, k.from_at + to_microseconds(g.within_us) AS due_at,
        greatest(0, epoch_us(k.until_at) - epoch_us(k.from_at)) / 1e6 AS elapsed_seconds, g.within_us / 1e6 AS limit_seconds,
        greatest(0, epoch_us(k.until_at) - epoch_us(k.from_at)) - g.within_us AS excess_us, c.is_open, g.*
    FROM temp.scope_checks AS k
    JOIN temp.given_limits AS g USING (limit_no)
    JOIN temp.scope_ids AS n USING (case_code)
    JOIN temp.case_versions AS c USING (case_code)
    WHERE k.outcome = 'breached'
)
SELECT case_id, case_code, standard_version, clause_id, 'late' AS kind, CASE WHEN NOT to_case_end THEN to_label_en END AS activity,
    element_id, occurrence, NULL::BIGINT AS position, coalesce(to_at, due_at) AS occurred_at,
    limit_seconds || ' s' AS expected, elapsed_seconds || ' s' AS observed, 'limit.late' AS message_key,
    CAST(to_json({'elapsed': elapsed_seconds, 'excess': excess_us / 1e6, 'from': from_label_en, 'limit': limit_seconds, 'to': to_label_en}) AS VARCHAR)
        AS message_args,
    replace(replace(replace(replace(replace($late_en, '{elapsed}', duration_en(elapsed_seconds)), '{limit}', duration_en(limit_seconds)),
        '{excess}', duration_en(excess_us / 1e6)), '{from}', from_label_en), '{to}', to_label_en) AS sentence_en,
    replace(replace(replace(replace(replace($late_zh, '{elapsed}', duration_zh(elapsed_seconds)), '{limit}', duration_zh(limit_seconds)),
        '{excess}', duration_zh(excess_us / 1e6)), '{from}', from_label_zh), '{to}', to_label_zh) AS sentence_zh,
    owner, severity, excess_us / 1e6 AS excess_seconds, NULL::VARCHAR AS resource,
    CASE WHEN is_open THEN 'open' ELSE 'final' END AS status
FROM breached
