-- what:       the versions of the standard of a process, newest first
-- inputs:     standards, case_figures
-- prepared:   case_figures
-- grain:      one row per standard version
-- parameters: $process
SELECT standard_version, valid_from, valid_to, approved_by, approved_on, flow_bpmn, notes, title_en, title_zh, owner,
       participant, coalesce(called_flows, []) AS called_flows,
       (SELECT coalesce(sum(c.case_count), 0)::BIGINT FROM case_figures c
        WHERE c.process = s.process AND c.standard_version = s.standard_version) AS case_count
FROM standards s
WHERE process = $process
ORDER BY standard_version DESC
