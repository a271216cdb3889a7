"""Numbers for what landed rows name: cases, activities, resources and roles, given before the rows are mapped.

The names themselves stand once, in dictionaries: mapped rows, events and all that is made of them hold numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.landing.loads import landed_columns, source_number
from warehouse.log.composing import Composer
from warehouse.log.temporary import NAMED, filled_columns, table_kind
from warehouse.mart.catalogue import schema_with
from warehouse.specification import ProcessSpec, SourceSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

# more rows than a load can have, so that load and row make one number
_ROWS_OF_A_LOAD = 1 << 36

CURRENT_LOADS = "SELECT load_id FROM landing.main.landing_loads WHERE is_current"


def code_cases(store: Store, names: str, *, dictionary: str = "case_ids") -> None:
    """Give every case of the query `names` (case_id, place) that the dictionary lacks a code of its own.

    They are numbered in the order of their first place, which no two share (a place is that of a row), so that cases
    that began at about the same time lie together; the empty name stands for rows without a case. Cost: a grouping of
    the names.
    """
    store.run_step(
        composed_step(
            "log/new_cases",
            f"""
            INSERT INTO {dictionary}
            SELECT (SELECT coalesce(max(case_code), -1) FROM {dictionary}) + row_number() OVER (), case_id
            FROM (
                SELECT case_id
                FROM (SELECT case_id, min(place) AS place FROM ({names}) GROUP BY case_id)
                ANTI JOIN {dictionary} USING (case_id)
                ORDER BY place
            )
            """,
        )
    )


def current_cases(store: Store, process: ProcessSpec, *, loads: str = CURRENT_LOADS) -> str:
    """The cases of the landed rows of some loads, with the places of the rows, as a query for `code_cases`."""
    relations = ["SELECT NULL::VARCHAR AS case_id, NULL::BIGINT AS place WHERE false"]
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        text = case_text(store, process, source)
        if number is not None and text is not None:
            relations.append(
                f"SELECT {text}, r.load_id::BIGINT * {_ROWS_OF_A_LOAD} + r.row_number "
                f"FROM landing.main.rows_{number} AS r WHERE r.load_id IN ({loads})"
            )
    return " UNION ALL ".join(relations)


def case_text(store: Store, process: ProcessSpec, source: SourceSpec) -> str | None:
    """The case of a landed row of any load as SQL over `r`, empty where it has none; None where nothing is landed."""
    columns = landed_columns(store, process=process.name, source=source.name, only_current=False)
    if source.case not in columns:
        return None
    return f"coalesce({Composer(columns=columns, source=source, process=process.name).text(source.case)}, '')"


def seed_names(store: Store, process: ProcessSpec, home: str) -> None:
    """Begin the dictionaries of names in `home` with the codes that the log has given already."""
    schema = schema_with(store, process.name, "activities")
    for name, table in NAMED.items():
        columns = f"({name}_code INTEGER, {name} VARCHAR)"
        store.connection.execute(f"CREATE OR REPLACE {table_kind(home)} {home}.named_{table} {columns}")
        if schema is not None:
            given = f"INSERT INTO {home}.named_{table} SELECT {name}_code, {name} FROM {schema}.{table}"
            store.run_step(composed_step(f"log/seed_{table}", given))


def code_names(store: Store, home: str, texts: Mapping[str, str], relation: str, values: Mapping[str, object]) -> None:
    """Give each name that the dictionaries in `home` lack a code: of activities, resources or roles, as `texts` say.

    `texts` are expressions over `relation`. Codes mean no order. Cost: one scan of the columns that name something.
    """
    chosen = ", ".join(f"{text} AS {name}" for name, text in texts.items())
    store.run_step(
        composed_step(
            "log/given_names", f"CREATE OR REPLACE TEMP TABLE given_names AS SELECT DISTINCT {chosen} FROM {relation}"
        ),
        values,
    )
    for name in texts:
        table = f"{home}.named_{NAMED[name]}"
        store.run_step(
            composed_step(
                f"log/code_{NAMED[name]}",
                f"""
                INSERT INTO {table}
                SELECT (SELECT coalesce(max({name}_code), -1) FROM {table}) + row_number() OVER (ORDER BY {name}),
                    {name}
                FROM (SELECT DISTINCT {name} FROM temp.given_names) ANTI JOIN {table} USING ({name})
                WHERE {name} IS NOT NULL
                """,
            )
        )
    store.connection.execute("DROP TABLE temp.given_names")


def keep_names(store: Store, process: ProcessSpec) -> None:
    """Add the names of the usable mapped rows to the dictionaries of the schema in use."""
    filled = {"activity", *filled_columns(process)}
    for name, table in NAMED.items():
        if name not in filled:
            continue
        store.run_step(
            composed_step(
                f"log/keep_{table}",
                f"""
                INSERT INTO {table}
                SELECT {name}_code, {name} FROM temp.mapped_{table}
                SEMI JOIN (SELECT DISTINCT {name}_code FROM temp.mapped WHERE reject IS NULL) USING ({name}_code)
                ANTI JOIN {table} USING ({name}_code)
                ORDER BY {name}_code
                """,
            )
        )
