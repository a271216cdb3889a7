-- what:    the ledger of the quality gates
-- note:    the gates ask each load once, at its arrival; a load that was stopped is asked again the next night

CREATE TABLE quality_checks (
    run_id VARCHAR, process VARCHAR, source VARCHAR, gate VARCHAR, level VARCHAR, outcome VARCHAR, "rows" BIGINT,
    share DOUBLE, detail VARCHAR
);
COMMENT ON TABLE quality_checks IS 'One row per quality gate asked about a source in a run (a ledger)';
COMMENT ON COLUMN quality_checks.run_id IS 'Identifier of the night, or of the replay';
COMMENT ON COLUMN quality_checks.process IS 'Name of the process';
COMMENT ON COLUMN quality_checks.source IS 'Name of the source in process.yaml; NULL where the gate looks at all of them together';
COMMENT ON COLUMN quality_checks.gate IS 'Name of the gate, as under quality: in process.yaml';
COMMENT ON COLUMN quality_checks.level IS 'What a finding leads to: note, warn, quarantine or stop';
COMMENT ON COLUMN quality_checks.outcome IS 'passed (nothing found), noted, warned, held (rows in quarantined_rows), stopped (the process kept its former facts), not_told (detail says why), replayed';
COMMENT ON COLUMN quality_checks."rows" IS 'Rows found; 0 where nothing was, NULL where rows are not what is counted';
COMMENT ON COLUMN quality_checks.share IS 'rows over the rows asked about; NULL where there are none';
COMMENT ON COLUMN quality_checks.detail IS 'What was found, with an example, or why nothing could be told';

COMMENT ON COLUMN quarantined_rows.reason IS 'Why: unreadable_row, case_missing, activity_missing, instant_missing, instant_unreadable, start_after_end, or the name of the quality gate that holds it';
