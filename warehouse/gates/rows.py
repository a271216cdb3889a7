"""Gates that find single rows: the offending rows of each, with the column and the value found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.gates.settings import ROW_GATES, GateSettings
from warehouse.landing.keys import key_of_rows
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class RowFinding:
    """What one gate found in one source: how many rows in how many cases, and the first of them."""

    gate: str
    source_no: int
    rows: int
    cases: int
    locator: str
    row_number: int
    column: str
    value: str | None
    note: str | None


def find_rows(
    store: Store, process: ProcessSpec, settings: GateSettings, gates: Sequence[str] = ROW_GATES
) -> tuple[RowFinding, ...]:
    """Ask the row gates named; their findings stand in `temp.gate_findings`, one row per gate and landed row.

    A row that was accepted once as it is, is found no more by the same gate, whenever it is delivered again.
    Cost: a scan of the laid out rows a gate.
    """
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE gate_findings (
            gate VARCHAR, source_no INTEGER, load_id INTEGER, row_number BIGINT, case_id VARCHAR, part VARCHAR,
            column_name VARCHAR, physical VARCHAR, value VARCHAR, note VARCHAR
        )
        """
    )
    values = {
        **settings.values(),
        "start_activities": list(process.case.start_activities),
        "tolerance_us": process.case.clock_tolerance_us,
    }
    for gate in gates:
        if not _has_grounds(gate, process, settings):
            continue
        step = sql_step("gates", gate)
        store.run_step(
            composed_step(
                f"gates/{gate}",
                f"""
                INSERT INTO temp.gate_findings
                SELECT DISTINCT ON (f.source_no, f.load_id, f.row_number) '{gate}', f.source_no, f.load_id,
                    f.row_number, n.case_id, f.part, c.column_name, c.physical,
                    CASE WHEN f.part = 'activity' THEN s.activity END, f.note
                FROM ({step.sql}) AS f
                JOIN temp.gate_steps AS s USING (step_no)
                JOIN temp.gate_case_ids AS n ON n.case_code = f.case_code
                LEFT JOIN temp.gate_columns AS c ON c.source_no = f.source_no AND c.part = f.part
                    AND (c.activity IS NULL OR c.activity = s.activity)
                ORDER BY f.source_no, f.load_id, f.row_number, c.column_name
                """,
            ),
            values,
        )
    _read_values(store)
    _leave_out_accepted(store, process)
    return summary(store)


def _has_grounds(gate: str, process: ProcessSpec, settings: GateSettings) -> bool:
    """Whether the process says anything that a gate could go by."""
    rule = process.case
    return {
        "no_start": bool(rule.start_activities),
        "before_start": bool(rule.start_activities or rule.start_attribute),
        "after_end": bool(rule.end_activities),
        "unknown_activity": bool(settings.unknown_activities),
    }.get(gate, True)


def _read_values(store: Store) -> None:
    """The values as they were landed, from the columns at fault."""
    places = store.fetch_sql(
        "gates/places",
        "SELECT DISTINCT source_no, physical FROM temp.gate_findings WHERE physical IS NOT NULL ORDER BY ALL",
    )
    for number, physical in places:
        store.run_step(
            composed_step(
                "gates/read_values",
                f"""
                UPDATE temp.gate_findings AS f SET value = left(CAST(r.{physical} AS VARCHAR), 2000)
                FROM landing.main.rows_{int(number)} AS r
                WHERE f.source_no = {int(number)} AND f.physical = $physical AND r.load_id = f.load_id
                    AND r.row_number = f.row_number
                """,
            ),
            {"physical": physical},
        )


def _leave_out_accepted(store: Store, process: ProcessSpec) -> None:
    accepted = store.fetch_sql(
        "gates/accepted_sources",
        """
        SELECT DISTINCT l.source_no
        FROM landing.main.held_rows AS h
        JOIN landing.main.landing_loads AS l USING (load_id)
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND h.was_accepted ORDER BY 1
        """,
        process=process.name,
    )
    for (number,) in accepted:
        store.run_step(
            composed_step(
                "gates/leave_out_accepted",
                f"""
                DELETE FROM temp.gate_findings AS f
                USING landing.main.rows_{int(number)} AS r, landing.main.held_rows AS h
                WHERE f.source_no = {int(number)} AND r.load_id = f.load_id AND r.row_number = f.row_number
                    AND h.was_accepted AND h.row_key = {key_of_rows(store, int(number))} AND h.reason = f.gate
                    AND h.value IS NOT DISTINCT FROM f.value
                """,
            )
        )


def summary(store: Store) -> tuple[RowFinding, ...]:
    """The findings counted by gate and source, with the first row of each."""
    rows = store.fetch_sql(
        "gates/summary",
        """
        SELECT f.gate, f.source_no, count(*), count(DISTINCT f.case_id),
            first(l.locator ORDER BY f.load_id, f.row_number), first(f.row_number ORDER BY f.load_id, f.row_number),
            first(coalesce(f.column_name, '') ORDER BY f.load_id, f.row_number),
            first(f.value ORDER BY f.load_id, f.row_number), first(f.note ORDER BY f.load_id, f.row_number)
        FROM temp.gate_findings AS f JOIN temp.gate_loads AS l USING (load_id)
        GROUP BY f.gate, f.source_no ORDER BY f.gate, f.source_no
        """,
    )
    return tuple(RowFinding(*row) for row in rows)
