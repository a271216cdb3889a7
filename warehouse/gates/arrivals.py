"""What arrived, laid out for the gates: the rows of a few loads mapped, each beside its neighbours in its case.

Cost: it grows with the rows of these loads (one mapping, one sort by case), and with the number of cases known before
where a source is delivered in increments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from warehouse.gates.settings import GateSettings
from warehouse.landing.loads import landed_columns, source_number
from warehouse.log.mapping import check_columns, map_rows
from warehouse.log.temporary import drop_temp_tables
from warehouse.log.zones import offsets_table
from warehouse.specification import ProcessSpec, SourceSpec
from warehouse.sql_step import composed_step, quoted, sql_step
from warehouse.store import Store, arrow_table

TEMPORARY = (
    "gate_loads",
    "gate_columns",
    "gate_keys",
    "gate_duplicates",
    "gate_steps",
    "gate_events",
    "gate_slots",
    "gate_offsets",
    "gate_declared_starts",
    "gate_former_cases",
    "gate_cases",
    "gate_contexts",
    "gate_findings",
)


@dataclass(frozen=True, slots=True)
class ArrivedSource:
    """A source with rows at hand: how many were landed, how many of them the mapping can use."""

    source_no: int
    source: SourceSpec
    rows: int
    usable: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What lies before the gates; the rows themselves stand in temp tables."""

    load_ids: tuple[int, ...]
    sources: tuple[ArrivedSource, ...]
    cases: int

    def source(self, source_no: int) -> ArrivedSource:
        """The source of this number."""
        return next(each for each in self.sources if each.source_no == source_no)


def choose_rows(store: Store, process: ProcessSpec, load_ids: Sequence[int]) -> None:
    """Put every row of these loads into `temp.chosen_rows`, as the mapping asks for them."""
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE chosen_rows (source_no INTEGER, load_id INTEGER, row_number BIGINT)"
    )
    store.run_step(
        composed_step(
            "gates/loads",
            """
            CREATE OR REPLACE TEMP TABLE gate_loads AS
            SELECT load_id, source_no, locator, coalesce(complete_to, loaded_at) AS asked_at
            FROM landing.main.landing_loads WHERE list_contains($load_ids, load_id)
            """,
        ),
        {"load_ids": list(load_ids)},
    )
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE gate_keys (
            source_no INTEGER, load_id INTEGER, row_number BIGINT, row_key UHUGEINT, is_keyed BOOLEAN
        )
        """
    )
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        if number is None:
            continue
        rows = f"FROM landing.main.rows_{number} WHERE load_id IN (SELECT load_id FROM temp.gate_loads)"
        store.run_step(
            composed_step(
                "gates/chosen_rows", f"INSERT INTO temp.chosen_rows SELECT {number}, load_id, row_number {rows}"
            )
        )
        if source.key or not source.keep_duplicates:
            store.run_step(
                composed_step(
                    "gates/keys",
                    f"""
                    INSERT INTO temp.gate_keys
                    SELECT {number}, load_id, row_number, row_key, $is_keyed {rows}
                    """,
                ),
                {"is_keyed": bool(source.key)},
            )


def choose_and_map(store: Store, process: ProcessSpec, load_ids: Sequence[int]) -> None:
    """Map the rows of these loads into `temp.mapped_rows`. Raises `WarehouseError` where a mapped column is missing."""
    check_columns(store, process)
    choose_rows(store, process, load_ids)
    map_rows(store, process, only_chosen=True, hold=False)


def map_rows_of(store: Store, process: ProcessSpec, rows: Sequence[tuple[int, int]]) -> None:
    """Map single landed rows (load, row number) into `temp.mapped_rows`."""
    check_columns(store, process)
    table = arrow_table(
        {
            "load_id": (pa.int32(), [load_id for load_id, _ in rows]),
            "row_number": (pa.int64(), [number for _, number in rows]),
        }
    )
    with store.registered("given_rows", table):
        store.run_step(
            composed_step(
                "gates/choose_given",
                """
                CREATE OR REPLACE TEMP TABLE chosen_rows AS
                SELECT DISTINCT l.source_no, g.load_id, g.row_number
                FROM given_rows AS g JOIN landing.main.landing_loads AS l USING (load_id)
                """,
            )
        )
    map_rows(store, process, only_chosen=True, hold=False)


def lay_out(store: Store, process: ProcessSpec, load_ids: Sequence[int], settings: GateSettings) -> Arrivals:
    """Lay the mapped rows out for the gates; call `choose_and_map` before."""
    values = {
        **settings.values(),
        "start_activities": list(process.case.start_activities),
        "end_activities": list(process.case.end_activities),
        "reopened_by": list(process.case.reopened_by),
    }
    with store.registered("given_offsets", offsets_table(process.time_zone)):
        store.connection.execute("CREATE OR REPLACE TEMP TABLE gate_offsets AS SELECT * FROM given_offsets")
    _columns(store, process)
    _former_cases(store, process)
    _declared_starts(store, process)
    for name in ("steps", "duplicates", "events", "slots", "cases", "contexts"):
        step = sql_step("gates", name)
        store.run_step(
            composed_step(f"gates/{name}", f"CREATE OR REPLACE TEMP TABLE gate_{name} AS\n{step.sql}"), values
        )
    return Arrivals(load_ids=tuple(load_ids), sources=_sources(store, process), cases=_cases(store))


def clear(store: Store) -> None:
    """Drop all that was laid out."""
    drop_temp_tables(store)
    for table in TEMPORARY:
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def midnights(days: Sequence[date], zones: Sequence[str]) -> tuple[datetime, ...]:
    """The first instants of some days in some time zones, in UTC."""
    found = {
        datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days for zone in zones
    }
    return tuple(sorted(found))


def zones_of(process: ProcessSpec) -> tuple[str, ...]:
    """UTC, the zone of the process and those of its sources."""
    specs = [spec for source in process.sources for spec in (source.completed, source.started)]
    specs += [milestone.instant for source in process.sources for milestone in source.milestones]
    zones = ["UTC", process.time_zone, *(spec.time_zone for spec in specs if spec is not None and spec.time_zone)]
    return tuple(dict.fromkeys(zones))


def _sources(store: Store, process: ProcessSpec) -> tuple[ArrivedSource, ...]:
    counts = {
        number: (rows, usable, duplicates)
        for number, rows, usable, duplicates in store.fetch_sql(
            "gates/sources",
            """
            SELECT c.source_no, c.n, coalesce(e.n, 0), coalesce(d.n, 0)
            FROM (SELECT source_no, count(*) AS n FROM temp.chosen_rows GROUP BY source_no) AS c
            LEFT JOIN (SELECT source_no, count(*) AS n FROM temp.gate_events GROUP BY source_no) AS e USING (source_no)
            LEFT JOIN (SELECT source_no, count(*) AS n FROM temp.gate_duplicates GROUP BY source_no) AS d
                USING (source_no)
            """,
        )
    }
    found = []
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        if number is not None and number in counts:
            found.append(ArrivedSource(number, source, *counts[number]))
    return tuple(found)


def _cases(store: Store) -> int:
    return int(store.fetch_sql("gates/count_cases", "SELECT count(*) FROM temp.gate_cases")[0][0])


def _columns(store: Store, process: ProcessSpec) -> None:
    """Which landed column a part of an event came from; of a wide table by activity."""
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE gate_columns (
            source_no INTEGER, part VARCHAR, activity VARCHAR, column_name VARCHAR, physical VARCHAR
        )
        """
    )
    rows: list[list[object]] = []
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        if number is None or source.kind == "cases":
            continue
        landed = landed_columns(store, process=process.name, source=source.name)
        for part, spec in (("completed", source.completed), ("started", source.started)):
            if spec is not None and spec.column in landed:
                rows.append([number, part, None, spec.column, landed[spec.column][0]])
        for milestone in source.milestones:
            name = milestone.instant.column
            if name in landed:
                rows.append([number, "completed", milestone.activity, name, landed[name][0]])
        if source.activity:
            rows.append([number, "activity", None, ", ".join(source.activity), None])
    if rows:
        store.connection.executemany("INSERT INTO temp.gate_columns VALUES (?, ?, ?, ?, ?)", rows)


def _former_cases(store: Store, process: ProcessSpec) -> None:
    """What the published facts say of the cases at hand, where sources come in pieces; else nothing."""
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE gate_former_cases (
            case_id VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ
        )
        """
    )
    if all(source.delivery == "full" for source in process.sources):
        return
    store.run_step(
        composed_step(
            "gates/former_cases",
            """
            INSERT INTO temp.gate_former_cases
            SELECT case_id, started_at, CASE WHEN $by_activity THEN ended_at END
            FROM mart.main.cases
            WHERE process = $process AND case_id IN (
                SELECT case_id FROM temp.mapped_rows WHERE reject_reason IS NULL
            )
            """,
        ),
        {"process": process.name, "by_activity": bool(process.case.end_activities)},
    )


def _declared_starts(store: Store, process: ProcessSpec) -> None:
    """The instants at which cases are declared to begin by an attribute; none where it is by activity."""
    name = process.case.start_attribute
    if name is None:
        sql = "SELECT NULL::VARCHAR AS case_id, NULL::TIMESTAMPTZ AS start_at WHERE false"
    else:
        column = quoted(f"k{[spec.name for spec in process.attributes('case')].index(name)}")
        sql = f"""
            SELECT case_id, min({column}) AS start_at
            FROM (
                SELECT case_id, {column} FROM temp.mapped_rows WHERE reject_reason IS NULL
                UNION ALL
                SELECT case_id, {column} FROM temp.mapped_case_rows
            )
            WHERE {column} IS NOT NULL GROUP BY case_id
        """
    store.run_step(
        composed_step("gates/declared_starts", f"CREATE OR REPLACE TEMP TABLE gate_declared_starts AS {sql}")
    )


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a day in a zone, in UTC."""
    return midnights((day,), (zone,))[0]


def microseconds(span: timedelta) -> int:
    """A span as whole microseconds."""
    return span // timedelta(microseconds=1)
