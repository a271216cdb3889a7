-- what:    conformance to the drawn standard: participants, called flows, kept verdicts, findings that were mended
-- note:    0.2.0 wrote all of this into files that it called version 1, so what is there already stays as it is

ALTER TABLE standards ADD COLUMN IF NOT EXISTS participant VARCHAR;
ALTER TABLE standards ADD COLUMN IF NOT EXISTS called_flows VARCHAR[];
ALTER TABLE deviations ADD COLUMN IF NOT EXISTS resolved_at TIMESTAMPTZ;
COMMENT ON COLUMN alignment_moves.activity IS 'Step of the standard that the log activity stands for, or that is missing (model); its own name where it stands for none';
COMMENT ON COLUMN standards.participant IS 'The participant of flow_bpmn whose flow it is; NULL where there is just one';
COMMENT ON COLUMN standards.called_flows IS 'Further BPMN files, with processes that flow_bpmn may call';
COMMENT ON TABLE deviations IS 'One row per finding about one case against one clause; those with status resolved are history and count nowhere';
COMMENT ON COLUMN deviations.kind IS 'skipped, inserted, repeated, out_of_order, replaced, unknown_activity, unfinished, late, ...';
COMMENT ON COLUMN deviations.activity IS 'The step or activity that the finding is about: of replaced the missing one, of unfinished the last one done in its place; NULL where there is none';
COMMENT ON COLUMN deviations.position IS 'Entry of the variant concerned, from 1; for a skipped step, the entry before which it was due; for a replaced one, the entry in its place';
COMMENT ON COLUMN deviations.status IS 'open (the case is not closed), final, or resolved: found on an earlier night and no more, for an event that came late mended the case, or the standard or its mapping changed';
COMMENT ON COLUMN deviations.resolved_at IS 'as_of of the first run that found it no more; NULL unless status is resolved (a ledger)';

CREATE TABLE IF NOT EXISTS judging_keys (process VARCHAR, standard_version VARCHAR, fingerprint VARCHAR, PRIMARY KEY (process, standard_version));
COMMENT ON TABLE judging_keys IS 'One row per version: what its kept verdicts on variants were made from';
COMMENT ON COLUMN judging_keys.process IS 'Name of the process';
COMMENT ON COLUMN judging_keys.standard_version IS 'First day of the version';
COMMENT ON COLUMN judging_keys.fingerprint IS 'sha256 over the drawing, the clauses, the mapping and the code version';

CREATE TABLE IF NOT EXISTS variant_findings (
    process VARCHAR, variant_id VARCHAR, standard_version VARCHAR, is_open BOOLEAN, clause_id VARCHAR, kind VARCHAR,
    activity VARCHAR, element_id VARCHAR, occurrence BIGINT, position BIGINT, expected VARCHAR, observed VARCHAR,
    message_key VARCHAR, message_args VARCHAR, sentence_en VARCHAR, sentence_zh VARCHAR, owner VARCHAR, severity VARCHAR
);
COMMENT ON TABLE variant_findings IS 'One row per finding about a variant; every case of the variant has it as a deviation';
COMMENT ON COLUMN variant_findings.process IS 'Name of the process';
COMMENT ON COLUMN variant_findings.variant_id IS 'The variant';
COMMENT ON COLUMN variant_findings.standard_version IS 'The version that judges it';
COMMENT ON COLUMN variant_findings.is_open IS 'Whether it was judged as an open case';
COMMENT ON COLUMN variant_findings.clause_id IS 'The clause that it leaves';
COMMENT ON COLUMN variant_findings.kind IS 'Kind of the deviation';
COMMENT ON COLUMN variant_findings.activity IS 'The step concerned';
COMMENT ON COLUMN variant_findings.element_id IS 'Its element in the drawing';
COMMENT ON COLUMN variant_findings.occurrence IS 'Which of several like findings in the variant, from 1';
COMMENT ON COLUMN variant_findings.position IS 'Entry of the variant concerned, from 1';
COMMENT ON COLUMN variant_findings.expected IS 'What the flow has at this place';
COMMENT ON COLUMN variant_findings.observed IS 'What was done there';
COMMENT ON COLUMN variant_findings.message_key IS 'Key of the sentence';
COMMENT ON COLUMN variant_findings.message_args IS 'Arguments of the sentence, a JSON object';
COMMENT ON COLUMN variant_findings.sentence_en IS 'The finding in English';
COMMENT ON COLUMN variant_findings.sentence_zh IS 'The finding in Chinese';
COMMENT ON COLUMN variant_findings.owner IS 'Who owns the clause';
COMMENT ON COLUMN variant_findings.severity IS 'low, medium, high or critical';
