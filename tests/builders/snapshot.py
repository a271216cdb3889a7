"""A published snapshot made up for tests: no pipeline needed, the same rows every time.

Three processes: `desk` (a service desk, bilingual), `hostile` (markup, quotes, formulas, very long names,
NULLs) and `empty` (known, but without cases and without a standard).
"""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa

from tests.builders.snapshot_desk import add_desk
from tests.builders.snapshot_hostile import HOSTILE, add_hostile
from tests.builders.snapshot_tables import Tables, add_process
from warehouse.mart.macros import make_macros
from warehouse.mart.view_comments import COMMENTS
from warehouse.migrations import layout

_DERIVED = (Path(__file__).parent / "snapshot_derived.sql").read_text(encoding="utf-8")

_VIEWS = """
CREATE TABLE events (process VARCHAR, case_id VARCHAR, position BIGINT, activity VARCHAR, lifecycle VARCHAR,
    resource VARCHAR, role VARCHAR, occurred_at TIMESTAMPTZ, load_id BIGINT, row_number BIGINT);
CREATE TABLE activity_instances (process VARCHAR, case_id VARCHAR, instance BIGINT, activity VARCHAR, resource VARCHAR,
    role VARCHAR, enabled_at TIMESTAMPTZ, started_at TIMESTAMPTZ, completed_at TIMESTAMPTZ, waiting_seconds DOUBLE,
    processing_seconds DOUBLE, sojourn_seconds DOUBLE, waiting_business_seconds DOUBLE,
    processing_business_seconds DOUBLE, sojourn_business_seconds DOUBLE);
CREATE TABLE cases (process VARCHAR, case_id VARCHAR, state VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ,
    period VARCHAR, event_count BIGINT, variant_id VARCHAR, standard_version VARCHAR, cycle_seconds DOUBLE,
    cycle_business_seconds DOUBLE, alignment_cost BIGINT, fitness DOUBLE, deviation_count BIGINT,
    is_conformant BOOLEAN, segments MAP(VARCHAR, VARCHAR));
CREATE TABLE limit_checks (process VARCHAR, case_id VARCHAR, clause_id VARCHAR, standard_version VARCHAR,
    occurrence BIGINT, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ, due_at TIMESTAMPTZ, elapsed_seconds DOUBLE,
    business_seconds DOUBLE, paused_seconds DOUBLE, limit_seconds DOUBLE, outcome VARCHAR, to_activity VARCHAR);
CREATE TABLE deviations AS FROM earlier_deviations;
"""


def build_snapshot(
    path: Path, *, cases: int = 420, multiply: int = 1, seed: int = 7, schema_version: int = 1, hostile: bool = True
) -> Path:
    """Write the snapshot and give its path; `multiply` repeats the desk's cases, for tests of speed."""
    tables = Tables()
    chance = random.Random(seed)
    tables.add("schema_info", schema_version=schema_version, product="asrun 0.1.0", generation=3)
    add_process(
        tables, "desk", "Service desk", "服务台", "Service desk manager", "https://desk.example.org/t/{case_id}"
    )
    add_process(tables, "empty", "Loan applications", "贷款申请", None, None)
    add_desk(tables, chance, cases)
    if hostile:
        add_process(
            tables, "hostile", HOSTILE[0], "<b>敌意</b>" + HOSTILE[1], HOSTILE[1], "javascript:alert('{case_id}')"
        )
        add_hostile(tables, chance)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(layout("mart"))
        connection.execute(_VIEWS)
        connection.execute("COMMENT ON TABLE cases IS 'One row per case'")
        connection.execute("COMMENT ON COLUMN cases.fitness IS 'Fitness of the case'")
        for column, comment in COMMENTS["deviations"].items():
            what = f"COLUMN deviations.{column}" if column else "TABLE deviations"
            connection.execute(f"COMMENT ON {what} IS '{comment}'")
        for name, rows in tables.rows.items():
            columns = list(rows[0])
            frame = pa.table({column: [row[column] for row in rows] for column in columns})  # noqa: F841
            names = ", ".join(f'"{column}"' for column in columns)
            connection.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM frame")
        if multiply > 1:
            for name in ("events", "activity_instances", "cases", "limit_checks", "deviations"):
                connection.execute(
                    f"INSERT INTO {name} SELECT t.* REPLACE (t.case_id || '-' || copy AS case_id) "
                    f"FROM {name} t, range(1, {multiply}) AS copies(copy) WHERE t.process = 'desk'"
                )
        connection.execute(_DERIVED)
        make_macros(connection)
        connection.execute("CHECKPOINT")
    return path
