"""Shaping: from landed rows to events, instances, cases and variants of one process, in one transaction.

Per case (promise 9): a night makes anew the cases whose rows changed; all of them where the mapping or the step itself
changed. What is large goes range by range of cases, so that no step holds the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.errors import Problem, WarehouseError
from warehouse.handing_on import JUDGED, SHAPED, collect, hand_on, take_away
from warehouse.hotspots.tallies import take_out
from warehouse.landing.loads import extraction_instant
from warehouse.log.attributes import make_case_attributes
from warehouse.log.carried import drop_carried, show_carried, take_up_carried
from warehouse.log.decided import publish_decided, write_figures, write_rejected, write_unfinished_starts
from warehouse.log.events import replace_all_events, replace_touched_events
from warehouse.log.instances import (
    activity_codes,
    bare_instances,
    is_bare,
    make_boundaries,
    make_raw_instances,
    write_cases,
    write_instances,
)
from warehouse.log.mapping import check_columns, lies_in_order, map_rows, rejected_rows
from warehouse.log.naming import code_cases, current_cases, keep_names
from warehouse.log.periods import extent, make_periods
from warehouse.log.standing import find_collisions, lay_standing, may_stand
from warehouse.log.tables import clear_touched, has_tables, lay_out, lay_out_counts, show_instances
from warehouse.log.temporary import drop_mapped, drop_temp_tables
from warehouse.log.touched import (
    LogState,
    change_number,
    choose_rows,
    chosen_rows,
    code_touched,
    count_duplicates,
    find_touched,
    former_instances,
    latest_untouched,
    log_state,
    mapping_digest,
    stands_alone,
    touch_by_instant,
    touch_by_interval,
    write_state,
)
from warehouse.log.variants import find_variants
from warehouse.mart.catalogue import process_schema
from warehouse.mart.views import make_views
from warehouse.specification import Interval, ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

# what one range of cases may hold: its instances fit into a small part of the memory that a night needs anyway
EVENTS_OF_A_RANGE = 12_000_000


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """What shaping made; `events` to `variants` are all that stand now, `cases_touched` those made anew."""

    as_of: datetime
    events: int
    cases: int
    variants: int
    cases_touched: int
    variants_new: int
    rows_quarantined: int


def shape(
    store: Store,
    process: ProcessSpec,
    *,
    as_of: datetime | None,
    anew: bool = False,
    interval: Interval | None = None,
    events_of_a_range: int = EVENTS_OF_A_RANGE,
) -> ShapeResult:
    """Bring the event log of a process to the state of its current loads.

    `as_of` None stands for the instant at which live sources were asked, else for the latest event; `anew` makes all
    cases anew, `interval` also those with an event in it. Raises `WarehouseError` where a mapped column is missing, or
    no row can be used. Cost: a few sorts of the events of the touched cases, and a scan of the
    case column of the landed rows; memory spills to disk.
    """
    check_columns(store, process)
    take_away(store, *SHAPED, *JUDGED)
    is_carried = take_up_carried(store, process, mapping=mapping_digest(process))
    try:
        result, is_whole = _shape(
            store,
            process,
            as_of=as_of,
            anew=anew,
            interval=interval,
            is_carried=is_carried,
            events_of_a_range=events_of_a_range,
        )
        if not is_whole:
            hand_on(store, *SHAPED, cases="temp.touched")
        return result
    finally:
        drop_temp_tables(store)
        drop_carried(store)


def _shape(
    store: Store,
    process: ProcessSpec,
    *,
    as_of: datetime | None,
    anew: bool,
    interval: Interval | None,
    is_carried: bool,
    events_of_a_range: int,
) -> tuple[ShapeResult, bool]:
    """What was made, and whether it was the whole log."""
    # a live source is complete up to the instant at which it was asked
    as_of = as_of or extraction_instant(
        store, process=process.name, sources=[source.name for source in process.sources]
    )
    with store.transaction("mart"):
        schema = process_schema(store, process.name)
        store.use("mart", schema)
        mapping = mapping_digest(process)
        state = log_state(store) if has_tables(store, schema) else None
        change_no = change_number(store)
        is_whole = anew or state is None or state.mapping != mapping or (is_carried and stands_alone(store, process))
        if is_whole or state is None:
            instant, touched, new = _all_cases(store, process, as_of, events_of_a_range, is_carried=is_carried)
        else:
            lay_out_counts(store)  # a log that an earlier release laid out lacks them, and needs no other change
            instant, touched, new = _touched_cases(store, process, as_of, state, interval)
        write_state(store, process, LogState(mapping=mapping, as_of=instant, change_no=change_no))
        store.run_step(
            composed_step("log/clear_variants", "DELETE FROM main.variants WHERE process = $process"),
            {"process": process.name},
        )
        variants = store.run("log", "publish_variants", process=process.name)
        quarantined = publish_decided(store, process)
        _publish_process(store, process, instant)
        make_views(store, process)
        result = ShapeResult(
            as_of=instant,
            events=_count(store, "events"),
            cases=_count(store, "cases"),
            variants=variants,
            cases_touched=touched,
            variants_new=new,
            rows_quarantined=quarantined,
        )
    return result, is_whole


def _count(store: Store, table: str) -> int:
    return int(store.fetch_sql("log/count", f"SELECT count(*) FROM {table}")[0][0])


def _latest(store: Store) -> datetime | None:
    latest: datetime | None = store.fetch("log", "as_of")[0][0]
    return latest


def _all_cases(
    store: Store, process: ProcessSpec, as_of: datetime | None, events_of_a_range: int, *, is_carried: bool
) -> tuple[datetime, int, int]:
    """Make the whole log anew: the instant, the cases, the variants never seen before."""
    if is_carried:
        in_order = show_carried(store, process)
    else:
        code_cases(store, current_cases(store, process))
        map_rows(store, process, dictionary="case_ids")
        in_order = lies_in_order(process)
    latest = _latest(store)
    if latest is None:
        raise WarehouseError(_nothing_usable(store, process))
    instant = as_of or latest
    lay_out(store, process)
    keep_names(store, process)
    events = replace_all_events(store, process, instant, in_order=in_order)
    show_instances(store, process)
    if events == 0:
        raise WarehouseError(_nothing_yet(process, instant))
    write_figures(store, instant)
    write_rejected(store)
    make_case_attributes(store, process, instant)
    # what no later step reads must not lie in memory beside it
    drop_mapped(store)
    first, last = _event_extent(store, "events", otherwise=instant)
    make_periods(store, process, first, max(last, instant))
    new = 0
    for low, high in _ranges(store, events, events_of_a_range):
        store.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW scope_events AS FROM events WHERE case_code BETWEEN {low} AND {high}"
        )
        new += _derive(store, process, instant, aside=False)
    first, last = extent(store)
    make_periods(store, process, first, max(last, instant))
    store.connection.execute("INSERT INTO owed VALUES ('judge', NULL), ('hotspots', NULL)")
    return instant, _count(store, "cases"), new


def _touched_cases(
    store: Store, process: ProcessSpec, as_of: datetime | None, state: LogState, interval: Interval | None
) -> tuple[datetime, int, int]:
    """Make the cases anew whose rows changed, that look otherwise at the new instant, or that the interval names."""
    find_touched(store, process, state)
    code_touched(store)
    if interval is not None:
        touch_by_interval(store, interval)
    instant = as_of
    if instant is None:
        has_standing = _map_touched(store, process)
        latest = _latest(store)
        known = [at for at in (latest, latest_untouched(store, after=latest)) if at is not None]
        if not known:
            raise WarehouseError(_nothing_usable(store, process))
        instant = max(known)
        if touch_by_instant(store, process, former=state.as_of, as_of=instant):
            has_standing = _map_touched(store, process)
    else:
        touch_by_instant(store, process, former=state.as_of, as_of=instant)
        has_standing = _map_touched(store, process)
    count_duplicates(store)
    keep_names(store, process)
    take_out(store, "temp.touched", instances=former_instances(process))
    clear_touched(store, process)
    in_order = lies_in_order(process) and not has_standing
    events = replace_touched_events(store, process, instant, in_order=in_order)
    if events == 0:
        raise WarehouseError(_nothing_yet(process, instant))
    write_figures(store, instant)
    write_rejected(store)
    make_case_attributes(store, process, instant)
    store.connection.execute("CREATE OR REPLACE TEMP VIEW scope_events AS FROM temp.touched_events")
    # the months of the others are known
    first, last = _event_extent(store, "temp.touched_events", otherwise=instant)
    make_periods(store, process, first, max(last, instant))
    collect(store, *SHAPED)
    new = _derive(store, process, instant, aside=True)
    first, last = extent(store)
    make_periods(store, process, first, max(last, instant))
    store.run_step(composed_step("log/owe_judging", "INSERT INTO owed SELECT 'judge', case_code FROM temp.touched"))
    return instant, _count(store, "temp.touched"), new


def _map_touched(store: Store, process: ProcessSpec) -> bool:
    """Show the rows of the touched cases as mapped; whether some lie there as their events tell them, out of order."""
    choose_rows(store, process)
    map_rows(store, process, rows=chosen_rows, dictionary="temp.touched")
    if not may_stand(process):
        return False
    if find_collisions(store):
        choose_rows(store, process)
        map_rows(store, process, rows=chosen_rows, dictionary="temp.touched")
    return lay_standing(store, process) > 0


def _derive(store: Store, process: ProcessSpec, as_of: datetime, *, aside: bool) -> int:
    """Instances and cases of the scope appended to their tables; the number of variants never seen before.

    With `aside` they also stay in `temp.made_instances` and `temp.made_cases`.
    """
    if is_bare(process):
        instances = bare_instances("temp.scope_events")
        store.connection.execute(f"CREATE TEMP VIEW raw_instances AS {instances}")
        new = _derive_cases(store, process, as_of, aside=aside)
        store.connection.execute("DROP VIEW temp.raw_instances")
        if aside:
            store.run_step(composed_step("log/made_instances", f"INSERT INTO temp.made_instances {instances}"))
        return new
    make_raw_instances(store, process)
    new = _derive_cases(store, process, as_of, aside=aside)
    write_instances(store, process, aside=aside)
    write_unfinished_starts(store, activity_codes(store, process.ignored_activities))
    return new


def _derive_cases(store: Store, process: ProcessSpec, as_of: datetime, *, aside: bool) -> int:
    """Cases of the scope, from its events and instances, appended; the number of variants never seen before."""
    make_boundaries(store, process, as_of)
    new = find_variants(store)
    write_cases(store, process, aside=aside)
    return new


def _event_extent(store: Store, events: str, *, otherwise: datetime) -> tuple[datetime, datetime]:
    """From the earliest to the latest instant that a case can begin or end at: its events' and its attributes'."""
    attributes = store.fetch_sql(
        "log/instant_attributes",
        "SELECT column_name FROM duckdb_columns() WHERE database_name = 'temp' AND table_name = 'case_attributes' "
        "AND data_type = 'TIMESTAMP WITH TIME ZONE' ORDER BY column_name",
    )
    relations = [f"SELECT min(occurred_at) AS low, max(occurred_at) AS high FROM {events}"]
    relations += [f"SELECT min({name}), max({name}) FROM temp.case_attributes" for (name,) in attributes]
    row = store.fetch_sql("log/event_extent", f"SELECT min(low), max(high) FROM ({' UNION ALL '.join(relations)})")[0]
    first: datetime = row[0] or otherwise
    last: datetime = row[1] or otherwise
    return first, last


def _ranges(store: Store, events: int, events_of_a_range: int) -> list[tuple[int, int]]:
    """Ranges of case codes with about so many events each; events are stored by case, so a range is read by itself."""
    parts = max(1, -(-events // events_of_a_range))
    low, high = store.fetch_sql("log/code_extent", "SELECT min(case_code), max(case_code) FROM events")[0]
    edges = [low + (high + 1 - low) * part // parts for part in range(parts + 1)]
    return [(edges[part], edges[part + 1] - 1) for part in range(parts) if edges[part + 1] > edges[part]]


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


def _nothing_yet(process: ProcessSpec, instant: datetime) -> Problem:
    return Problem(
        f"no event lies at or before {instant:%Y-%m-%d %H:%M:%S} UTC; the earliest is later.",
        f"process {process.name}",
        "Give a later --as-of.",
    )


def _publish_process(store: Store, process: ProcessSpec, as_of: datetime) -> None:
    store.run_step(
        composed_step("log/clear_process", "DELETE FROM main.processes WHERE process = $process"),
        {"process": process.name},
    )
    store.run_step(
        composed_step(
            "log/publish_process",
            "INSERT INTO main.processes "
            "SELECT $process, $en, $zh, $owner, $zone, $url, $segments, $as_of, min(started_at), "
            "max(coalesce(ended_at, started_at)) FROM cases",
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
