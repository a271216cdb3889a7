"""What arrived, laid out for the gates: the rows of a few loads mapped, each beside its neighbours in its case.

Cost: it grows with the rows of these loads (one mapping, one sort by case), and with the number of cases known before
where a source is delivered in increments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from warehouse.gates.settings import GateSettings
from warehouse.landing.keys import hash_of_rows, key_of_rows
from warehouse.landing.loads import landed_columns, source_number
from warehouse.log.carried import HOME, begin_carrying, writing_carried
from warehouse.log.mapping import check_columns, lies_in_order, map_rows
from warehouse.log.naming import code_cases, current_cases
from warehouse.log.temporary import drop_temp_tables, filled_columns, table_kind
from warehouse.log.zones import offsets_table
from warehouse.mart.catalogue import schema_with
from warehouse.specification import ProcessSpec, SourceSpec
from warehouse.sql_step import composed_step, quoted, sql_step
from warehouse.store import Store, arrow_table

TEMPORARY = (
    "gate_loads",
    "named_cases",
    "gate_given",
    "gate_columns",
    "gate_keys",
    "gate_duplicates",
    "gate_steps",
    "sorted_gate_rows",
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


# the rows of the loads at hand, and those of them that were named, as FROM clauses
_ARRIVED = "FROM landing.main.rows_{0} AS r WHERE r.load_id IN (SELECT load_id FROM temp.gate_loads)"
_GIVEN = "FROM landing.main.rows_{0} AS r SEMI JOIN temp.gate_given AS g USING (load_id, row_number)"


def choose_loads(store: Store, process: ProcessSpec, load_ids: Sequence[int]) -> None:
    """Note the loads at hand, and find the keys of rows that may repeat each other."""
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
        if number is None or (source.keep_duplicates and not source.key):
            continue
        rows = _ARRIVED.format(number)
        # without a declared key, a key is made only of rows whose quick hash comes twice
        quick = hash_of_rows(store, number)
        twice = f"AND {quick} IN (SELECT {quick} {rows} GROUP BY ALL HAVING count(*) > 1)"
        store.run_step(
            composed_step(
                "gates/keys",
                f"""
                INSERT INTO temp.gate_keys
                SELECT {number}, r.load_id, r.row_number, {key_of_rows(store, number)}, $is_keyed
                {rows} {"" if source.key else twice}
                """,
            ),
            {"is_keyed": bool(source.key)},
        )


def _number_cases(store: Store, process: ProcessSpec, loads: str, *, home: str = "temp") -> None:
    """Give the cases of some loads numbers; those that shaping is to take over go on where the log's end."""
    store.connection.execute(
        f"""
        CREATE OR REPLACE {table_kind(home)} {home}.named_cases (case_code INTEGER, case_id VARCHAR);
        DROP VIEW IF EXISTS temp.gate_case_ids;
        CREATE TEMP VIEW gate_case_ids AS FROM {home}.named_cases
        """
    )
    schema = schema_with(store, process.name, "case_ids")
    if home == HOME and schema is not None:
        known = f"INSERT INTO {home}.named_cases SELECT case_code, case_id FROM {schema}.case_ids"
        store.run_step(composed_step("gates/known_cases", known))
    code_cases(store, current_cases(store, process, loads=loads), dictionary=f"{home}.named_cases")


def choose_and_map(store: Store, process: ProcessSpec, load_ids: Sequence[int], *, carries: bool = False) -> None:
    """Map the rows of these loads into `temp.mapped_rows`. Raises `WarehouseError` where a mapped column is missing.

    `carries`: into the file that shaping takes up; the loads are all that the log is to be made of.
    """
    check_columns(store, process)
    if not carries:
        _choose_and_map(store, process, load_ids, home="temp")
        return
    with writing_carried(store):
        begin_carrying(store)
        _choose_and_map(store, process, load_ids, home=HOME)


def _choose_and_map(store: Store, process: ProcessSpec, load_ids: Sequence[int], *, home: str) -> None:
    choose_loads(store, process, load_ids)
    _number_cases(store, process, "SELECT load_id FROM temp.gate_loads", home=home)
    map_rows(store, process, rows=_ARRIVED.format, dictionary=f"{home}.named_cases", hold=False, home=home)


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
                CREATE OR REPLACE TEMP TABLE gate_given AS SELECT DISTINCT load_id, row_number FROM given_rows
                """,
            )
        )
    _number_cases(store, process, "SELECT load_id FROM temp.gate_given")
    map_rows(store, process, rows=_GIVEN.format, dictionary="temp.named_cases", hold=False)


def lay_out(store: Store, process: ProcessSpec, load_ids: Sequence[int], settings: GateSettings) -> Arrivals:
    """Lay the mapped rows out for the gates; call `choose_and_map` before."""
    values = {
        **settings.values(),
        "start_activities": list(process.case.start_activities),
        "end_activities": list(process.case.end_activities),
        "reopened_by": list(process.case.reopened_by),
        "by_lifecycle": "lifecycle" in filled_columns(process),
    }
    with store.registered("given_offsets", offsets_table(process.time_zone)):
        store.connection.execute("CREATE OR REPLACE TEMP TABLE gate_offsets AS SELECT * FROM given_offsets")
    _columns(store, process)
    _former_cases(store, process)
    _declared_starts(store, process)
    for name in ("steps", "duplicates"):
        _make(store, name, values)
    _put_in_order(store, process)
    for name in ("slots", "cases", "contexts"):
        _make(store, name, values)
    return Arrivals(load_ids=tuple(load_ids), sources=_sources(store, process), cases=_cases(store))


def _make(store: Store, name: str, values: Mapping[str, object]) -> None:
    sql = sql_step("gates", name).sql
    store.run_step(composed_step(f"gates/{name}", f"CREATE OR REPLACE TEMP TABLE gate_{name} AS\n{sql}"), values)


def _put_in_order(store: Store, process: ProcessSpec) -> None:
    """Show the usable rows at hand that repeat no other as `gate_rows`, by case and time; as `gate_events` beside their
    neighbours.

    The neighbours are seen in one pass whenever they are asked for. Rows that were mapped in order aren't sorted again.
    """
    filled = filled_columns(process)
    repeats = store.fetch_sql("gates/count_duplicates", "SELECT count(*) FROM temp.gate_duplicates") != [(0,)]
    _drop_views(store)
    if lies_in_order(process) and "lifecycle" not in filled and not repeats:
        store.connection.execute(
            """
            CREATE TEMP VIEW gate_rows AS
            SELECT source_no, load_id, row_number, case_code, activity_code AS step_no, role_code, started_at,
                completed_at, completed_at AS happened_at
            FROM temp.mapped WHERE reject IS NULL
            """
        )
    else:
        order = [name for name in ("order_number", "order_text") if name in filled]
        sort = ", ".join(["m.case_code", "happened_at", *(f"m.{name}" for name in order), "m.load_id", "m.row_number"])
        store.run_step(
            composed_step(
                "gates/rows",
                f"""
                CREATE OR REPLACE TEMP TABLE sorted_gate_rows AS
                SELECT m.source_no, m.load_id, m.row_number, m.case_code, s.step_no, m.role_code, m.started_at,
                    m.completed_at, coalesce(m.completed_at, m.started_at) AS happened_at
                FROM temp.mapped AS m
                JOIN temp.gate_steps AS s
                    ON s.activity_code = m.activity_code AND s.lifecycle = coalesce(m.lifecycle, 'complete')
                ANTI JOIN temp.gate_duplicates AS d USING (source_no, load_id, row_number)
                WHERE m.reject IS NULL
                ORDER BY {sort}
                """,
            )
        )
        store.connection.execute("CREATE TEMP VIEW gate_rows AS FROM temp.sorted_gate_rows")
    near = {
        f"{side}_{name}": f"CASE WHEN {way}(case_code) OVER () = case_code THEN {way}({column}) OVER () END"
        for side, way in (("before", "lag"), ("after", "lead"))
        for name, column in (("at", "happened_at"), ("step", "step_no"), ("row", "row_number"))
    }
    store.connection.execute(
        f"""
        CREATE TEMP VIEW gate_events AS
        SELECT source_no, load_id, row_number, case_code, step_no, role_code, started_at, completed_at, happened_at,
            row_number() OVER () AS place, lag(case_code) OVER () IS DISTINCT FROM case_code AS is_first,
            {", ".join(f"{value} AS {name}" for name, value in near.items() if name != "after_row")}
        FROM temp.gate_rows
        """
    )


def _drop_views(store: Store) -> None:
    store.connection.execute("DROP VIEW IF EXISTS temp.gate_events; DROP VIEW IF EXISTS temp.gate_rows")


def clear(store: Store) -> None:
    """Drop all that was laid out."""
    _drop_views(store)
    store.connection.execute("DROP VIEW IF EXISTS temp.gate_case_ids")
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
            FROM (
                SELECT l.source_no, sum(l.rows_landed)::BIGINT AS n
                FROM landing.main.landing_loads AS l SEMI JOIN temp.gate_loads USING (load_id)
                GROUP BY l.source_no HAVING sum(l.rows_landed) > 0
            ) AS c
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
    """What the published facts say of the cases at hand, where sources come in pieces and a gate may ask for it."""
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE gate_former_cases (
            case_code INTEGER, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ
        )
        """
    )
    schema = schema_with(store, process.name, "cases")
    is_asked = process.case.start_activities or process.case.end_activities
    if schema is None or not is_asked or all(source.delivery == "full" for source in process.sources):
        return
    store.run_step(
        composed_step(
            "gates/former_cases",
            f"""
            INSERT INTO temp.gate_former_cases
            SELECT n.case_code, c.started_at, CASE WHEN $by_activity THEN c.ended_at END
            FROM temp.gate_case_ids AS n
            JOIN {schema}.case_ids AS k USING (case_id)
            JOIN {schema}.cases AS c ON c.case_code = k.case_code
            """,
        ),
        {"by_activity": bool(process.case.end_activities)},
    )


def _declared_starts(store: Store, process: ProcessSpec) -> None:
    """The instants at which cases are declared to begin by an attribute; none where it is by activity."""
    name = process.case.start_attribute
    if name is None:
        sql = "SELECT NULL::INTEGER AS case_code, NULL::TIMESTAMPTZ AS start_at WHERE false"
    else:
        column = quoted(f"k{[spec.name for spec in process.attributes('case')].index(name)}")
        sql = f"""
            SELECT case_code, min({column}) AS start_at
            FROM (
                SELECT case_code, {column} FROM temp.mapped_rows WHERE reject IS NULL
                UNION ALL
                SELECT case_code, {column} FROM temp.mapped_case_rows
            )
            WHERE {column} IS NOT NULL GROUP BY case_code
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
