"""Held rows let in after all: which wait, and what lets them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.landing.loads import generation, next_generation
from warehouse.sql_step import composed_step
from warehouse.store import Store, arrow_table


@dataclass(frozen=True, slots=True)
class Choice:
    """Which held rows are meant: those of a gate, of a load, one row of a load; None: any."""

    reason: str | None = None
    load_id: int | None = None
    row_number: int | None = None


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row that waits."""

    load_id: int
    row_number: int
    reason: str
    source: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class RejectedReason:
    """Rows that the mapping rejected, by reason: they go in by themselves when the mapping is mended."""

    reason: str
    rows: int


def held_rows(store: Store, process: str, choice: Choice) -> tuple[HeldRow, ...]:
    """The held rows of a process that wait and are meant, by load, row and gate."""
    rows = store.fetch_sql(
        "gates/held_rows",
        """
        SELECT h.load_id, h.row_number, h.reason, s.source, l.is_current AND l.undone_by IS NULL
        FROM landing.main.held_rows AS h
        JOIN landing.main.landing_loads AS l USING (load_id)
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND h.replayed_at IS NULL
            AND h.reason = coalesce($reason, h.reason) AND h.load_id = coalesce($load_id, h.load_id)
            AND h.row_number = coalesce($row_number, h.row_number)
        ORDER BY h.load_id, h.row_number, h.reason
        """,
        process=process,
        reason=choice.reason,
        load_id=choice.load_id,
        row_number=choice.row_number,
    )
    return tuple(HeldRow(*row) for row in rows)


def rejected_reasons(store: Store, process: str) -> tuple[RejectedReason, ...]:
    """What else lies in quarantine since the last shaping, held rows left out."""
    rows = store.fetch_sql(
        "gates/rejected_reasons",
        """
        SELECT q.reason, count(*) FROM mart.main.quarantined_rows AS q
        WHERE q.process = $process AND q.replayed_at IS NULL AND (q.load_id, q.row_number, q.reason) NOT IN (
            SELECT (load_id, row_number, reason) FROM landing.main.held_rows
        )
        GROUP BY q.reason ORDER BY 2 DESC, 1
        """,
        process=process,
    )
    return tuple(RejectedReason(*row) for row in rows)


def still_found(store: Store, gates: Sequence[str]) -> frozenset[tuple[int, int, str]]:
    """Load, row and gate of what the gates named find in the rows at hand."""
    rows = store.fetch_sql(
        "gates/still_found",
        "SELECT load_id, row_number, gate FROM temp.gate_findings WHERE list_contains($gates, gate)",
        gates=list(gates),
    )
    return frozenset((load_id, row_number, gate) for load_id, row_number, gate in rows)


def let_in(
    store: Store,
    process: str,
    rows: Sequence[HeldRow],
    *,
    run_id: str,
    replayed_at: datetime,
    was_accepted: bool,
) -> tuple[int, int]:
    """Let held rows in: how many landed rows are free now, and of how many cases.

    The mapped rows of their loads must stand in `temp.mapped_rows`. A row that another gate still holds stays out. One
    transaction on landing, with the cases to derive anew.
    """
    table = arrow_table(
        {
            "load_id": (pa.int32(), [row.load_id for row in rows]),
            "row_number": (pa.int64(), [row.row_number for row in rows]),
            "reason": (pa.string(), [row.reason for row in rows]),
        }
    )
    with store.transaction("landing"), store.registered("given_rows", table):
        store.run_step(
            composed_step(
                "gates/let_in",
                """
                UPDATE held_rows AS h
                SET replayed_at = $replayed_at, replayed_by = $run_id, was_accepted = $was_accepted
                FROM given_rows AS g
                WHERE h.load_id = g.load_id AND h.row_number = g.row_number AND h.reason = g.reason
                    AND h.replayed_at IS NULL
                """,
            ),
            {"replayed_at": replayed_at, "run_id": run_id, "was_accepted": was_accepted},
        )
        store.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE gate_free AS
            SELECT DISTINCT load_id, row_number FROM given_rows
            ANTI JOIN (SELECT load_id, row_number FROM held_rows WHERE replayed_at IS NULL) AS h
                USING (load_id, row_number)
            """
        )
        next_generation(store)
        cases = store.run_step(
            composed_step(
                "gates/row_changes",
                """
                INSERT INTO row_changes
                SELECT DISTINCT $change_no, $process, n.case_id
                FROM temp.mapped AS m
                SEMI JOIN temp.gate_free USING (load_id, row_number)
                JOIN temp.gate_case_ids AS n USING (case_code)
                """,
            ),
            {"change_no": generation(store), "process": process},
        )
        free = store.fetch_sql("gates/count_free", "SELECT count(*) FROM temp.gate_free")[0][0]
    store.connection.execute("DROP TABLE temp.gate_free")
    return int(free), cases
