"""The runs of a workspace as an operator asks for them."""

from __future__ import annotations

from dataclasses import replace

from pipelines.store_settings import store_settings
from pipelines.workspace.load import Workspace
from warehouse.landing.undo import landing_runs, run_loads
from warehouse.mart.ledger import LedgerRow, recorded_runs
from warehouse.store import Store


def all_runs(workspace: Workspace) -> tuple[LedgerRow, ...]:
    """All runs by process, the first one first; those that were cut off before they were recorded have no instants."""
    settings = store_settings(workspace)
    if not settings.landing.exists() and not settings.mart.exists():
        return ()
    with Store(settings) as store:
        recorded = recorded_runs(store)
        known = {row.run_id for row in recorded}
        cut_off = [
            LedgerRow(run_id, process, None, None, "cut off", None, None, None, None, None)
            for run_id in landing_runs(store)
            if run_id not in known
            for process in sorted({load.process for load in run_loads(store, run_id)})
        ]
    told = [replace(row, status="undone") if row.undone_by is not None else row for row in (*recorded, *cut_off)]
    return tuple(sorted(told, key=lambda row: (row.run_id, row.process)))
