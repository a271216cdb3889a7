"""Shaping: from landed rows to events, instances, cases and variants of one process, in one transaction.

Per case (promise 9): every table here can be made bucket by bucket of cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from warehouse.errors import Problem, WarehouseError
from warehouse.log.mapping import check_columns, map_rows, rejected_rows
from warehouse.log.zones import months, periods_table
from warehouse.mart.catalogue import process_schema
from warehouse.mart.views import make_views
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store, arrow_table

STEP_VERSION = 1


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """What shaping made."""

    as_of: datetime
    events: int
    instances: int
    cases: int
    variants: int
    variants_new: int
    rows_quarantined: int


def shape(store: Store, process: ProcessSpec, *, as_of: datetime | None) -> ShapeResult:
    """Rebuild the event log of a process from its current loads.

    `as_of` None stands for the latest event. Raises `WarehouseError` where a mapped column is missing, or no row
    can be used. Cost: a few sorts of the events; memory spills to disk.
    """
    check_columns(store, process)
    with store.transaction("mart"):
        schema = process_schema(store, process.name)
        store.use("mart", schema)
        map_rows(store, process)
        store.run("log", "hold_rows")
        latest = store.fetch("log", "as_of")[0][0]
        if latest is None:
            raise WarehouseError(_nothing_usable(store, process))
        instant = as_of or latest
        for name in ("new_activities", "new_resources", "new_roles", "new_cases"):
            store.run("log", name)
        events = _make_events(store, process, instant)
        if events == 0:
            raise WarehouseError(
                Problem(
                    f"no event lies at or before {instant:%Y-%m-%d %H:%M:%S} UTC; the earliest is later.",
                    f"process {process.name}",
                    "Give a later --as-of.",
                )
            )
        instances = _make_instances(store, process)
        _make_case_attributes(store, process, instant)
        _make_cases(store, process, instant)
        variants_before = _count(store, "variant_dictionary")
        _replace(store, "case_sequences", temp=True)
        store.run("log", "new_variants")
        _replace(store, "case_variants", temp=True)
        _make_periods(store, process, instant)
        _replace_table(store, "cases", "case_table")
        _replace_table(store, "instances", "instance_table", tolerance_us=process.case.clock_tolerance_us)
        for table in ("variants", "log_counts"):
            store.run_step(
                composed_step(f"log/clear_{table}", f"DELETE FROM main.{table} WHERE process = $process"),
                {"process": process.name},
            )
        variants = store.run("log", "publish_variants", process=process.name)
        store.run("log", "log_counts", process=process.name, as_of=instant, ignored=list(process.ignored_activities))
        quarantined = _publish_loads(store, process)
        _publish_process(store, process, instant)
        make_views(store, process)
        result = ShapeResult(
            as_of=instant,
            events=events,
            instances=instances,
            cases=_count(store, "cases"),
            variants=variants,
            variants_new=_count(store, "variant_dictionary") - variants_before,
            rows_quarantined=quarantined,
        )
    _drop_temporary(store)
    return result


def _nothing_usable(store: Store, process: ProcessSpec) -> Problem:
    told = "; ".join(
        f"{rejected.rows} x {rejected.reason} in {rejected.column}"
        + (f" (for example '{rejected.example}')" if rejected.example else "")
        for rejected in rejected_rows(store)
    )
    return Problem(
        f"no row of the sources can be used{': ' + told if told else ', they are empty'}.",
        f"process {process.name}",
        "Mend the mapping in process.yaml, or the sources.",
    )


def _count(store: Store, table: str) -> int:
    return int(store.fetch_sql("log/count", f"SELECT count(*) FROM {table}")[0][0])


def _replace(store: Store, name: str, *, temp: bool = False, **values: object) -> int:
    """Make a temp table from the step of the same name."""
    step = sql_step("log", name)
    where = "TEMP TABLE" if temp else "TABLE"
    target = f"temp.{name}" if temp else name
    return store.run_step(composed_step(f"log/{name}", f"CREATE OR REPLACE {where} {target} AS\n{step.sql}"), values)


def _replace_table(store: Store, table: str, step_name: str, **values: object) -> int:
    step = sql_step("log", step_name)
    return store.run_step(composed_step(f"log/{step_name}", f"CREATE OR REPLACE TABLE {table} AS\n{step.sql}"), values)


def _make_events(store: Store, process: ProcessSpec, as_of: datetime) -> int:
    """Events in their order: instant, order column, load, row; a case's rows lie together."""
    extra = "".join(f", e{i}" for i in range(len(process.attributes("event"))))
    common = (
        "case_id, activity, resource, role, instance_key, order_number, order_text, load_id, row_number, "
        "coalesce(by_lifecycle, false) AS by_lifecycle"
    )
    sql = f"""
        CREATE OR REPLACE TABLE events AS
        WITH raw AS (
            SELECT {common}{extra}, 'start' AS lifecycle, started_at AS occurred_at, NULL::TIMESTAMPTZ AS started_at,
                0 AS phase
            FROM temp.mapped_rows WHERE reject_reason IS NULL AND started_at IS NOT NULL
            UNION ALL
            SELECT {common}{extra}, coalesce(lifecycle, 'complete'), completed_at, started_at, 1
            FROM temp.mapped_rows WHERE reject_reason IS NULL AND completed_at IS NOT NULL
        )
        SELECT c.case_code,
            row_number() OVER (
                PARTITION BY c.case_code
                ORDER BY r.occurred_at, r.order_number, r.order_text, r.load_id, r.row_number, r.phase
            ) AS position,
            a.activity_code, r.lifecycle, s.resource_code, o.role_code, r.occurred_at, r.started_at,
            r.by_lifecycle, r.instance_key, r.load_id, r.row_number{extra.replace(", e", ", r.e")}
        FROM raw AS r
        JOIN case_ids AS c USING (case_id)
        JOIN activities AS a USING (activity)
        LEFT JOIN resources AS s USING (resource)
        LEFT JOIN roles AS o ON o.role = r.role
        WHERE r.occurred_at <= $as_of
        ORDER BY c.case_code, position
    """
    store.run_step(composed_step("log/events", sql), {"as_of": as_of})
    return _count(store, "events")


def _make_instances(store: Store, process: ProcessSpec) -> int:
    has_lifecycle = any(source.lifecycle is not None for source in process.sources)
    base = sql_step("log", "lifecycle_instances" if has_lifecycle else "plain_instances").sql
    sql = f"""
        CREATE OR REPLACE TEMP TABLE raw_instances AS
        SELECT case_code, CAST(row_number() OVER (PARTITION BY case_code ORDER BY position) AS INTEGER) AS instance,
            position, activity_code, resource_code, role_code, started_at, completed_at,
            lag(completed_at) OVER (PARTITION BY case_code ORDER BY position) AS before_at
        FROM ({base})
        WHERE activity_code NOT IN (SELECT activity_code FROM activities WHERE list_contains($ignored, activity))
    """
    store.run_step(composed_step("log/raw_instances", sql), {"ignored": list(process.ignored_activities)})
    return _count(store, "temp.raw_instances")


def _make_case_attributes(store: Store, process: ProcessSpec, as_of: datetime) -> None:
    """Attributes of cases: the first value in the order of events; a case table's latest row wins over it.

    A row that lies after `as_of` has not happened yet and says nothing.
    """
    specs = process.attributes("case")
    columns = [f"k{i}" for i in range(len(specs))]
    from_events = "".join(
        f", arg_min({k}, (coalesce(started_at, completed_at), order_number, order_text, load_id, row_number)) "
        f"FILTER ({k} IS NOT NULL) AS {k}"
        for k in columns
    )
    from_tables = "".join(f", arg_max({k}, (load_id, row_number)) FILTER ({k} IS NOT NULL) AS {k}" for k in columns)
    merged = "".join(f", coalesce(t.{k}, m.{k}) AS {k}" for k in columns)
    sql = f"""
        CREATE OR REPLACE TEMP TABLE case_attributes AS
        SELECT c.case_code{merged}
        FROM (SELECT DISTINCT case_code FROM events) AS present
        JOIN case_ids AS c USING (case_code)
        LEFT JOIN (
            SELECT case_id{from_events} FROM temp.mapped_rows
            WHERE reject_reason IS NULL AND coalesce(started_at, completed_at) <= $as_of
            GROUP BY case_id
        ) AS m USING (case_id)
        LEFT JOIN (SELECT case_id{from_tables} FROM temp.mapped_case_rows GROUP BY case_id) AS t USING (case_id)
    """
    if not columns:
        sql = "CREATE OR REPLACE TEMP TABLE case_attributes AS SELECT DISTINCT case_code FROM events"
    store.run_step(composed_step("log/case_attributes", sql), {"as_of": as_of})


def _make_cases(store: Store, process: ProcessSpec, as_of: datetime) -> None:
    names = [spec.name for spec in process.attributes("case")]
    rule = process.case
    start = f"k{names.index(rule.start_attribute)}" if rule.start_attribute else "NULL::TIMESTAMPTZ"
    end = f"k{names.index(rule.end_attribute)}" if rule.end_attribute else "NULL::TIMESTAMPTZ"
    store.run_step(
        composed_step(
            "log/case_facts",
            f"""
            CREATE OR REPLACE TEMP TABLE case_facts AS
            SELECT f.*, {start} AS start_attribute_at, {end} AS end_attribute_at
            FROM (
                SELECT case_code, min(occurred_at) AS first_event_at, max(occurred_at) AS last_event_at,
                    count(*) AS event_count
                FROM events GROUP BY case_code
            ) AS f
            JOIN temp.case_attributes AS a USING (case_code)
            """,
        )
    )
    roles = [
        (role, name)
        for role, activities in (
            ("start", rule.start_activities),
            ("end", rule.end_activities),
            ("reopen", rule.reopened_by),
            ("from", rule.measured_from),
            ("to", rule.measured_to),
        )
        for name in activities
    ]
    table = arrow_table(
        {
            "role": (pa.string(), [role for role, _ in roles]),
            "activity": (pa.string(), [name for _, name in roles]),
        }
    )
    with store.registered("given_rules", table):
        store.run_step(
            composed_step(
                "log/rule_activities",
                """
                CREATE OR REPLACE TEMP TABLE rule_activities AS
                SELECT g.role, a.activity_code FROM given_rules AS g JOIN activities AS a USING (activity)
                """,
            )
        )
    observed = None
    if rule.observed_from is not None:
        observed = months(process.time_zone, *[_day(rule.observed_from.isoformat(), process.time_zone)] * 2)[0]
        observed_at = _day(rule.observed_from.isoformat(), process.time_zone)
    _replace(
        store,
        "case_boundaries",
        temp=True,
        as_of=as_of,
        ends_with_last_event=rule.ends_with_last_event,
        has_end_attribute=rule.end_attribute is not None,
        idle_us=None if rule.idle_seconds is None else int(rule.idle_seconds * 1_000_000),
        observed_from=None if observed is None else observed_at,
    )


def _day(text: str, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _make_periods(store: Store, process: ProcessSpec, as_of: datetime) -> None:
    """The months from the first case to the last event or `as_of`, whichever is later."""
    row = store.fetch_sql(
        "log/extent",
        """
        SELECT min(least(started_at, first_event_at)), max(greatest(ended_at, last_event_at)) FROM temp.case_boundaries
        """,
    )[0]
    table = periods_table(months(process.time_zone, row[0], max(row[1], as_of) + timedelta(seconds=1)))
    with store.registered("given_periods", table):
        store.run_step(composed_step("log/periods", "CREATE OR REPLACE TABLE periods AS SELECT * FROM given_periods"))


def _publish_loads(store: Store, process: ProcessSpec) -> int:
    """Copy the ledger of loads and the quarantine to the mart; the number of quarantined rows."""
    name = process.name
    for table in ("loads", "quarantined_rows"):
        store.run_step(
            composed_step(f"log/clear_{table}", f"DELETE FROM main.{table} WHERE process = $process"),
            {"process": name},
        )
    quarantined = store.run("log", "publish_unreadable", process=name)
    quarantined += _publish_rejected(store, process)
    _publish_replayed(store, process)
    store.run("log", "publish_loads", process=name)
    return quarantined


def _publish_rejected(store: Store, process: ProcessSpec) -> int:
    """Rejected rows with their whole text, source by source: the columns of each differ."""
    total = 0
    numbers = store.fetch_sql(
        "log/rejecting_sources",
        "SELECT DISTINCT source_no FROM temp.mapped_rows WHERE reject_reason IS NOT NULL ORDER BY source_no",
    )
    for (number,) in numbers:
        columns = store.fetch_sql(
            "log/rejecting_columns",
            "SELECT column_no, name FROM landing.main.landing_columns WHERE source_no = $number ORDER BY column_no",
            number=number,
        )
        # the row is shown under the names of its source, which are values here, never identifiers
        pairs = ", ".join(f"$n{column}, r.c{column}" for column, _ in columns)
        total += store.run_step(
            composed_step(
                "log/publish_rejected",
                f"""
                INSERT INTO main.quarantined_rows
                SELECT DISTINCT ON (m.load_id, m.row_number, m.reject_column) $process, s.source, m.load_id,
                    m.row_number, m.reject_reason, m.reject_column, m.reject_value,
                    left(CAST(json_object({pairs}) AS VARCHAR), 2000), NULL
                FROM temp.mapped_rows AS m
                JOIN landing.main.landing_sources AS s USING (source_no)
                JOIN landing.main.rows_{int(number)} AS r ON r.load_id = m.load_id AND r.row_number = m.row_number
                WHERE m.source_no = {int(number)} AND m.reject_reason IS NOT NULL
                ORDER BY m.load_id, m.row_number, m.reject_column
                """,
            ),
            {"process": process.name, **{f"n{column}": name for column, name in columns}},
        )
    return total


def _publish_replayed(store: Store, process: ProcessSpec) -> None:
    """Held rows that were let in stay listed, with the instant of the replay."""
    store.run("log", "publish_replayed", process=process.name)


def _publish_process(store: Store, process: ProcessSpec, as_of: datetime) -> None:
    store.run_step(
        composed_step("log/clear_process", "DELETE FROM main.processes WHERE process = $process"),
        {"process": process.name},
    )
    store.run_step(
        composed_step(
            "log/publish_process",
            "INSERT INTO main.processes VALUES ($process, $en, $zh, $owner, $zone, $url, $segments, $as_of)",
        ),
        {
            "process": process.name,
            "en": process.title_en,
            "zh": process.title_zh,
            "owner": process.owner,
            "zone": process.time_zone,
            "url": process.case_url,
            "segments": list(process.segments),
            "as_of": as_of,
        },
    )


def _drop_temporary(store: Store) -> None:
    for table in (
        "mapped_rows",
        "mapped_case_rows",
        "duplicate_rows",
        "filtered_rows",
        "raw_instances",
        "case_attributes",
        "case_facts",
        "rule_activities",
        "case_boundaries",
        "case_sequences",
        "case_variants",
    ):
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
