"""Which loads the gates have let through, and which still stand before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.errors import Problem, WarehouseError
from warehouse.store import Store

# a load that was undone stays known but is asked nothing more
_WAITING = "l.is_current AND l.passed_by IS NULL AND l.undone_by IS NULL"


@dataclass(frozen=True, slots=True)
class WaitingLoad:
    """A load that is part of its source and that no gate has passed; `asked_at`: nothing it says can be later."""

    load_id: int
    source: str
    locator: str
    asked_at: datetime


def waiting_loads(store: Store, process: str) -> tuple[WaitingLoad, ...]:
    """The loads of a process that stand before the gates, oldest first."""
    rows = store.fetch_sql(
        "gates/waiting_loads",
        f"""
        SELECT l.load_id, s.source, l.locator, coalesce(l.complete_to, l.loaded_at)
        FROM landing.main.landing_loads AS l JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND {_WAITING} ORDER BY l.load_id
        """,
        process=process,
    )
    return tuple(WaitingLoad(*row) for row in rows)


def waiting_processes(store: Store) -> frozenset[str]:
    """The processes with loads that no gate has passed."""
    rows = store.fetch_sql(
        "gates/waiting_processes",
        f"""
        SELECT DISTINCT s.process
        FROM landing.main.landing_loads AS l JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE {_WAITING}
        """,
    )
    return frozenset(row[0] for row in rows)


def refuse_waiting(store: Store, process: str) -> None:
    """Raise `WarehouseError` while a load of the process stands before the gates: no fact may come from it."""
    waiting = waiting_loads(store, process)
    if waiting:
        raise WarehouseError(
            Problem(
                f"{len(waiting)} loads have not passed the quality gates (the first: {waiting[0].locator}).",
                f"process {process}",
                "Run the stage gates first; a run of all stages does.",
            )
        )


def replayed_processes(store: Store) -> frozenset[str]:
    """The processes whose published facts are older than a row that was let in."""
    rows = store.fetch_sql(
        "gates/replayed_processes",
        """
        SELECT DISTINCT process FROM landing.main.row_changes
        WHERE change_no > (SELECT generation FROM mart.main.schema_info)
        """,
    )
    return frozenset(row[0] for row in rows)
