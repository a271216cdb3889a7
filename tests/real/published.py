"""Asking the snapshot that a night over the real workspace published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from warehouse.reading.adhoc import run_query

WORKSPACE = Path(__file__).parent / "workspace"

# What tells of a run rather than of the process: when, how long, from which load.
LEDGERS = frozenset(
    {"runs", "run_stages", "quality_checks", "loads", "deviation_sightings", "schema_info", "stage_states"}
)
LEDGER_COLUMNS = {
    "deviations": ("first_seen", "last_seen", "resolved_at"),
    "discovered_models": ("run_id",),
    "events": ("load_id",),
    "quarantined_rows": ("load_id",),
    "process_catalogue": ("ordinal",),
}


def snapshot(folder: Path) -> Path:
    return folder / "published" / "asrun.duckdb"


def ask(folder: Path, sql: str) -> list[dict[str, Any]]:
    return run_query(snapshot(folder), sql).to_pylist()


def one(folder: Path, sql: str) -> Any:
    """The single value of a query."""
    (row,) = ask(folder, sql)
    (value,) = row.values()
    return value


def facts(folder: Path, *, process: str) -> dict[str, list[str]]:
    """Every published row about one process as text, by table, in an order of its own; ledgers left out."""
    tables = ask(
        folder,
        "SELECT DISTINCT table_name AS name FROM information_schema.columns "
        "WHERE table_schema = 'main' AND column_name = 'process' ORDER BY 1",
    )
    found = {}
    for table in tables:
        name = table["name"]
        if name in LEDGERS:
            continue
        columns = LEDGER_COLUMNS.get(name, ())
        chosen = f"* EXCLUDE ({', '.join(columns)})" if columns else "*"
        rows = ask(
            folder,
            f"SELECT to_json(t) AS row FROM (SELECT {chosen} FROM \"{name}\" WHERE process = '{process}') AS t",
        )
        found[name] = sorted(_without_absent(row["row"]) for row in rows)
    return found


def _without_absent(row: str) -> str:
    """A row less its NULLs: the columns of attributes depend on which processes stand beside this one."""
    values = json.loads(row)
    return json.dumps({name: values[name] for name in sorted(values) if values[name] is not None})
