"""Rows of touched cases that need not be mapped again: their events hold all that mapping would give.

So in a case that gets one event more, only that one is mapped. Where an event holds less than its row was mapped to, or
anything about the rows of a case was decided by rule, its rows are mapped anew.
"""

from __future__ import annotations

from warehouse.log.instances import is_bare
from warehouse.log.temporary import filled_columns
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def may_stand(process: ProcessSpec) -> bool:
    """Whether the events of a process hold all that its rows are mapped to: case, activity, instant, who, attributes.

    Under a declared key a new row may take the place of an old one, and the events do not show the key.
    """
    return (
        is_bare(process)
        and not process.attributes("case")
        and not filled_columns(process) & {"instance_key", "order_number", "order_text"}
        and all(source.kind == "events" and not source.key for source in process.sources)
    )


def find_standing(store: Store, process: ProcessSpec) -> None:
    """Fill `temp.standing_cases` with those of `temp.touched` whose events stand for their rows.

    Not with one that a gate, a filter or the mapping has decided about, that changed otherwise than by a load, or that
    `temp.colliding_cases` names.
    """
    store.run_step(
        composed_step(
            "log/standing_cases",
            f"""
            CREATE OR REPLACE TEMP TABLE standing_cases AS
            SELECT case_code FROM temp.touched
            ANTI JOIN (
                SELECT case_code FROM case_figures
                UNION ALL SELECT case_code FROM rejected_rows
                UNION ALL SELECT case_code FROM pending_cases
                UNION ALL FROM temp.colliding_cases
            ) USING (case_code)
            ANTI JOIN temp.changed_cases USING (case_id)
            WHERE {"true" if may_stand(process) else "false"}
            """,
        )
    )


def begin_collisions(store: Store) -> None:
    """Make `temp.colliding_cases`, empty."""
    store.connection.execute("CREATE OR REPLACE TEMP TABLE colliding_cases (case_code INTEGER)")


def find_collisions(store: Store) -> int:
    """Add the standing cases with a newly mapped row like one of their events to `temp.colliding_cases`; how many.

    Such a row may repeat the row of the event, which only the landed rows can tell.
    """
    return store.run_step(
        composed_step(
            "log/colliding_cases",
            """
            INSERT INTO temp.colliding_cases
            SELECT DISTINCT e.case_code
            FROM temp.former_events AS e
            SEMI JOIN temp.standing_cases USING (case_code)
            SEMI JOIN temp.laid_rows AS m
                ON m.case_code = e.case_code AND m.activity_code = e.activity_code AND m.completed_at = e.occurred_at
            """,
        )
    )


def lay_standing(store: Store, process: ProcessSpec) -> int:
    """Lay the rows of the standing cases beside the newly mapped ones, as their events tell them; how many."""
    filled = filled_columns(process)
    named = [f"{name}_code" for name in ("resource", "role") if name in filled]
    attributes = [f"e{index}" for index in range(len(process.attributes("event")))]
    carried = "".join(f", e.{column}" for column in (*named, *attributes))
    return store.run_step(
        composed_step(
            "log/standing_rows",
            f"""
            INSERT INTO temp.laid_rows BY NAME
            SELECT l.source_no, e.load_id, e.row_number, e.case_code, e.activity_code, e.occurred_at AS completed_at
                {carried}
            FROM temp.former_events AS e
            SEMI JOIN temp.standing_cases USING (case_code)
            ANTI JOIN temp.sought_loads USING (load_id)
            JOIN landing.main.landing_loads AS l ON l.load_id = e.load_id AND l.is_current
            """,
        )
    )
