"""Figures of loads: what the loads at hand bring, and what was noted of those before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from warehouse.landing.loads import landed_columns
from warehouse.log.mapping import named_columns
from warehouse.specification import ProcessSpec, SourceSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store, arrow_table


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """One load in figures: rows landed, rows without a value by column, usable rows by local day and local hour."""

    load_id: int
    rows: int
    missing: Mapping[str, int]
    days: Mapping[date, int]
    hours: tuple[int, ...]
    latest_at: datetime | None
    asked_at: datetime
    is_current: bool


def measure(
    store: Store, process: ProcessSpec, source_no: int, source: SourceSpec, *, without: Sequence[str] = ()
) -> tuple[LoadFigures, ...]:
    """The figures of the loads at hand of one source; the latest event leaves out what the gates `without` found."""
    landed = landed_columns(store, process=process.name, source=source.name)
    names = [name for name in named_columns(source) if name in landed]
    counted = "".join(f", {_missing(*landed[name])}" for name in names)
    rows = store.fetch_sql(
        "gates/missing",
        f"""
        SELECT l.load_id, l.asked_at, count(r.load_id) {counted}
        FROM temp.gate_loads AS l
        LEFT JOIN landing.main.rows_{source_no} AS r ON r.load_id = l.load_id
        WHERE l.source_no = {source_no} GROUP BY ALL ORDER BY l.load_id
        """,
    )
    by_load: dict[int, tuple[dict[date, int], list[int]]] = {row[0]: ({}, [0] * 24) for row in rows}
    for load_id, figure, item, count in store.fetch("gates", "day_hours"):
        if load_id in by_load and figure == "day":
            by_load[load_id][0][date.fromisoformat(item)] = count
        elif load_id in by_load:
            by_load[load_id][1][int(item)] = count
    latest = dict(
        store.fetch_sql(
            "gates/latest",
            """
            SELECT load_id, max(greatest(started_at, completed_at)) FROM temp.gate_events
            ANTI JOIN (SELECT load_id, row_number FROM temp.gate_findings WHERE list_contains($gates, gate)) AS f
                USING (load_id, row_number)
            GROUP BY load_id
            """,
            gates=list(without),
        )
    )
    return tuple(
        LoadFigures(
            load_id=row[0],
            rows=row[2],
            missing=dict(zip(names, row[3:], strict=True)),
            days=by_load[row[0]][0],
            hours=tuple(by_load[row[0]][1]),
            latest_at=latest.get(row[0]),
            asked_at=row[1],
            is_current=True,
        )
        for row in rows
    )


def _missing(physical: str, kind: str) -> str:
    filled = f"count(nullif(trim(r.{physical}), ''))" if kind == "VARCHAR" else f"count(r.{physical})"
    return f"count(r.load_id) - {filled}"


def earlier_figures(store: Store, process: str, source: str) -> tuple[LoadFigures, ...]:
    """What was noted of the loads of a source that the gates passed, oldest first; undone ones left out.

    Cost: it grows with the number of loads and of their days, not with rows.
    """
    loads = store.fetch_sql(
        "gates/earlier_loads",
        """
        SELECT l.load_id, l.latest_at, coalesce(l.complete_to, l.loaded_at), l.is_current
        FROM landing.main.landing_loads AS l JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND s.source = $source AND l.passed_by IS NOT NULL AND l.undone_by IS NULL
        ORDER BY l.load_id
        """,
        process=process,
        source=source,
    )
    figures = store.fetch_sql(
        "gates/earlier_figures",
        """
        SELECT f.load_id, f.figure, f.item, f.row_count
        FROM landing.main.load_figures AS f
        JOIN landing.main.landing_loads AS l USING (load_id)
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND s.source = $source
        """,
        process=process,
        source=source,
    )
    noted: dict[int, dict[str, dict[str, int]]] = {}
    for load_id, figure, item, count in figures:
        noted.setdefault(load_id, {}).setdefault(figure, {})[item] = count
    found = []
    for load_id, latest_at, asked_at, is_current in loads:
        mine = noted.get(load_id, {})
        hours = mine.get("hour", {})
        found.append(
            LoadFigures(
                load_id=load_id,
                rows=mine.get("rows", {}).get("", 0),
                missing=mine.get("missing", {}),
                days={date.fromisoformat(item): count for item, count in mine.get("day", {}).items()},
                hours=tuple(hours.get(str(hour), 0) for hour in range(24)),
                latest_at=latest_at,
                asked_at=asked_at,
                is_current=is_current,
            )
        )
    return tuple(found)


def note_figures(store: Store, figures: Sequence[LoadFigures]) -> None:
    """Keep the figures of loads for later ones to be compared with; inside the caller's transaction on landing."""
    rows: list[tuple[int, str, str, int]] = []
    for each in figures:
        rows.append((each.load_id, "rows", "", each.rows))
        rows += [(each.load_id, "missing", name, count) for name, count in each.missing.items()]
        rows += [(each.load_id, "day", day.isoformat(), count) for day, count in sorted(each.days.items())]
        rows += [(each.load_id, "hour", str(hour), count) for hour, count in enumerate(each.hours) if count]
    if rows:
        table = arrow_table(
            {
                "load_id": (pa.int32(), [row[0] for row in rows]),
                "figure": (pa.string(), [row[1] for row in rows]),
                "item": (pa.string(), [row[2] for row in rows]),
                "row_count": (pa.int64(), [row[3] for row in rows]),
            }
        )
        with store.registered("given_figures", table):
            store.run_step(
                composed_step("gates/note_figures", "INSERT INTO load_figures BY NAME SELECT * FROM given_figures")
            )
    for each in figures:
        store.run_step(
            composed_step("gates/note_latest", "UPDATE landing_loads SET latest_at = $latest WHERE load_id = $load_id"),
            {"latest": each.latest_at, "load_id": each.load_id},
        )
