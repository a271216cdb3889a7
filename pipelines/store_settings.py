"""Where the working files of a workspace lie."""

from __future__ import annotations

from pipelines.workspace.load import Workspace
from warehouse.archive import ArchiveSettings
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


def archive_settings(workspace: Workspace) -> ArchiveSettings:
    """Where a workspace keeps the snapshots of earlier nights, and how many."""
    snapshots = workspace.settings.snapshots
    return ArchiveSettings(
        folder=workspace.path(snapshots.folder),
        keep_days=snapshots.keep_days,
        keep_monthly=snapshots.keep_monthly,
        time_zone=workspace.settings.time_zone,
    )
