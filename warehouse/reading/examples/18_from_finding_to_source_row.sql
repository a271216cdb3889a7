-- question: On which rows of which source file does a finding rest?
-- 问题:     一条偏差源自哪个文件的哪些行？
-- gives:    the events of the case of the newest finding with the file and row that brought each
SELECT d.sentence_en, e.position, e.activity, e.lifecycle, e.occurred_at, l.locator, e.row_number
FROM (
    SELECT * FROM deviations_now($process) ORDER BY coalesce(occurred_at, last_seen) DESC, deviation_id LIMIT 1
) AS d
JOIN events AS e ON e.process = d.process AND e.case_id = d.case_id
LEFT JOIN loads AS l ON l.process = e.process AND l.load_id = e.load_id
ORDER BY e.position
