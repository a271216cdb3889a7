-- what:    what the findings of the present verdicts and limits say, told apart by a digest of all of it
-- inputs:  variant_findings, given_limits
-- grain:   one row per text; those of limits have marks (chr 1, chr 2) for the time used and the time over
-- values:  process, templates late_en, late_zh with {from} {to} {elapsed} {limit} {excess}
CREATE OR REPLACE TEMP TABLE given_texts AS
WITH texts AS (
    SELECT DISTINCT standard_version, clause_id, kind, activity, element_id, expected, observed, message_key, message_args,
        sentence_en, sentence_zh, owner, severity
    FROM main.variant_findings WHERE process = $process
    UNION
    SELECT standard_version, clause_id, 'late', CASE WHEN NOT to_case_end THEN to_label_en END, element_id,
        within_us / 1e6 || ' s', NULL, 'limit.late',
        CAST(to_json({'from': from_label_en, 'limit': within_us / 1e6, 'to': to_label_en}) AS VARCHAR),
        replace(replace(replace(replace(replace($late_en, '{elapsed}', chr(1)), '{limit}', duration_en(within_us / 1e6)),
            '{excess}', chr(2)), '{from}', from_label_en), '{to}', to_label_en),
        replace(replace(replace(replace(replace($late_zh, '{elapsed}', chr(1)), '{limit}', duration_zh(within_us / 1e6)),
            '{excess}', chr(2)), '{from}', from_label_zh), '{to}', to_label_zh),
        owner, severity
    FROM temp.given_limits
)
SELECT finding_text(texts) AS text_id, * FROM texts
