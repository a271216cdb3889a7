"""Facts of a workspace for comparison: all that is published but the ledgers, and steps of the operator."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.planning import undo as undoing
from pipelines.planning.execute import execute
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.planning.stage import Plan
from pipelines.workspace.load import load_workspace
from tests.builders.night import SilentObserver
from tests.builders.workspaces import process_config

# who ran what when, what was landed, which models were found on which night
LEDGERS = {
    "runs",
    "run_stages",
    "schema_info",
    "stage_states",
    "deviation_sightings",
    "loads",
    "discovered_models",
    "quality_checks",
    "publications",
}


def facts(folder: Path) -> dict[str, list[str]]:
    """The published rows by table, values exact, in an order of their own."""
    with duckdb.connect(str(folder / "published/asrun.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
        ).fetchall()
        found = {}
        for (name,) in names:
            if name in LEDGERS:
                continue
            columns, where = "*", ""
            if name == "deviations":
                columns, where = "* EXCLUDE (first_seen, last_seen, resolved_at)", "WHERE status <> 'resolved'"
            elif name == "deviation_totals":
                where = "WHERE status <> 'resolved'"
            rows = connection.execute(f'SELECT {columns} FROM "{name}" {where}').fetchall()
            found[name] = sorted(map(repr, rows))
    return found


def plan_of(folder: Path, **asked: object) -> Plan:
    return make_plan(load_workspace(folder), environ={}, **asked)  # type: ignore[arg-type]


def night(folder: Path, *, at: datetime | None = None, as_of: datetime | None = None, **asked: object) -> str:
    """Plan a night and carry it out; its id."""
    workspace = load_workspace(folder)

    def clock() -> datetime:
        return at or datetime.now(UTC)

    made = make_plan(workspace, environ={}, as_of=as_of, **asked)  # type: ignore[arg-type]
    begun = new_night(workspace, as_of=as_of, clock=clock)
    result = execute(made, begun, observer=SilentObserver(), clock=clock)
    assert not result.has_failed, [process.problems for process in result.processes]
    return begun.run_id


def take_back(folder: Path, run_id: str, *, back: bool = True, processes: tuple[str, ...] = ()) -> str:
    """Undo (or redo) a run as the command does; the id of the undoing."""
    workspace = load_workspace(folder)
    find = undoing.plan_undo if back else undoing.plan_redo
    steps = find(workspace, run_id, processes=processes)
    begun = new_night(workspace, as_of=None, clock=lambda: datetime.now(UTC), undoes=run_id)
    (undoing.undo if back else undoing.redo)(begun, run_id, steps)
    for made, part in undoing.plans_after(workspace, steps, begun, why="undone", environ={}):
        result = execute(made, part, observer=SilentObserver(), clock=lambda: datetime.now(UTC))
        assert not result.has_failed, [process.problems for process in result.processes]
    return begun.run_id


def landed(folder: Path) -> list[tuple[object, ...]]:
    """The loads as landing has them."""
    with duckdb.connect(str(folder / "warehouse/landing.duckdb"), read_only=True) as connection:
        return connection.execute(
            "SELECT load_id, locator, is_current, undone_by IS NOT NULL FROM landing_loads ORDER BY load_id"
        ).fetchall()


def incremental(name: str = "desk", *, key: tuple[str, ...] = ()) -> dict[str, object]:
    """A process.yaml whose files each add to those before."""
    config = process_config(name)
    config["sources"]["tickets"] |= {"files": f"data/{name}*.csv", "delivery": "increment"}
    if key:
        config["sources"]["tickets"]["key"] = list(key)
    return config


@contextlib.contextmanager
def nothing_lands(folder: Path) -> Iterator[None]:
    """Whatever happens meanwhile, the loads stay."""
    before = landed(folder)
    yield
    assert landed(folder) == before


DAY = timedelta(days=1)
