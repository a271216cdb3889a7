"""The ledger of removals, as analysts see it: how much went and when, never who."""

from __future__ import annotations

from typing import Any

from warehouse.sql_step import composed_step
from warehouse.store import Store


def removals(store: Store) -> list[tuple[Any, ...]]:
    """The ledger as it stands in landing: a row of the table `forgotten` each."""
    return store.fetch_sql(
        "mart/removals",
        """
        SELECT forget_no, process, kind, asked_at, cases, events, "rows", other_rows
        FROM landing.main.forgettings ORDER BY forget_no
        """,
    )


def publish_forgotten(store: Store) -> None:
    """Copy the ledger from landing to the mart. Cost: one row a removal."""
    with store.transaction("mart"):
        store.run_step(composed_step("mart/clear_forgotten", "DELETE FROM forgotten"))
        store.run_step(
            composed_step(
                "mart/publish_forgotten",
                """
                INSERT INTO forgotten
                SELECT forget_no, process, kind, asked_at, cases, events, "rows", other_rows
                FROM landing.main.forgettings ORDER BY forget_no
                """,
            )
        )
