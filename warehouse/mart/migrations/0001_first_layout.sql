-- what:    the shared tables of mart.duckdb, which the published snapshot carries as they are
-- grain:   see each table's comment; events, activity_instances and cases are views, made by views.py
-- note:    the migrations together are the contract with analysts: add freely, rename or drop only with a note

CREATE TABLE schema_info (schema_version INTEGER, product VARCHAR, generation BIGINT);
COMMENT ON TABLE schema_info IS 'One row: the version of this schema and the landing generation that the facts belong to';
COMMENT ON COLUMN schema_info.schema_version IS 'Version of the table layout; a higher number may have renamed or dropped things';
COMMENT ON COLUMN schema_info.product IS 'The program that wrote this file, with its version';
COMMENT ON COLUMN schema_info.generation IS 'Counts the commits to landing.duckdb; the facts here were derived from this one';

CREATE TABLE processes (
    process VARCHAR, title_en VARCHAR, title_zh VARCHAR, owner VARCHAR, time_zone VARCHAR, case_url VARCHAR,
    segment_names VARCHAR[], as_of TIMESTAMPTZ
);
COMMENT ON TABLE processes IS 'One row per process of the workspace';
COMMENT ON COLUMN processes.process IS 'Name of the process: its folder in the workspace';
COMMENT ON COLUMN processes.title_en IS 'Title in English';
COMMENT ON COLUMN processes.title_zh IS 'Title in Chinese';
COMMENT ON COLUMN processes.owner IS 'Who answers for the process';
COMMENT ON COLUMN processes.time_zone IS 'IANA time zone in which periods and hours of the process are cut';
COMMENT ON COLUMN processes.case_url IS 'Link template to the source system; {case_id} stands for the case';
COMMENT ON COLUMN processes.segment_names IS 'Names of the case attributes by which figures are split';
COMMENT ON COLUMN processes.as_of IS 'The instant up to which the source was known to be complete at the last run';

CREATE TABLE runs (
    run_id VARCHAR, process VARCHAR, as_of TIMESTAMPTZ, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ,
    status VARCHAR, reason VARCHAR, rows_landed BIGINT, rows_quarantined BIGINT, cases_touched BIGINT, variants_new BIGINT
);
COMMENT ON TABLE runs IS 'One row per run of a process (a ledger)';
COMMENT ON COLUMN runs.run_id IS 'Identifier of the night; one night covers several processes';
COMMENT ON COLUMN runs.process IS 'Name of the process';
COMMENT ON COLUMN runs.as_of IS 'The instant up to which the source was known to be complete';
COMMENT ON COLUMN runs.started_at IS 'When the run began, by the clock';
COMMENT ON COLUMN runs.finished_at IS 'When the run ended, by the clock';
COMMENT ON COLUMN runs.status IS 'done or failed';
COMMENT ON COLUMN runs.reason IS 'Why the run had work to do, or why it failed';
COMMENT ON COLUMN runs.rows_landed IS 'Rows that this run landed from all sources of the process';
COMMENT ON COLUMN runs.rows_quarantined IS 'Rows of the current loads that could not be used';
COMMENT ON COLUMN runs.cases_touched IS 'Cases whose facts were derived anew';
COMMENT ON COLUMN runs.variants_new IS 'Variants never seen before this run';

CREATE TABLE run_stages (
    run_id VARCHAR, process VARCHAR, stage VARCHAR, reason VARCHAR, "rows" BIGINT, seconds DOUBLE, peak_bytes BIGINT
);
COMMENT ON TABLE run_stages IS 'One row per stage of a run (a ledger)';
COMMENT ON COLUMN run_stages.run_id IS 'Identifier of the night';
COMMENT ON COLUMN run_stages.process IS 'Name of the process';
COMMENT ON COLUMN run_stages.stage IS 'Name of the stage, as in asrun plan';
COMMENT ON COLUMN run_stages.reason IS 'Why the stage was stale';
COMMENT ON COLUMN run_stages."rows" IS 'Rows that the stage wrote';
COMMENT ON COLUMN run_stages.seconds IS 'Wall-clock seconds';
COMMENT ON COLUMN run_stages.peak_bytes IS 'Peak resident memory of the program up to the end of the stage, bytes';

CREATE TABLE loads (
    load_id BIGINT, process VARCHAR, source VARCHAR, locator VARCHAR, content_hash VARCHAR, loaded_at TIMESTAMPTZ,
    rows_read BIGINT, rows_landed BIGINT, rows_duplicate BIGINT, rows_quarantined BIGINT, is_current BOOLEAN
);
COMMENT ON TABLE loads IS 'One row per load of a source: a file with a content of its own (a ledger)';
COMMENT ON COLUMN loads.load_id IS 'Number of the load, growing';
COMMENT ON COLUMN loads.process IS 'Name of the process';
COMMENT ON COLUMN loads.source IS 'Name of the source in process.yaml';
COMMENT ON COLUMN loads.locator IS 'Where the content came from: the path as the workspace names it';
COMMENT ON COLUMN loads.content_hash IS 'sha256 of the bytes; the same content is landed once';
COMMENT ON COLUMN loads.loaded_at IS 'When the load was committed';
COMMENT ON COLUMN loads.rows_read IS 'Rows found in the source';
COMMENT ON COLUMN loads.rows_landed IS 'Rows kept in the landing store: read less unreadable';
COMMENT ON COLUMN loads.rows_duplicate IS 'Landed rows that repeat an earlier row in every column';
COMMENT ON COLUMN loads.rows_quarantined IS 'Rows that could not be used, unreadable ones included';
COMMENT ON COLUMN loads.is_current IS 'Whether the load is part of the source as it stands now';

CREATE TABLE quarantined_rows (
    process VARCHAR, source VARCHAR, load_id BIGINT, row_number BIGINT, reason VARCHAR, column_name VARCHAR,
    value VARCHAR, raw VARCHAR, replayed_at TIMESTAMPTZ
);
COMMENT ON TABLE quarantined_rows IS 'One row per source row that could not be used, with its reason';
COMMENT ON COLUMN quarantined_rows.process IS 'Name of the process';
COMMENT ON COLUMN quarantined_rows.source IS 'Name of the source in process.yaml';
COMMENT ON COLUMN quarantined_rows.load_id IS 'Load that brought the row';
COMMENT ON COLUMN quarantined_rows.row_number IS 'Number of the data row in its file, from 1';
COMMENT ON COLUMN quarantined_rows.reason IS 'Why: unreadable_row, case_missing, activity_missing, instant_missing, instant_unreadable, start_after_end';
COMMENT ON COLUMN quarantined_rows.column_name IS 'Column at fault, where it is one';
COMMENT ON COLUMN quarantined_rows.value IS 'The value found there';
COMMENT ON COLUMN quarantined_rows.raw IS 'The whole row as it was read';
COMMENT ON COLUMN quarantined_rows.replayed_at IS 'When the row was mended and taken in; NULL while it waits';

CREATE TABLE variants (
    process VARCHAR, variant_id VARCHAR, activities VARCHAR[], case_count BIGINT, share DOUBLE
);
COMMENT ON TABLE variants IS 'One row per variant: the cases with an equal activity sequence';
COMMENT ON COLUMN variants.process IS 'Name of the process';
COMMENT ON COLUMN variants.variant_id IS 'md5 over the length-prefixed activities';
COMMENT ON COLUMN variants.activities IS 'The sequence, an entry per activity instance at its completion';
COMMENT ON COLUMN variants.case_count IS 'Cases of this variant, in any state';
COMMENT ON COLUMN variants.share IS 'case_count / cases of the process';

CREATE TABLE variant_verdicts (
    process VARCHAR, variant_id VARCHAR, standard_version VARCHAR, is_open BOOLEAN, alignment_cost BIGINT,
    cost_lower BIGINT, cost_upper BIGINT, is_exact BOOLEAN, fitness DOUBLE
);
COMMENT ON TABLE variant_verdicts IS 'One row per variant judged by a standard version, as closed or as open';
COMMENT ON COLUMN variant_verdicts.process IS 'Name of the process';
COMMENT ON COLUMN variant_verdicts.variant_id IS 'The variant';
COMMENT ON COLUMN variant_verdicts.standard_version IS 'The version of the standard';
COMMENT ON COLUMN variant_verdicts.is_open IS 'Judged as a prefix: a step not yet done is not a skipped step';
COMMENT ON COLUMN variant_verdicts.alignment_cost IS 'Log moves plus visible model moves of a cheapest alignment; NULL where not exact';
COMMENT ON COLUMN variant_verdicts.cost_lower IS 'Proven lower bound of the cost';
COMMENT ON COLUMN variant_verdicts.cost_upper IS 'Proven upper bound of the cost';
COMMENT ON COLUMN variant_verdicts.is_exact IS 'Whether the bounds meet; false where the budget ran out';
COMMENT ON COLUMN variant_verdicts.fitness IS '1 - cost / (length + cheapest model run); open: 1 - cost / length; NULL where not exact';

CREATE TABLE alignment_moves (
    process VARCHAR, variant_id VARCHAR, standard_version VARCHAR, is_open BOOLEAN, step BIGINT, move VARCHAR,
    activity VARCHAR, element_id VARCHAR, position BIGINT
);
COMMENT ON TABLE alignment_moves IS 'One row per move of a verdict, in order';
COMMENT ON COLUMN alignment_moves.process IS 'Name of the process';
COMMENT ON COLUMN alignment_moves.variant_id IS 'The variant';
COMMENT ON COLUMN alignment_moves.standard_version IS 'The version of the standard';
COMMENT ON COLUMN alignment_moves.is_open IS 'Judged as a prefix';
COMMENT ON COLUMN alignment_moves.step IS 'Number of the move, from 1';
COMMENT ON COLUMN alignment_moves.move IS 'synchronous, log or model (visible moves only)';
COMMENT ON COLUMN alignment_moves.activity IS 'Log activity (synchronous, log) or the step of the standard (model)';
COMMENT ON COLUMN alignment_moves.element_id IS 'Element of the drawing (synchronous, model)';
COMMENT ON COLUMN alignment_moves.position IS 'Position of the entry in the variant, from 1 (synchronous, log)';

CREATE TABLE standards (
    process VARCHAR, standard_version VARCHAR, valid_from TIMESTAMPTZ, valid_to TIMESTAMPTZ, approved_by VARCHAR,
    approved_on DATE, fingerprint VARCHAR, flow_bpmn VARCHAR, notes VARCHAR, title_en VARCHAR, title_zh VARCHAR, owner VARCHAR
);
COMMENT ON TABLE standards IS 'One row per version of a standard';
COMMENT ON COLUMN standards.process IS 'Name of the process';
COMMENT ON COLUMN standards.standard_version IS 'The version: the name of its folder, the first day on which it holds';
COMMENT ON COLUMN standards.valid_from IS 'First instant at which a case that starts is judged by this version';
COMMENT ON COLUMN standards.valid_to IS 'First instant at which it no longer is; NULL for the newest';
COMMENT ON COLUMN standards.approved_by IS 'Who approved it; NULL for a draft';
COMMENT ON COLUMN standards.approved_on IS 'When it was approved';
COMMENT ON COLUMN standards.fingerprint IS 'sha256 over what the verdicts depend on';
COMMENT ON COLUMN standards.flow_bpmn IS 'The designed flow as drawn (BPMN 2.0 or PNML text)';
COMMENT ON COLUMN standards.notes IS 'Notes of its authors';
COMMENT ON COLUMN standards.title_en IS 'Title in English';
COMMENT ON COLUMN standards.title_zh IS 'Title in Chinese';
COMMENT ON COLUMN standards.owner IS 'Who answers for the standard';

CREATE TABLE clauses (
    process VARCHAR, standard_version VARCHAR, clause_id VARCHAR, kind VARCHAR, element_id VARCHAR, text_en VARCHAR,
    text_zh VARCHAR, owner VARCHAR, severity VARCHAR, target DOUBLE
);
COMMENT ON TABLE clauses IS 'One row per checkable statement of a standard version';
COMMENT ON COLUMN clauses.process IS 'Name of the process';
COMMENT ON COLUMN clauses.standard_version IS 'The version of the standard';
COMMENT ON COLUMN clauses.clause_id IS 'flow, step:<element id> or limit:<id>';
COMMENT ON COLUMN clauses.kind IS 'flow, step or limit';
COMMENT ON COLUMN clauses.element_id IS 'Element of the drawing that it stands on, where it is one';
COMMENT ON COLUMN clauses.text_en IS 'The clause in English';
COMMENT ON COLUMN clauses.text_zh IS 'The clause in Chinese';
COMMENT ON COLUMN clauses.owner IS 'Who answers for the clause';
COMMENT ON COLUMN clauses.severity IS 'low, medium, high or critical';
COMMENT ON COLUMN clauses.target IS 'Share of cases that are to keep it; NULL: all';

CREATE TABLE deviations (
    deviation_id VARCHAR, process VARCHAR, case_id VARCHAR, standard_version VARCHAR, clause_id VARCHAR, kind VARCHAR,
    activity VARCHAR, element_id VARCHAR, occurrence BIGINT, position BIGINT, occurred_at TIMESTAMPTZ, expected VARCHAR,
    observed VARCHAR, message_key VARCHAR, message_args VARCHAR, sentence_en VARCHAR, sentence_zh VARCHAR, owner VARCHAR,
    severity VARCHAR, excess_seconds DOUBLE, resource VARCHAR, status VARCHAR, first_seen TIMESTAMPTZ, last_seen TIMESTAMPTZ
);
COMMENT ON TABLE deviations IS 'One row per finding about one case against one clause';
COMMENT ON COLUMN deviations.deviation_id IS 'md5 over process, case, clause, kind, activity, occurrence: stable from night to night';
COMMENT ON COLUMN deviations.process IS 'Name of the process';
COMMENT ON COLUMN deviations.case_id IS 'The case';
COMMENT ON COLUMN deviations.standard_version IS 'The version of the standard that judged it';
COMMENT ON COLUMN deviations.clause_id IS 'The clause';
COMMENT ON COLUMN deviations.kind IS 'skipped, inserted, repeated, out_of_order, unknown_activity, unfinished, late, ...';
COMMENT ON COLUMN deviations.activity IS 'The step or activity that the finding is about; NULL for a limit over the whole case';
COMMENT ON COLUMN deviations.element_id IS 'Element of the drawing concerned';
COMMENT ON COLUMN deviations.occurrence IS 'Which finding of its kind, clause and activity in the case, from 1';
COMMENT ON COLUMN deviations.position IS 'Entry of the variant concerned, from 1; for a skipped step, the entry before which it was due';
COMMENT ON COLUMN deviations.occurred_at IS 'Instant of the event concerned; for a skipped step, of the event before which it was due';
COMMENT ON COLUMN deviations.expected IS 'What the standard expected there';
COMMENT ON COLUMN deviations.observed IS 'What was found';
COMMENT ON COLUMN deviations.message_key IS 'Key of the sentence in the message catalogues';
COMMENT ON COLUMN deviations.message_args IS 'Arguments of the sentence, a JSON object';
COMMENT ON COLUMN deviations.sentence_en IS 'The finding in one English sentence';
COMMENT ON COLUMN deviations.sentence_zh IS 'The finding in one Chinese sentence';
COMMENT ON COLUMN deviations.owner IS 'Who answers for the clause';
COMMENT ON COLUMN deviations.severity IS 'low, medium, high or critical';
COMMENT ON COLUMN deviations.excess_seconds IS 'Time over the limit, seconds; NULL where there is none';
COMMENT ON COLUMN deviations.resource IS 'Who did the event concerned, where there is one';
COMMENT ON COLUMN deviations.status IS 'open (the case is not closed) or final';
COMMENT ON COLUMN deviations.first_seen IS 'as_of of the first run that found it (a ledger)';
COMMENT ON COLUMN deviations.last_seen IS 'as_of of the last run that found it (a ledger)';

CREATE TABLE limit_checks (
    process VARCHAR, case_id VARCHAR, clause_id VARCHAR, standard_version VARCHAR, occurrence BIGINT, from_at TIMESTAMPTZ,
    to_at TIMESTAMPTZ, due_at TIMESTAMPTZ, elapsed_seconds DOUBLE, business_seconds DOUBLE, paused_seconds DOUBLE,
    limit_seconds DOUBLE, outcome VARCHAR, to_activity VARCHAR
);
COMMENT ON TABLE limit_checks IS 'One row per time limit held against a case';
COMMENT ON COLUMN limit_checks.process IS 'Name of the process';
COMMENT ON COLUMN limit_checks.case_id IS 'The case';
COMMENT ON COLUMN limit_checks.clause_id IS 'The limit';
COMMENT ON COLUMN limit_checks.standard_version IS 'The version of the standard';
COMMENT ON COLUMN limit_checks.occurrence IS 'Which occurrence of the limit in the case, from 1';
COMMENT ON COLUMN limit_checks.from_at IS 'When the clock started';
COMMENT ON COLUMN limit_checks.to_at IS 'When it stopped; NULL while it has not';
COMMENT ON COLUMN limit_checks.due_at IS 'When it was or is due';
COMMENT ON COLUMN limit_checks.elapsed_seconds IS 'From start to stop, or to as_of or the end of the case while it has not stopped';
COMMENT ON COLUMN limit_checks.business_seconds IS 'The same on the clause''s calendar; NULL for an elapsed limit';
COMMENT ON COLUMN limit_checks.paused_seconds IS 'Time in which the clock stood still';
COMMENT ON COLUMN limit_checks.limit_seconds IS 'The limit';
COMMENT ON COLUMN limit_checks.outcome IS 'met, breached, running, at_risk, not_reached, not_applicable';
COMMENT ON COLUMN limit_checks.to_activity IS 'The activity that stopped the clock; NULL while it has not, or where the case end does';

CREATE TABLE hotspots (
    process VARCHAR, period VARCHAR, segment VARCHAR, kind VARCHAR, place VARCHAR, measure VARCHAR, cause VARCHAR,
    instances BIGINT, cases BIGINT, total_seconds DOUBLE, mean_seconds DOUBLE, reference_seconds DOUBLE,
    excess_seconds DOUBLE, recoverable_seconds DOUBLE, share_of_cycle_time DOUBLE, p50_seconds DOUBLE,
    p90_seconds DOUBLE, p95_seconds DOUBLE, rank BIGINT
);
COMMENT ON TABLE hotspots IS 'One row per place where time goes, in a period and segment';
COMMENT ON COLUMN hotspots.process IS 'Name of the process';
COMMENT ON COLUMN hotspots.period IS 'Month (2026-09) in the process''s time zone; all for the whole log';
COMMENT ON COLUMN hotspots.segment IS 'all, or name=value of a segment attribute';
COMMENT ON COLUMN hotspots.kind IS 'activity, handover, resource, role or segment; kinds overlap and are never added up';
COMMENT ON COLUMN hotspots.place IS 'The activity; source and target activity of a handover; resource; role; segment value';
COMMENT ON COLUMN hotspots.measure IS 'waiting, processing, sojourn or cycle';
COMMENT ON COLUMN hotspots.cause IS 'Cause of waiting, where told apart';
COMMENT ON COLUMN hotspots.instances IS 'Activity instances (cycle: cases) counted';
COMMENT ON COLUMN hotspots.cases IS 'Cases that have at least one of them';
COMMENT ON COLUMN hotspots.total_seconds IS 'Sum of the measure';
COMMENT ON COLUMN hotspots.mean_seconds IS 'total_seconds / instances';
COMMENT ON COLUMN hotspots.reference_seconds IS 'Mean in conformant cases of the same segment in the 12 periods before; NULL under 30 instances';
COMMENT ON COLUMN hotspots.excess_seconds IS 'Sum of time over the limits that end at the place; NULL where it has none';
COMMENT ON COLUMN hotspots.recoverable_seconds IS 'max(0, instances x (mean - reference mean)); NULL without a reference';
COMMENT ON COLUMN hotspots.share_of_cycle_time IS 'total_seconds / summed cycle time of the period and segment';
COMMENT ON COLUMN hotspots.p50_seconds IS 'Median, exact';
COMMENT ON COLUMN hotspots.p90_seconds IS '90th percentile, exact';
COMMENT ON COLUMN hotspots.p95_seconds IS '95th percentile, exact';
COMMENT ON COLUMN hotspots.rank IS 'Rank by recoverable, then excess, then total time within process, period, segment, kind and measure, from 1';

CREATE TABLE indicators (
    process VARCHAR, period VARCHAR, indicator VARCHAR, segment VARCHAR, value DOUBLE, numerator BIGINT,
    denominator BIGINT, low DOUBLE, high DOUBLE, target DOUBLE, met BOOLEAN
);
COMMENT ON TABLE indicators IS 'One row per quality indicator in a period and segment';
COMMENT ON COLUMN indicators.process IS 'Name of the process';
COMMENT ON COLUMN indicators.period IS 'Month in the process''s time zone';
COMMENT ON COLUMN indicators.indicator IS 'Name of the indicator';
COMMENT ON COLUMN indicators.segment IS 'all, or name=value of a segment attribute';
COMMENT ON COLUMN indicators.value IS 'numerator / denominator';
COMMENT ON COLUMN indicators.numerator IS 'Cases that fulfil it';
COMMENT ON COLUMN indicators.denominator IS 'Cases that it speaks of';
COMMENT ON COLUMN indicators.low IS 'Lower end of the 95% Wilson interval';
COMMENT ON COLUMN indicators.high IS 'Upper end of the 95% Wilson interval';
COMMENT ON COLUMN indicators.target IS 'Target, where one is set';
COMMENT ON COLUMN indicators.met IS 'Whether the target was met; NULL without target or below the least number of cases';

CREATE TABLE headlines (
    process VARCHAR, period VARCHAR, figure VARCHAR, value DOUBLE, previous DOUBLE, target DOUBLE, better VARCHAR
);
COMMENT ON TABLE headlines IS 'One row per headline figure in a period';
COMMENT ON COLUMN headlines.process IS 'Name of the process';
COMMENT ON COLUMN headlines.period IS 'Month (2026-09) in the process''s time zone, the last complete one; all for the whole log; now for open cases';
COMMENT ON COLUMN headlines.figure IS 'conformance_rate, limits_met_rate, cases_ended, cycle_p50_seconds, cycle_p90_seconds, deviations, open_cases, open_at_risk, recoverable_seconds';
COMMENT ON COLUMN headlines.value IS 'The figure in the period';
COMMENT ON COLUMN headlines.previous IS 'The figure in the period before';
COMMENT ON COLUMN headlines.target IS 'Target, where one is set';
COMMENT ON COLUMN headlines.better IS 'higher, lower, or NULL where neither is better';

CREATE TABLE discovered_models (
    process VARCHAR, run_id VARCHAR, method VARCHAR, bpmn_xml VARCHAR, pnml VARCHAR, fitness DOUBLE, precision DOUBLE,
    simplicity DOUBLE, cases_covered BIGINT, change VARCHAR, fingerprint VARCHAR
);
COMMENT ON TABLE discovered_models IS 'One row per model found in the log, kept from run to run';
COMMENT ON COLUMN discovered_models.process IS 'Name of the process';
COMMENT ON COLUMN discovered_models.run_id IS 'The night that found it';
COMMENT ON COLUMN discovered_models.method IS 'Algorithm and noise threshold';
COMMENT ON COLUMN discovered_models.bpmn_xml IS 'The model as BPMN 2.0';
COMMENT ON COLUMN discovered_models.pnml IS 'The model as PNML';
COMMENT ON COLUMN discovered_models.fitness IS 'Alignment fitness of the variants it was scored on; NULL where it could not be scored within bounds';
COMMENT ON COLUMN discovered_models.precision IS 'Escaping-edges precision on the alignments; NULL likewise';
COMMENT ON COLUMN discovered_models.simplicity IS 'Arc-degree simplicity of the net';
COMMENT ON COLUMN discovered_models.cases_covered IS 'Cases whose variant the model accepts, of those scored';
COMMENT ON COLUMN discovered_models.change IS 'first, same or changed against the last run''s model';
COMMENT ON COLUMN discovered_models.fingerprint IS 'sha256 of the BPMN text';

CREATE TABLE directly_follows (
    process VARCHAR, source VARCHAR, target VARCHAR, instances BIGINT, cases BIGINT, p50_seconds DOUBLE,
    p90_seconds DOUBLE, total_seconds DOUBLE
);
COMMENT ON TABLE directly_follows IS 'One row per pair of consecutive activities; NULL source: case start, NULL target: case end';
COMMENT ON COLUMN directly_follows.process IS 'Name of the process';
COMMENT ON COLUMN directly_follows.source IS 'The earlier activity; NULL: the case begins with target';
COMMENT ON COLUMN directly_follows.target IS 'The later activity; NULL: the case''s entries end with source';
COMMENT ON COLUMN directly_follows.instances IS 'How often the pair occurred';
COMMENT ON COLUMN directly_follows.cases IS 'In how many cases';
COMMENT ON COLUMN directly_follows.p50_seconds IS 'Median from completion to completion';
COMMENT ON COLUMN directly_follows.p90_seconds IS '90th percentile from completion to completion';
COMMENT ON COLUMN directly_follows.total_seconds IS 'Sum from completion to completion';

CREATE TABLE calendar_spans (
    calendar VARCHAR, starts_at TIMESTAMPTZ, ends_at TIMESTAMPTZ, working_seconds_before DOUBLE
);
COMMENT ON TABLE calendar_spans IS 'One row per stretch of working time of a calendar';
COMMENT ON COLUMN calendar_spans.calendar IS 'Name of the calendar';
COMMENT ON COLUMN calendar_spans.starts_at IS 'Begin of the stretch';
COMMENT ON COLUMN calendar_spans.ends_at IS 'End of the stretch (not included)';
COMMENT ON COLUMN calendar_spans.working_seconds_before IS 'Working seconds of the calendar before the stretch';

CREATE TABLE log_counts (process VARCHAR, figure VARCHAR, value BIGINT);
COMMENT ON TABLE log_counts IS 'One row per figure: what was decided by rule while the log was shaped';
COMMENT ON COLUMN log_counts.process IS 'Name of the process';
COMMENT ON COLUMN log_counts.figure IS 'rows_duplicate, rows_filtered (left out by a condition of the source), rows_rejected, rows_after_as_of, instants_ambiguous (first occurrence taken), instants_impossible (moved forward), starts_without_completion, events, instances, cases';
COMMENT ON COLUMN log_counts.value IS 'The count';

CREATE TABLE deviation_sightings (
    process VARCHAR, deviation_id VARCHAR, first_seen TIMESTAMPTZ, last_seen TIMESTAMPTZ, PRIMARY KEY (process, deviation_id)
);
COMMENT ON TABLE deviation_sightings IS 'One row per finding ever made, also those since mended (a ledger)';
COMMENT ON COLUMN deviation_sightings.process IS 'Name of the process';
COMMENT ON COLUMN deviation_sightings.deviation_id IS 'The finding';
COMMENT ON COLUMN deviation_sightings.first_seen IS 'as_of of the first run that found it';
COMMENT ON COLUMN deviation_sightings.last_seen IS 'as_of of the last run that found it';

CREATE TABLE process_catalogue (process VARCHAR PRIMARY KEY, ordinal INTEGER UNIQUE);
COMMENT ON TABLE process_catalogue IS 'One row per process ever run; ordinal names the schema p<ordinal> of its working tables';
COMMENT ON COLUMN process_catalogue.process IS 'Name of the process';
COMMENT ON COLUMN process_catalogue.ordinal IS 'Number of its schema';

CREATE TABLE stage_states (
    process VARCHAR, stage VARCHAR, fingerprint VARCHAR, run_id VARCHAR, PRIMARY KEY (process, stage)
);
COMMENT ON TABLE stage_states IS 'One row per stage of a process: what its present results were made from';
COMMENT ON COLUMN stage_states.process IS 'Name of the process';
COMMENT ON COLUMN stage_states.stage IS 'Name of the stage, as in asrun plan';
COMMENT ON COLUMN stage_states.fingerprint IS 'sha256 over its inputs, configuration and code version';
COMMENT ON COLUMN stage_states.run_id IS 'The night that made the present results';
