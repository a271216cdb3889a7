-- what:    give every text never seen before a number; findings of one clause, kind and activity share an identity
-- inputs:  given_texts, finding_texts
-- grain:   one row per new text
INSERT INTO finding_texts
WITH numbered AS (
    SELECT (SELECT coalesce(max(finding_no), 0) FROM finding_texts) + row_number() OVER (ORDER BY text_id) AS finding_no, *
    FROM temp.given_texts ANTI JOIN finding_texts USING (text_id)
),
known AS (
    SELECT clause_id, kind, coalesce(activity, '') AS about, min(identity_no) AS identity_no FROM finding_texts GROUP BY ALL
)
SELECT n.finding_no,
    coalesce(k.identity_no, min(n.finding_no) OVER (PARTITION BY n.clause_id, n.kind, coalesce(n.activity, ''))),
    n.text_id, n.standard_version, n.clause_id, n.kind, n.activity, n.element_id, n.expected, n.observed, n.message_key,
    n.message_args, n.sentence_en, n.sentence_zh, n.owner, n.severity
FROM numbered AS n
LEFT JOIN known AS k ON k.clause_id = n.clause_id AND k.kind = n.kind AND k.about = coalesce(n.activity, '')
ORDER BY n.finding_no
