-- what:    what the findings say that earlier releases wrote in full
-- inputs:  earlier_deviations
-- grain:   one row per text
-- values:  process
CREATE OR REPLACE TEMP TABLE given_texts AS
WITH texts AS (
    SELECT DISTINCT standard_version, clause_id, kind, activity, element_id, expected, observed, message_key, message_args,
        sentence_en, sentence_zh, owner, severity
    FROM main.earlier_deviations WHERE process = $process
)
SELECT finding_text(texts) AS text_id, * FROM texts
