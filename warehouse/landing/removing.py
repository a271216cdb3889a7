"""Removing landed rows for good: which rows of a source are meant, and the traces that go with them.

Everything here runs inside the caller's transaction on landing, with `main` of landing in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse.landing.loads import source_number
from warehouse.landing.protection import plain_text
from warehouse.specification import ProcessSpec, SourceSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class LandedSource:
    """A source that has a table in landing: `columns` are all that it ever had, name -> (number, type)."""

    number: int
    source: SourceSpec
    columns: Mapping[str, tuple[int, str]]

    @property
    def table(self) -> str:
        """The table of its rows."""
        return f"landing.main.rows_{self.number}"

    def text(self, name: str) -> str | None:
        """A column as trimmed text, as the mapping reads it; None where no load ever had it."""
        found = self.columns.get(name)
        return None if found is None else plain_text(f"r.c{found[0]}", found[1])

    @property
    def case(self) -> str:
        """The case of a row, as the mapping reads it."""
        return self.text(self.source.case) or "NULL::VARCHAR"

    @property
    def key_numbers(self) -> list[int]:
        """The columns that a row's key is made of."""
        names = self.source.key or tuple(self.columns)
        return [self.columns[name][0] for name in names if name in self.columns]


def landed_sources(store: Store, process: ProcessSpec) -> tuple[LandedSource, ...]:
    """The sources of a process that have been landed."""
    found = []
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        if number is None:
            continue
        rows = store.fetch_sql(
            "landing/all_columns",
            """
            SELECT name, column_no, type FROM landing.main.landing_columns WHERE source_no = $number ORDER BY column_no
            """,
            number=number,
        )
        found.append(LandedSource(number, source, {name: (column, kind) for name, column, kind in rows}))
    return tuple(found)


def note_changes(
    store: Store, process: str, landed: LandedSource, condition: str, values: Mapping[str, object], *, change: int
) -> None:
    """Say that the cases of some rows must be derived anew; before the rows are changed."""
    store.run_step(
        composed_step(
            "landing/note_changes",
            f"""
            INSERT INTO landing.main.row_changes
            SELECT DISTINCT $change, $process, coalesce({landed.case}, '') FROM {landed.table} AS r WHERE {condition}
            """,
        ),
        {**values, "change": change, "process": process},
    )


def delete_rows(store: Store, landed: LandedSource, condition: str, values: Mapping[str, object]) -> int:
    """Delete the rows for which a condition on `r` holds, and what holds them back; how many there were."""
    store.run_step(
        composed_step(
            "landing/delete_held",
            f"""
            DELETE FROM landing.main.held_rows AS h
            WHERE EXISTS (
                SELECT 1 FROM {landed.table} AS r
                WHERE r.load_id = h.load_id AND r.row_number = h.row_number AND {condition}
            )
            """,
        ),
        values,
    )
    step = composed_step("landing/delete_rows", f"DELETE FROM {landed.table} AS r WHERE {condition}")
    return store.run_step(step, values)


def purge_loads(store: Store, loads: Sequence[int], *, at: object) -> None:
    """Remove all rows of some loads. They stay known with their counts; the same content would be landed anew.

    But for loads that were undone: those stay undone.
    """
    for load_id in loads:
        number = store.fetch_sql(
            "landing/load_source",
            "SELECT source_no FROM landing.main.landing_loads WHERE load_id = $load_id",
            load_id=load_id,
        )[0][0]
        for table in (f"rows_{int(number)}", "unreadable_rows", "held_rows"):
            store.run_step(
                composed_step("landing/purge_rows", f"DELETE FROM landing.main.{table} WHERE load_id = $load_id"),
                {"load_id": load_id},
            )
        store.run_step(
            composed_step(
                "landing/note_purged",
                """
                UPDATE landing.main.landing_loads
                SET purged_at = $at, reading = CASE WHEN undone_by IS NULL THEN reading || ' purged' ELSE reading END
                WHERE load_id = $load_id
                """,
            ),
            {"load_id": load_id, "at": at},
        )


def rewriting_is_due(store: Store, *files: str) -> None:
    """Note that removed rows still lie in free blocks of these files (landing, mart)."""
    for file in files:
        store.run_step(
            composed_step(
                "landing/rewriting_due",
                "INSERT INTO landing.main.rewriting_due VALUES ($file) ON CONFLICT DO NOTHING",
            ),
            {"file": file},
        )


def due_rewritings(store: Store) -> tuple[str, ...]:
    """The files that are to be written afresh before the next publishing."""
    rows = store.fetch_sql("landing/due_rewritings", "SELECT file FROM landing.main.rewriting_due ORDER BY file")
    return tuple(row[0] for row in rows)


def rewriting_is_done(store: Store) -> None:
    """Note that they have been written afresh."""
    with store.transaction("landing"):
        store.run_step(composed_step("landing/rewriting_done", "DELETE FROM rewriting_due"))
