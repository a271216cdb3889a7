"""The temp tables between landed rows and the event log: no wider than what the process maps."""

from __future__ import annotations

from warehouse.log.composing import attribute_type
from warehouse.specification import ProcessSpec, SourceSpec
from warehouse.sql_step import quoted
from warehouse.store import Store

# columns that only some mappings fill; a reader finds all of them in the view, as NULL where nothing fills them
_OPTIONAL = {
    "lifecycle": "VARCHAR",
    "by_lifecycle": "BOOLEAN",
    "instance_key": "VARCHAR",
    "started_at": "TIMESTAMPTZ",
    "resource": "VARCHAR",
    "role": "VARCHAR",
    "order_number": "DOUBLE",
    "order_text": "VARCHAR",
    "started_note": "VARCHAR",
    "completed_note": "VARCHAR",
}


def _filled(source: SourceSpec) -> set[str]:
    given = {
        "lifecycle": source.lifecycle,
        "by_lifecycle": source.lifecycle,
        "instance_key": source.instance,
        "started_at": source.started,
        "started_note": source.started,
        "completed_note": True,
        "resource": source.resource or any(milestone.resource for milestone in source.milestones),
        "role": source.role,
        "order_number": source.order or source.milestones,
        "order_text": source.order,
    }
    return {name for name, value in given.items() if value}


def filled_columns(process: ProcessSpec) -> frozenset[str]:
    """The optional columns of mapped rows that a process's sources fill at all."""
    return frozenset().union(*(_filled(source) for source in process.sources))


def make_temp_tables(store: Store, process: ProcessSpec) -> None:
    """Make `mapped` with its view `mapped_rows`, `mapped_case_rows` and `row_figures`, all empty."""
    filled = filled_columns(process)
    events = [f"e{i} {attribute_type(spec)}" for i, spec in enumerate(process.attributes("event"))]
    cases = [f"k{i} {attribute_type(spec)}" for i, spec in enumerate(process.attributes("case"))]
    optional = [f"{name} {kind}" for name, kind in _OPTIONAL.items() if name in filled]
    columns = [
        "source_no INTEGER",
        "load_id INTEGER",
        "row_number BIGINT",
        "case_code INTEGER",
        "activity VARCHAR",
        "completed_at TIMESTAMPTZ",
        "reject VARCHAR[]",
        *optional,
        *events,
        *cases,
    ]
    empty = "".join(f", NULL::{kind} AS {name}" for name, kind in _OPTIONAL.items() if name not in filled)
    store.connection.execute(
        f"""
        DROP VIEW IF EXISTS temp.mapped_rows;
        CREATE OR REPLACE TEMP TABLE mapped ({", ".join(columns)});
        CREATE TEMP VIEW mapped_rows AS
        SELECT *, reject[1] AS reject_reason, reject[2] AS reject_column, reject[3] AS reject_value {empty}
        FROM temp.mapped;
        CREATE OR REPLACE TEMP TABLE mapped_case_rows (
            source_no INTEGER, load_id INTEGER, row_number BIGINT, case_code INTEGER, reject VARCHAR[]
            {"".join(f", {column}" for column in cases)}
        );
        CREATE OR REPLACE TEMP TABLE row_figures (case_id VARCHAR, load_id INTEGER, figure VARCHAR, n BIGINT)
        """
    )


def drop_temp_tables(store: Store) -> None:
    """Give back the memory of all that a shaping made on its way."""
    store.connection.execute("DROP VIEW IF EXISTS temp.mapped_rows; DROP VIEW IF EXISTS temp.scope_events")
    of_sources = store.fetch_sql(
        "log/touched_tables",
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = 'temp' AND starts_with(table_name, 'touched_rows_')",
    )
    for (table,) in of_sources:
        store.connection.execute(f"DROP TABLE temp.{quoted(table)}")
    for table in (
        "mapped",
        "mapped_case_rows",
        "mapped_ids",
        "row_figures",
        "duplicate_rows",
        "candidate_rows",
        "changed_loads",
        "touched_ids",
        "touched",
        "touched_events",
        "raw_instances",
        "case_attributes",
        "short_sequences",
        "case_sequences",
        "case_boundaries",
        "case_variants",
        "period_days",
    ):
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
