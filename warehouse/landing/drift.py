"""Schema drift: columns that a source lost, took on, or now fills with another type of value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.content import LoadOrigin
from warehouse.sql_step import composed_step
from warehouse.store import Store

AS_TEXT = " (as text)"


@dataclass(frozen=True, slots=True)
class DriftRule:
    """What a source's columns are needed for, and what becomes of a load that breaks them.

    `mapped` are the columns that the mapping names. `needed` must stand in every content that has rows (a subset: some
    formats leave out a column that is empty throughout). `stop` lands nothing; `quarantine` lands the rows and holds
    those that can't be trusted.
    """

    mapped: tuple[str, ...]
    needed: tuple[str, ...]
    on_drift: Literal["stop", "quarantine"] = "stop"


@dataclass(frozen=True, slots=True)
class LandedColumn:
    """A column as it is landed: name in the catalogue, its number, and the SQL of its value."""

    name: str
    number: int
    kind: str
    expression: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided of a content's columns; `lost` and `retyped` (name, number of its text) hold rows back."""

    columns: tuple[LandedColumn, ...]
    lost: tuple[str, ...] = ()
    retyped: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


def misfit(expression: str, incoming: str, kind: str) -> str:
    """A condition: the value does not fit the landed type, or would change on the way (1.5 as a whole number)."""
    fits = f"TRY_CAST({expression} AS {kind})"
    changed = "" if incoming == "VARCHAR" else f" OR TRY_CAST({fits} AS {incoming}) IS DISTINCT FROM {expression}"
    return f"({expression} IS NOT NULL AND ({fits} IS NULL{changed}))"


def lost_columns(
    rule: DriftRule, present: Sequence[str], known: Mapping[str, tuple[int, str]], origin: LoadOrigin
) -> tuple[str, ...]:
    """Columns that the mapping needs, earlier loads had and this content has not; `WarehouseError` where that stops it.

    A column that no load ever had is a mistake in the mapping and is told where the mapping is used.
    """
    lost = tuple(name for name in rule.needed if name not in present and name in known)
    if lost and rule.on_drift == "stop":
        raise WarehouseError(
            *(
                Problem(
                    f"the mapping names the column '{name}', which the source does not have any more: it is lost.",
                    f"process {origin.process}, source {origin.source}, {origin.locator}",
                    f"Columns found: {', '.join(present) or 'none'}. Mend the source or the mapping, or write drift: "
                    "quarantine to hold such rows back; nothing of it was landed.",
                )
                for name in lost
            )
        )
    return lost


def refuse_retyped(
    found: Mapping[str, tuple[str, str, int, str | None]], rule: DriftRule | None, origin: LoadOrigin
) -> None:
    """Raise `WarehouseError` for mapped columns whose values no longer fit, where that stops the source.

    `found`: name -> (landed type, incoming type, number of rows that don't fit, an example).
    """
    if rule is not None and rule.on_drift == "quarantine":
        return
    problems = [
        Problem(
            f"the content no longer fits what was landed before: in the column '{name}' {rows:,} values are no "
            f"{_TYPE_NAMES.get(kind, kind)}"
            # a protected source's values are quoted nowhere
            + ("." if origin.protection is not None else f" (for example '{(example or '')[:80]}')."),
            origin.locator,
            "Mend the source, write drift: quarantine to hold such rows back, or give the source another name so that "
            "it is landed afresh; nothing of it was landed.",
        )
        for name, (kind, _, rows, example) in found.items()
        if rule is None or name in rule.mapped
    ]
    if problems:
        raise WarehouseError(*problems)


_TYPE_NAMES = {
    "BOOLEAN": "truth values",
    "BIGINT": "whole numbers",
    "DOUBLE": "numbers",
    "TIMESTAMP": "instants",
    "TIMESTAMPTZ": "instants",
}


def hold_rows(
    store: Store, source_no: int, load_id: int, settled: Settled, *, run_id: str | None, held_at: datetime
) -> int:
    """Hold back the rows of a load that drifted; how many. One reason a row: a lost column before a retyped one."""
    held = 0
    insert = "INSERT INTO held_rows (load_id, row_number, reason, column_name, value, run_id, held_at)"
    values: dict[str, object] = {"load_id": load_id, "run_id": run_id, "held_at": held_at}
    if settled.lost:
        return store.run_step(
            composed_step(
                "landing/hold_lost",
                f"""
                {insert}
                SELECT $load_id, row_number, 'column_lost', $name, NULL, $run_id, $held_at
                FROM rows_{source_no} WHERE load_id = $load_id
                """,
            ),
            {**values, "name": ", ".join(settled.lost)},
        )
    for name, number in settled.retyped:
        held += store.run_step(
            composed_step(
                "landing/hold_retyped",
                f"""
                {insert}
                SELECT $load_id, r.row_number, 'column_retyped', $name, left(r.c{number}, 2000), $run_id, $held_at
                FROM rows_{source_no} AS r
                WHERE r.load_id = $load_id AND r.c{number} IS NOT NULL
                    AND NOT EXISTS (
                        SELECT 1 FROM held_rows AS h WHERE h.load_id = $load_id AND h.row_number = r.row_number
                    )
                """,
            ),
            {**values, "name": name},
        )
    return held
