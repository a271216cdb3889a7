"""Where the working files of a workspace lie."""

from __future__ import annotations

from pipelines.workspace.load import Workspace
from warehouse.store import StoreSettings


def store_settings(workspace: Workspace) -> StoreSettings:
    """The store of a workspace, with absolute paths."""
    warehouse = workspace.settings.warehouse
    return StoreSettings(
        landing=workspace.path(warehouse.landing),
        mart=workspace.path(warehouse.mart),
        memory_limit=warehouse.memory_limit,
        threads=warehouse.threads,
    )
