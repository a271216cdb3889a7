"""Attributes of cases: the first value in the order of events; a case table's latest row wins over it."""

from __future__ import annotations

from datetime import datetime

from warehouse.log.temporary import filled_columns
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def make_case_attributes(store: Store, process: ProcessSpec, as_of: datetime) -> None:
    """Fill `temp.case_attributes` for the mapped cases; nothing is made where the process has no case attribute.

    A row that lies after `as_of` has not happened yet and says nothing. Cost: a grouping of the mapped rows.
    """
    columns = [f"k{i}" for i in range(len(process.attributes("case")))]
    if not columns:
        return
    filled = filled_columns(process)
    order = [name for name in ("order_number", "order_text") if name in filled]
    place = ", ".join(["coalesce(started_at, completed_at)", *order, "load_id", "row_number"])
    from_events = "".join(f", arg_min({k}, ({place})) FILTER ({k} IS NOT NULL) AS {k}" for k in columns)
    from_tables = "".join(f", arg_max({k}, (load_id, row_number)) FILTER ({k} IS NOT NULL) AS {k}" for k in columns)
    merged = "".join(f", coalesce(t.{k}, m.{k}) AS {k}" for k in columns)
    store.run_step(
        composed_step(
            "log/case_attributes",
            f"""
            CREATE OR REPLACE TEMP TABLE case_attributes AS
            SELECT m.case_code{merged}
            FROM (
                SELECT case_code{from_events} FROM temp.mapped
                WHERE reject IS NULL AND coalesce(started_at, completed_at) <= $as_of
                GROUP BY case_code
            ) AS m
            LEFT JOIN (
                SELECT case_code{from_tables} FROM temp.mapped_case_rows GROUP BY case_code
            ) AS t USING (case_code)
            """,
        ),
        {"as_of": as_of},
    )
