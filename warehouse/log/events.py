"""Events in their order, from mapped rows: instant, order column, load, row; a case's rows lie together."""

from __future__ import annotations

from datetime import datetime

from warehouse.log.temporary import filled_columns
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def code_names(store: Store) -> None:
    """Give every activity, resource, role and case never seen before a code of its own; codes mean no order."""
    for name in ("new_activities", "new_resources", "new_roles", "new_cases"):
        store.run("log", name)


def replace_all_events(store: Store, process: ProcessSpec, as_of: datetime) -> int:
    """Make `events` anew from all mapped rows; how many. Cost: one sort of them."""
    store.run_step(
        composed_step("log/events", f"CREATE OR REPLACE TABLE events AS {_ordered_events(process)}"), {"as_of": as_of}
    )
    return _count(store, "events")


def replace_touched_events(store: Store, process: ProcessSpec, as_of: datetime) -> int:
    """Replace the events of the cases in `temp.touched` by those in the mapped rows; how many stand now in all.

    The new ones stay in `temp.touched_events` for the steps that follow.
    """
    store.run_step(
        composed_step(
            "log/touched_events", f"CREATE OR REPLACE TEMP TABLE touched_events AS {_ordered_events(process)}"
        ),
        {"as_of": as_of},
    )
    store.run_step(composed_step("log/untouched_events", "DELETE FROM events WHERE case_code IN (FROM temp.touched)"))
    store.run_step(composed_step("log/add_events", "INSERT INTO events FROM temp.touched_events"))
    return _count(store, "events")


def _count(store: Store, table: str) -> int:
    return int(store.fetch_sql("log/count", f"SELECT count(*) FROM {table}")[0][0])


def _ordered_events(process: ProcessSpec) -> str:
    """The events of `temp.mapped_rows` up to $as_of, by case and place in it, with their codes.

    The rows are sorted once; places are then counted in one pass over them, without a window to sort for.
    """
    filled = filled_columns(process)
    extra = "".join(f", e{i}" for i in range(len(process.attributes("event"))))
    order = ["case_code", "occurred_at"]
    order += [name for name in ("order_number", "order_text") if name in filled]
    order += ["load_id", "row_number"]
    common = f"case_id, activity, resource, role, instance_key, order_number, order_text, load_id, row_number{extra}"
    branches = [
        f"""
        SELECT {common}, coalesce(by_lifecycle, false) AS by_lifecycle, coalesce(lifecycle, 'complete') AS lifecycle,
            completed_at AS occurred_at, started_at, 1 AS phase
        FROM temp.mapped_rows WHERE reject IS NULL AND completed_at IS NOT NULL
        """
    ]
    if "started_at" in filled:
        order.append("phase")
        branches.append(
            f"""
            SELECT {common}, coalesce(by_lifecycle, false), 'start', started_at, NULL::TIMESTAMPTZ, 0
            FROM temp.mapped_rows WHERE reject IS NULL AND started_at IS NOT NULL
            """
        )
    return f"""
        SELECT case_code,
            CAST(
                nth - max(CASE WHEN is_first THEN nth END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) + 1
                AS INTEGER
            ) AS position,
            activity_code, lifecycle, resource_code, role_code, occurred_at, started_at, by_lifecycle, instance_key,
            load_id, row_number{extra}
        FROM (
            SELECT *, row_number() OVER () AS nth, lag(case_code) OVER () IS DISTINCT FROM case_code AS is_first
            FROM (
                SELECT c.case_code, a.activity_code, r.lifecycle, s.resource_code, o.role_code, r.occurred_at,
                    r.started_at, r.by_lifecycle, r.instance_key, r.load_id, r.row_number, r.order_number,
                    r.order_text, r.phase{extra.replace(", e", ", r.e")}
                FROM ({" UNION ALL ".join(branches)}) AS r
                JOIN case_ids AS c USING (case_id)
                JOIN activities AS a USING (activity)
                LEFT JOIN resources AS s USING (resource)
                LEFT JOIN roles AS o ON o.role = r.role
                WHERE r.occurred_at <= $as_of
                ORDER BY {", ".join(order)}
            )
        )
    """
