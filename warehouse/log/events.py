"""Events in their order, from mapped rows: instant, order column, load, row; a case's rows lie together.

Where every event is an activity instance (`is_bare`) an event also says when it was enabled, and `instances` is a view.
"""

from __future__ import annotations

from datetime import datetime

from warehouse.log.instances import is_bare
from warehouse.log.temporary import filled_columns
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

# what an event takes from its row where the mapping fills it
_CARRIED = ("instance_key", "order_number", "order_text")
_NAMED = ("resource", "role")


def replace_all_events(store: Store, process: ProcessSpec, as_of: datetime, *, in_order: bool) -> int:
    """Make `events` anew from all mapped rows; how many.

    Cost: one sort of them, and none where they are `in_order` (see `lies_in_order`).
    """
    relation = _events_in_order(process) if in_order else _sorted_events(process)
    store.run_step(composed_step("log/events", f"CREATE OR REPLACE TABLE events AS {relation}"), {"as_of": as_of})
    return _count(store, "events")


def replace_touched_events(store: Store, process: ProcessSpec, as_of: datetime, *, in_order: bool) -> int:
    """Replace the events of the cases in `temp.touched` by those in the mapped rows; how many stand now in all.

    The new ones stay in `temp.touched_events` for the steps that follow.
    """
    relation = _events_in_order(process) if in_order else _sorted_events(process)
    store.run_step(
        composed_step("log/touched_events", f"CREATE OR REPLACE TEMP TABLE touched_events AS {relation}"),
        {"as_of": as_of},
    )
    store.run_step(
        composed_step(
            "log/untouched_events", "DELETE FROM events WHERE case_code IN (SELECT case_code FROM temp.touched)"
        )
    )
    store.run_step(composed_step("log/add_events", "INSERT INTO events FROM temp.touched_events"))
    return _count(store, "events")


def _count(store: Store, table: str) -> int:
    return int(store.fetch_sql("log/count", f"SELECT count(*) FROM {table}")[0][0])


def _events_in_order(process: ProcessSpec) -> str:
    """The events of `temp.mapped` up to $as_of: the rows lie by case and in the order of its events already."""
    return _placed(
        process,
        """
        SELECT *, completed_at AS occurred_at FROM temp.mapped
        WHERE reject IS NULL AND completed_at <= $as_of
        """,
    )


def _sorted_events(process: ProcessSpec) -> str:
    """The events of `temp.mapped` up to $as_of, by case and place in it.

    The rows are sorted once, without the columns that nothing fills.
    """
    filled = filled_columns(process)
    extra = "".join(f", e{i}" for i in range(len(process.attributes("event"))))
    carried = [name for name in _CARRIED if name in filled] + [f"{name}_code" for name in _NAMED if name in filled]
    common = ", ".join(["case_code", "activity_code", *carried, "load_id", "row_number"]) + extra
    has_phases = "started_at" in filled
    has_lifecycle = "lifecycle" in filled
    told = "by_lifecycle, coalesce(lifecycle, 'complete') AS lifecycle, "
    own = (told if has_lifecycle else "'complete' AS lifecycle, " if has_phases else "") + (
        "started_at, 1 AS phase, " if has_phases else ""
    )
    branches = [
        f"SELECT {common}, {own} completed_at AS occurred_at FROM temp.mapped "
        "WHERE reject IS NULL AND completed_at IS NOT NULL"
    ]
    if has_phases:
        begun = "by_lifecycle, " if has_lifecycle else ""
        branches.append(
            f"SELECT {common}, {begun} 'start', NULL::TIMESTAMPTZ, 0, started_at FROM temp.mapped "
            "WHERE reject IS NULL AND started_at IS NOT NULL"
        )
    order = ["case_code", "occurred_at"]
    order += [name for name in ("order_number", "order_text") if name in filled]
    order += ["load_id", "row_number", *(["phase"] if has_phases else [])]
    return _placed(
        process,
        f"""
        SELECT * FROM ({" UNION ALL ".join(branches)})
        WHERE occurred_at <= $as_of
        ORDER BY {", ".join(order)}
        """,
    )


def _placed(process: ProcessSpec, ordered: str) -> str:
    """Events in order with their places, which are counted in one pass over them, without a window to sort for."""
    filled = filled_columns(process)
    extra = "".join(f", e{i}" for i in range(len(process.attributes("event"))))
    has_phases = "started_at" in filled
    has_lifecycle = "lifecycle" in filled
    columns = {
        "lifecycle": "coalesce(lifecycle, 'complete')" if has_lifecycle or has_phases else "'complete'",
        "resource_code": "resource_code" if "resource" in filled else "NULL::INTEGER",
        "role_code": "role_code" if "role" in filled else "NULL::INTEGER",
        "occurred_at": "occurred_at",
        "started_at": "started_at" if has_phases else "NULL::TIMESTAMPTZ",
        "by_lifecycle": "coalesce(by_lifecycle, false)" if has_lifecycle else "false",
        "instance_key": "instance_key" if "instance_key" in filled else "NULL::VARCHAR",
    }
    if is_bare(process):
        columns["enabled_at"] = "CASE WHEN is_first THEN occurred_at ELSE last_at END"
    before = ", lag(occurred_at) OVER () AS last_at" if is_bare(process) else ""
    return f"""
        SELECT case_code,
            CAST(
                nth + 1 - last_value(CASE WHEN is_first THEN nth END IGNORE NULLS)
                    OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
                AS INTEGER
            ) AS position,
            activity_code, {", ".join(f"{value} AS {name}" for name, value in columns.items())},
            load_id, row_number{extra}
        FROM (
            SELECT *, row_number() OVER () AS nth, lag(case_code) OVER () IS DISTINCT FROM case_code AS is_first{before}
            FROM ({ordered})
        )
    """
