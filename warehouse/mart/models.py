"""Discovered models, kept from run to run."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from warehouse.sql_step import composed_step, execute
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class DiscoveredModelRow:
    """A row of `discovered_models`."""

    process: str
    run_id: str
    method: str
    bpmn_xml: str
    pnml: str
    fitness: float | None
    precision: float | None
    simplicity: float | None
    cases_covered: int | None
    change: str
    fingerprint: str


def variant_table(store: Store, process: str) -> pa.Table:
    """The variants of a process by id: variant_id, activities, case_count."""
    step = composed_step(
        "mart/variant_table",
        """
        SELECT variant_id, activities, case_count FROM mart.main.variants WHERE process = $process ORDER BY variant_id
        """,
    )
    return execute(store.connection, step, {"process": process}).to_arrow_table()


def last_model_fingerprint(store: Store, process: str) -> str | None:
    """The fingerprint of the model that the last run found; None before the first."""
    rows = store.fetch_sql(
        "mart/last_model",
        """
        SELECT fingerprint FROM mart.main.discovered_models
        WHERE process = $process ORDER BY run_id DESC LIMIT 1
        """,
        process=process,
    )
    return rows[0][0] if rows else None


def keep_model(store: Store, row: DiscoveredModelRow) -> None:
    """Add a model, replacing one of the same run."""
    with store.transaction("mart"):
        store.run_step(
            composed_step(
                "mart/replace_model", "DELETE FROM discovered_models WHERE process = $process AND run_id = $run_id"
            ),
            {"process": row.process, "run_id": row.run_id},
        )
        store.run_step(
            composed_step(
                "mart/keep_model",
                """
                INSERT INTO discovered_models VALUES ($process, $run_id, $method, $bpmn_xml, $pnml, $fitness,
                    $precision, $simplicity, $cases_covered, $change, $fingerprint)
                """,
            ),
            {name: getattr(row, name) for name in DiscoveredModelRow.__dataclass_fields__},
        )
