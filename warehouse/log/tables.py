"""The tables of one process in the mart, and how they are laid out when its log is made whole."""

from __future__ import annotations

from warehouse.log.composing import attribute_type
from warehouse.log.instances import bare_instances, is_bare
from warehouse.mart.catalogue import process_schema
from warehouse.specification import ProcessSpec
from warehouse.store import Store


def has_tables(store: Store, schema: str) -> bool:
    """Whether the schema holds what a night that costs only what is new builds on."""
    rows = store.fetch_sql(
        "log/has_tables",
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'mart' AND schema_name = $schema "
        "AND table_name IN ('log_state', 'shaped_loads', 'case_figures', 'rejected_rows', 'pending_cases', 'owed', "
        "'judge_state', 'case_counts', 'limit_counts', 'deviations', 'finding_texts')",
        schema=schema,
    )
    return bool(rows[0][0] == 11)


def lay_out(store: Store, process: ProcessSpec) -> None:
    """Make the derived tables of the process in the schema in use, empty; the dictionaries of codes stay.

    So do the deviations, which judging holds against those of tonight.
    """
    cases = "".join(f", k{i} {attribute_type(spec)}" for i, spec in enumerate(process.attributes("case")))
    _lay_out_instances(store, process)
    store.connection.execute(
        f"""
        CREATE OR REPLACE TABLE cases (
            case_code INTEGER, state VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ,
            measured_from_at TIMESTAMPTZ, other_measured_to_at TIMESTAMPTZ, first_event_at TIMESTAMPTZ,
            other_last_event_at TIMESTAMPTZ, event_count INTEGER, variant_no INTEGER, period_no INTEGER
            {cases}
        );
        CREATE OR REPLACE TABLE case_figures (case_code INTEGER, load_id INTEGER, figure VARCHAR, n BIGINT);
        CREATE OR REPLACE TABLE rejected_rows (
            case_code INTEGER, source VARCHAR, load_id INTEGER, row_number BIGINT, reason VARCHAR, column_name VARCHAR,
            value VARCHAR, raw VARCHAR
        );
        CREATE OR REPLACE TABLE pending_cases (case_code INTEGER, first_at TIMESTAMPTZ, last_at TIMESTAMPTZ);
        CREATE OR REPLACE TABLE log_state (mapping VARCHAR, as_of TIMESTAMPTZ, change_no BIGINT);
        CREATE OR REPLACE TABLE shaped_loads (load_id INTEGER);
        CREATE OR REPLACE TABLE owed (stage VARCHAR, case_code INTEGER);
        CREATE OR REPLACE TABLE case_verdicts (
            case_code INTEGER, standard_version VARCHAR, alignment_cost BIGINT, fitness DOUBLE, deviation_count BIGINT,
            is_conformant BOOLEAN
        );
        CREATE OR REPLACE TABLE limits (
            limit_no INTEGER, clause_id VARCHAR, standard_version VARCHAR, within_us BIGINT, to_case_end BOOLEAN,
            activity_code INTEGER
        );
        CREATE OR REPLACE TABLE limit_checks (
            case_code INTEGER, limit_no INTEGER, occurrence INTEGER, from_at TIMESTAMPTZ, until_at TIMESTAMPTZ,
            is_reached BOOLEAN, to_code INTEGER, outcome VARCHAR
        );
        CREATE OR REPLACE TABLE case_counts (
            state VARCHAR, period_no INTEGER, standard_version VARCHAR, is_conformant BOOLEAN, cycle_us BIGINT, n BIGINT
        );
        CREATE OR REPLACE TABLE limit_counts (limit_no INTEGER, outcome VARCHAR, used_us BIGINT, n BIGINT);
        CREATE TABLE IF NOT EXISTS finding_texts (
            finding_no INTEGER, identity_no INTEGER, text_id VARCHAR, standard_version VARCHAR, clause_id VARCHAR,
            kind VARCHAR, activity VARCHAR, element_id VARCHAR, expected VARCHAR, observed VARCHAR, message_key VARCHAR,
            message_args VARCHAR, sentence_en VARCHAR, sentence_zh VARCHAR, owner VARCHAR, severity VARCHAR
        );
        CREATE TABLE IF NOT EXISTS deviations (
            case_code INTEGER, finding_no INTEGER, identity_no INTEGER, occurrence INTEGER, position INTEGER,
            occurred_at TIMESTAMPTZ, elapsed_us BIGINT, excess_us BIGINT, resource_code INTEGER, is_open BOOLEAN,
            first_seen TIMESTAMPTZ, last_seen TIMESTAMPTZ, resolved_at TIMESTAMPTZ
        );
        CREATE OR REPLACE TABLE judge_state (clauses VARCHAR, as_of TIMESTAMPTZ)
        """
    )

    lay_out_counts(store)


def _lay_out_instances(store: Store, process: ProcessSpec) -> None:
    """Make `instances`: a table, or a view of the events where they are the same."""
    schema = process_schema(store, process.name)
    former = store.fetch_sql(
        "log/former_instances",
        "SELECT count(*) FROM duckdb_views() WHERE database_name = 'mart' AND schema_name = $schema "
        "AND view_name = 'instances'",
        schema=schema,
    )
    store.connection.execute(f"DROP {'TABLE' if former == [(0,)] else 'VIEW'} IF EXISTS instances")
    if is_bare(process):
        return
    store.connection.execute(
        """
        CREATE TABLE instances (
            case_code INTEGER, instance INTEGER, position INTEGER, activity_code INTEGER, resource_code INTEGER,
            role_code INTEGER, enabled_at TIMESTAMPTZ, started_at TIMESTAMPTZ, completed_at TIMESTAMPTZ
        )
        """
    )


def show_instances(store: Store, process: ProcessSpec) -> None:
    """Show the events of a bare process as its instances, once there are events."""
    if is_bare(process):
        # named by schema, since the file may be attached under any name
        schema = process_schema(store, process.name)
        store.connection.execute(f"CREATE VIEW {schema}.instances AS {bare_instances(f'{schema}.events')}")


def lay_out_counts(store: Store) -> None:
    """Make the tables of counts of findings and elements where they are missing; stage hotspots fills them."""
    store.connection.execute(
        """
        CREATE TABLE IF NOT EXISTS finding_counts (
            tally VARCHAR, identity_no INTEGER, finding_no INTEGER, standard_version VARCHAR, element_id VARCHAR,
            period_no INTEGER, status VARCHAR, cases BIGINT, findings BIGINT, timed BIGINT, excess_us HUGEINT
        );
        CREATE TABLE IF NOT EXISTS finding_examples (
            identity_no INTEGER, place INTEGER, case_code INTEGER, occurrence INTEGER, finding_no INTEGER,
            found_at TIMESTAMPTZ, elapsed_us BIGINT, excess_us BIGINT
        );
        CREATE TABLE IF NOT EXISTS element_rules (
            standard_version VARCHAR, element_id VARCHAR, activity_code INTEGER, is_placed BOOLEAN
        );
        CREATE TABLE IF NOT EXISTS element_places (
            standard_version VARCHAR, element_id VARCHAR, is_open BOOLEAN, variant_no INTEGER, instance INTEGER
        );
        CREATE TABLE IF NOT EXISTS element_counts (
            standard_version VARCHAR, element_id VARCHAR, sojourn_us BIGINT, n BIGINT
        );
        CREATE TABLE IF NOT EXISTS element_cases (standard_version VARCHAR, element_id VARCHAR, n BIGINT)
        """
    )


def clear_touched(store: Store, process: ProcessSpec) -> None:
    """Take the cases in `temp.touched` out of all derived tables but `events`."""
    instances = () if is_bare(process) else ("instances",)
    for table in (*instances, "cases", "case_figures", "rejected_rows", "pending_cases"):
        store.connection.execute(f"DELETE FROM {table} WHERE case_code IN (SELECT case_code FROM temp.touched)")
