-- what:      What is new since an instant: cases that started or ended, deviations found or resolved, limits that were breached
-- arguments: process: its name; since: an instant, such as TIMESTAMPTZ '2026-11-03 00:00:00+01'
-- gives:     One row per change, oldest first: changed_at (of findings: as_of of the night that found or missed them), what (case_started, case_ended, limit_breached, deviation_found, deviation_resolved), case_id, clause_id, kind, sentence_en, sentence_zh
-- example:   SELECT what, count(*) FROM what_changed('service_desk', TIMESTAMPTZ '2026-09-30 00:00:00+00') GROUP BY ALL
CREATE OR REPLACE MACRO what_changed(process, since) AS TABLE
WITH changes AS (
    SELECT c.started_at AS changed_at, 'case_started' AS what, c.case_id, NULL AS clause_id, NULL AS kind,
        NULL AS sentence_en, NULL AS sentence_zh
    FROM cases AS c WHERE c.process = process
    UNION ALL
    SELECT c.ended_at, 'case_ended', c.case_id, NULL, c.state, NULL, NULL
    FROM cases AS c WHERE c.process = process
    UNION ALL
    SELECT l.due_at, 'limit_breached', l.case_id, l.clause_id, NULL, k.text_en, k.text_zh
    FROM limit_checks AS l
    LEFT JOIN clauses AS k ON k.process = l.process AND k.standard_version = l.standard_version AND k.clause_id = l.clause_id
    WHERE l.process = process AND l.outcome = 'breached'
    UNION ALL
    SELECT d.first_seen, 'deviation_found', d.case_id, d.clause_id, d.kind, d.sentence_en, d.sentence_zh
    FROM deviations AS d WHERE d.process = process
    UNION ALL
    SELECT d.resolved_at, 'deviation_resolved', d.case_id, d.clause_id, d.kind, d.sentence_en, d.sentence_zh
    FROM deviations AS d WHERE d.process = process AND d.status = 'resolved'
)
SELECT n.changed_at, n.what, n.case_id, n.clause_id, n.kind, n.sentence_en, n.sentence_zh
FROM changes AS n
WHERE n.changed_at >= since
ORDER BY n.changed_at, n.what, n.case_id, n.clause_id, n.kind, n.sentence_en
