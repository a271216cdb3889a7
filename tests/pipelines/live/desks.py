"""A workspace whose one source is live, its pulls, and what stands in landing afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.compiling.process import process_spec
from pipelines.planning.night import new_night
from pipelines.stages.outcome import StageOutcome
from pipelines.stages.pull import pull
from pipelines.store_settings import store_settings
from pipelines.workspace.load import Workspace, load_workspace
from tests.builders.workspaces import FLOW, process_config, standard_config, write_settings, write_yaml
from warehouse.landing.loads import landed_columns
from warehouse.log.mapping import map_rows
from warehouse.specification import Interval
from warehouse.sql_step import quoted
from warehouse.store import Store

MAPPING = {"case": "ticket", "activity": "step", "completed": "done_at", "resource": "agent"}


def live_workspace(folder: Path, place: dict[str, Any], **source: Any) -> Path:
    """A workspace with the process `desk`, whose source `tickets` is asked at `place`."""
    write_settings(folder)
    config = process_config()
    config["sources"] = {"tickets": {"kind": "events", **place, "mapping": dict(MAPPING), **source}}
    config["segments"] = []
    home = folder / "processes" / "desk"
    write_yaml(home / "process.yaml", config)
    write_yaml(home / "standards" / "2020-01-01" / "standard.yaml", standard_config())
    (home / "standards" / "2020-01-01" / "flow.bpmn").write_text(FLOW, encoding="utf-8")
    return folder


def pulled(
    folder: Path, *, at: datetime | None = None, files: tuple[Any, ...] = (), interval: Interval | None = None
) -> StageOutcome:
    """The pull stage of one night, alone."""
    workspace = load_workspace(folder)
    night = new_night(workspace, as_of=None, clock=lambda: at or datetime.now(UTC))
    return pull(night, "desk", files, interval=interval)


def opened(folder: Path) -> Store:
    return Store(store_settings(load_workspace(folder)))


def landed(folder: Path, *columns: str) -> list[tuple[Any, ...]]:
    """The rows in the current loads, each as often as it was landed, in the order of landing."""
    with opened(folder) as store:
        known = landed_columns(store, process="desk", source="tickets")
        chosen = ", ".join(f"r.{quoted(known[name][0])}" for name in columns)
        return store.fetch_sql(
            "test/landed",
            f"SELECT {chosen} FROM landing.main.rows_1 AS r JOIN landing.main.landing_loads AS l USING (load_id) "
            "WHERE l.is_current ORDER BY r.load_id, r.row_number",
        )


def live_rows(folder: Path, *columns: str) -> list[tuple[Any, ...]]:
    """The rows that the mapping takes: the latest of each key."""
    workspace: Workspace = load_workspace(folder)
    with opened(folder) as store:
        map_rows(store, process_spec(workspace.process("desk")))
        known = landed_columns(store, process="desk", source="tickets")
        chosen = ", ".join(f"r.{quoted(known[name][0])}" for name in columns)
        return store.fetch_sql(
            "test/live",
            f"SELECT {chosen} FROM temp.mapped_rows AS m "
            "JOIN landing.main.rows_1 AS r USING (load_id, row_number) WHERE m.reject_reason IS NULL ORDER BY ALL",
        )


def loads(folder: Path) -> list[tuple[int, int, bool]]:
    """Rows read, rows landed and currency of each load."""
    with opened(folder) as store:
        return store.fetch_sql(
            "test/loads", "SELECT rows_read, rows_landed, is_current FROM landing.main.landing_loads ORDER BY load_id"
        )
