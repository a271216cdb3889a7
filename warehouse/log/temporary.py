"""The tables between landed rows and the event log: no wider than what the process maps."""

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
    "order_number": "DOUBLE",
    "order_text": "VARCHAR",
    "started_note": "VARCHAR",
    "completed_note": "VARCHAR",
}

NAMED = {"activity": "activities", "resource": "resources", "role": "roles"}
"""What a row names besides its case, with the dictionary of each: mapped rows hold the numbers."""


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


def table_kind(home: str) -> str:
    """What CREATE has to make in a home of mapped rows."""
    return "TEMP TABLE" if home == "temp" else "TABLE"


def make_mapped_tables(store: Store, process: ProcessSpec, *, home: str = "temp") -> None:
    """Make the tables that rows are mapped into, empty, in `temp` or in the file that is carried; see `show_mapped`."""
    filled = filled_columns(process)
    events = [f"e{i} {attribute_type(spec)}" for i, spec in enumerate(process.attributes("event"))]
    cases = [f"k{i} {attribute_type(spec)}" for i, spec in enumerate(process.attributes("case"))]
    columns = [
        "source_no INTEGER",
        "load_id INTEGER",
        "row_number BIGINT",
        "case_code INTEGER",
        "activity_code INTEGER",
        "completed_at TIMESTAMPTZ",
        "reject VARCHAR[]",
        *(f"{name} {kind}" for name, kind in _OPTIONAL.items() if name in filled),
        *(f"{name}_code INTEGER" for name in NAMED if name in filled),
        *events,
        *cases,
    ]
    kind = table_kind(home)
    store.connection.execute(
        f"""
        CREATE OR REPLACE {kind} {home}.laid_rows ({", ".join(columns)});
        CREATE OR REPLACE {kind} {home}.laid_case_rows (
            source_no INTEGER, load_id INTEGER, row_number BIGINT, case_code INTEGER, reject VARCHAR[]
            {"".join(f", {column}" for column in cases)}
        )
        """
    )


def show_mapped(
    store: Store, process: ProcessSpec, *, home: str = "temp", rows: str | None = None, case_rows: str | None = None
) -> None:
    """Show what was mapped as views: `mapped` in numbers, `mapped_rows` with all columns, `mapped_case_rows`.

    `mapped_activities`, `mapped_resources` and `mapped_roles` are the dictionaries of the numbers. `rows` and
    `case_rows` are queries for the rows, if not all that lie in `home`.
    """
    filled = filled_columns(process)
    named = [name for name in NAMED if name == "activity" or name in filled]
    empty = "".join(f", NULL::{kind} AS {name}" for name, kind in _OPTIONAL.items() if name not in filled)
    empty += "".join(f", NULL::INTEGER AS {name}_code" for name in NAMED if name not in named)
    texts = "".join(f", n_{name}.{name}" if name in named else f", NULL::VARCHAR AS {name}" for name in NAMED)
    joins = " ".join(
        f"LEFT JOIN temp.mapped_{NAMED[name]} AS n_{name} ON n_{name}.{name}_code = m.{name}_code" for name in named
    )
    names = "".join(f"CREATE TEMP VIEW mapped_{table} AS FROM {home}.named_{table};\n" for table in NAMED.values())
    drop_mapped_views(store)
    store.connection.execute(
        f"""
        {names}
        CREATE TEMP VIEW mapped AS SELECT * {empty} FROM ({rows or f"FROM {home}.laid_rows"});
        CREATE TEMP VIEW mapped_rows AS
        SELECT m.*, m.reject[1] AS reject_reason, m.reject[2] AS reject_column, m.reject[3] AS reject_value {texts}
        FROM temp.mapped AS m {joins};
        CREATE TEMP VIEW mapped_case_rows AS {case_rows or f"FROM {home}.laid_case_rows"}
        """
    )


def drop_mapped_views(store: Store) -> None:
    """Drop the views of `show_mapped`."""
    for view in ("mapped_rows", "mapped", "mapped_case_rows", *(f"mapped_{table}" for table in NAMED.values())):
        store.connection.execute(f"DROP VIEW IF EXISTS temp.{view}")


def drop_mapped(store: Store) -> None:
    """Give back the memory of mapped rows that no later step reads."""
    drop_mapped_views(store)
    for table in ("laid_rows", "laid_case_rows", *(f"named_{table}" for table in NAMED.values())):
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def drop_temp_tables(store: Store) -> None:
    """Give back the memory of all that a shaping made on its way."""
    drop_mapped(store)
    store.connection.execute("DROP VIEW IF EXISTS temp.scope_events")
    of_sources = store.fetch_sql(
        "log/touched_tables",
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = 'temp' AND starts_with(table_name, 'touched_rows_')",
    )
    for (table,) in of_sources:
        store.connection.execute(f"DROP TABLE temp.{quoted(table)}")
    for table in (
        "mapped_ids",
        "row_figures",
        "duplicate_rows",
        "repeating_rows",
        "changed_loads",
        "touched_names",
        "touched",
        "sought_loads",
        "known_rows",
        "touched_events",
        "former_events",
        "changed_cases",
        "colliding_cases",
        "standing_cases",
        "made_instances",
        "made_cases",
        "needed_verdicts",
        "raw_instances",
        "case_attributes",
        "short_sequences",
        "case_sequences",
        "case_boundaries",
        "case_variants",
        "period_days",
    ):
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
