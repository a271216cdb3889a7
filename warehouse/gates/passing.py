"""What the gates decide, written down: rows held, loads passed, and the ledger of what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.gates.figures import LoadFigures, note_figures
from warehouse.landing.keys import key_of_rows
from warehouse.landing.loads import next_generation
from warehouse.sql_step import composed_step
from warehouse.store import Store, arrow_table


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """A row of `quality_checks`."""

    run_id: str
    process: str
    source: str | None
    gate: str
    level: str
    outcome: str
    rows: int | None
    share: float | None
    detail: str


def let_pass(
    store: Store,
    load_ids: Sequence[int],
    *,
    held_by: Sequence[str],
    figures: Sequence[LoadFigures],
    run_id: str,
    held_at: datetime,
) -> int:
    """Let loads pass, without the rows that the gates `held_by` found (`temp.gate_findings`); how many are held.

    One transaction on landing: from here on a full rebuild gives the same facts. A row found by several gates is held
    once for each.
    """
    with store.transaction("landing"):
        numbers = store.fetch_sql(
            "gates/holding_sources",
            """
            SELECT DISTINCT source_no FROM temp.gate_findings WHERE list_contains($gates, gate) ORDER BY 1
            """,
            gates=list(held_by),
        )
        for (number,) in numbers:
            key = key_of_rows(store, int(number))
            store.run_step(
                composed_step(
                    "gates/hold",
                    f"""
                    INSERT INTO held_rows (load_id, row_number, reason, column_name, value, run_id, held_at, row_key)
                    SELECT f.load_id, f.row_number, f.gate, f.column_name, f.value, $run_id, $held_at, {key}
                    FROM temp.gate_findings AS f
                    JOIN rows_{int(number)} AS r ON r.load_id = f.load_id AND r.row_number = f.row_number
                    WHERE f.source_no = {int(number)} AND list_contains($gates, f.gate)
                    ORDER BY f.load_id, f.row_number, f.gate
                    """,
                ),
                {"run_id": run_id, "held_at": held_at, "gates": list(held_by)},
            )
        held = store.fetch_sql(
            "gates/count_held",
            "SELECT count(DISTINCT (load_id, row_number)) FROM temp.gate_findings WHERE list_contains($gates, gate)",
            gates=list(held_by),
        )[0][0]
        note_figures(store, figures)
        store.run_step(
            composed_step(
                "gates/pass", "UPDATE landing_loads SET passed_by = $run_id WHERE list_contains($load_ids, load_id)"
            ),
            {"run_id": run_id, "load_ids": list(load_ids)},
        )
        next_generation(store)
    return int(held)


def record_checks(store: Store, checks: Sequence[QualityCheck]) -> None:
    """Add to the ledger of the gates; what a stopped night asked stays, too."""
    if not checks:
        return
    kinds: dict[str, pa.DataType] = {"rows": pa.int64(), "share": pa.float64()}
    table = arrow_table(
        {
            name: (kinds.get(name, pa.string()), [getattr(check, name) for check in checks])
            for name in QualityCheck.__dataclass_fields__
        }
    )
    with store.transaction("mart"), store.registered("given_checks", table):
        store.run_step(
            composed_step("gates/record_checks", "INSERT INTO quality_checks BY NAME SELECT * FROM given_checks")
        )
