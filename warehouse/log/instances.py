"""Activity instances and cases, made for a range of cases at a time: `temp.scope_events` holds their events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from warehouse.handing_on import append
from warehouse.log.temporary import filled_columns
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store

# of the 64 bits of a word, an entry takes as many as the number of activities needs
_WORD_BITS = 64


def activity_codes(store: Store, names: Sequence[str]) -> tuple[int, ...]:
    """The codes of the named activities that the log knows."""
    rows = store.fetch_sql(
        "log/activity_codes",
        "SELECT activity_code FROM activities WHERE list_contains($names, activity) ORDER BY activity_code",
        names=list(names),
    )
    return tuple(row[0] for row in rows)


def _among(codes: tuple[int, ...]) -> str:
    """A condition on activity_code; codes are our own whole numbers."""
    return f"activity_code IN ({', '.join(map(str, codes))})" if codes else "false"


def _of(aggregate: str, codes: tuple[int, ...]) -> str:
    """An aggregate over the instances of some activities; where there are none, nothing is kept for it."""
    return f"{aggregate} FILTER ({_among(codes)})" if codes else f"CASE WHEN false THEN {aggregate} END"


def is_bare(process: ProcessSpec) -> bool:
    """Whether every event is an activity instance without a start, and every case starts with its first event."""
    return (
        not filled_columns(process) & {"lifecycle", "started_at"}
        and not process.ignored_activities
        and process.case.start_attribute is None
    )


def bare_instances(events: str) -> str:
    """The activity instances of a bare process: its events, under the names that instances have.

    The same rows as `make_raw_instances` and `write_instances` give; a log of 100 million events is stored once.
    """
    return (
        "SELECT case_code, position AS instance, position, activity_code, resource_code, role_code, enabled_at, "
        f"started_at, occurred_at AS completed_at FROM {events}"
    )


def make_raw_instances(store: Store, process: ProcessSpec) -> None:
    """Fill `temp.raw_instances`: the entries of each case in order of completion, with the completion before each."""
    has_lifecycle = any(source.lifecycle is not None for source in process.sources)
    ignored = activity_codes(store, process.ignored_activities)
    if has_lifecycle:
        paired = sql_step("log", "lifecycle_instances").sql
        base = f"SELECT * FROM ({paired}) WHERE NOT ({_among(ignored)}) ORDER BY case_code, position"
    else:
        base = f"SELECT * FROM ({sql_step('log', 'plain_instances').sql}) WHERE NOT ({_among(ignored)})"
    sql = f"""
        CREATE OR REPLACE TEMP TABLE raw_instances AS
        SELECT case_code,
            CAST(
                nth - max(CASE WHEN is_first THEN nth END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) + 1
                AS INTEGER
            ) AS instance,
            position, activity_code, resource_code, role_code, started_at, completed_at,
            CASE WHEN NOT is_first THEN last_at END AS before_at
        FROM (
            SELECT *, row_number() OVER () AS nth, lag(completed_at) OVER () AS last_at,
                lag(case_code) OVER () IS DISTINCT FROM case_code AS is_first
            FROM ({base})
        )
    """
    store.run_step(composed_step("log/raw_instances", sql))


def make_boundaries(store: Store, process: ProcessSpec, as_of: datetime) -> None:
    """Fill `temp.case_boundaries`: where each case begins and ends, the part that is measured, and its state.

    Only what the process's rules ask for is computed. Cost: one grouping of the events and one of the instances, which
    is the only one where the two are the same.
    """
    rule = process.case
    names = [spec.name for spec in process.attributes("case")]
    start = f"a.k{names.index(rule.start_attribute)}" if rule.start_attribute else "NULL::TIMESTAMPTZ"
    end = f"a.k{names.index(rule.end_attribute)}" if rule.end_attribute else "NULL::TIMESTAMPTZ"
    starts, ends, reopens, froms, tos = (
        activity_codes(store, given)
        for given in (
            rule.start_activities,
            rule.end_activities,
            rule.reopened_by,
            rule.measured_from,
            rule.measured_to,
        )
    )
    bits, per_word = word_layout(store)
    words = ", ".join(
        f"bit_or(CASE WHEN instance > {word * per_word} AND instance <= {(word + 1) * per_word} THEN "
        f"CAST(activity_code + 1 AS UBIGINT) << CAST((instance - {word * per_word + 1}) * {bits} AS UBIGINT) END) "
        f"AS word_{word}"
        for word in (0, 1)
    )
    finished = ""
    if reopens:
        finished = f"""finished AS (
            SELECT i.case_code, max(i.completed_at) AS end_at
            FROM temp.raw_instances AS i JOIN marks AS m USING (case_code)
            WHERE {_among(ends)} AND i.instance > coalesce(m.reopened, 0) GROUP BY i.case_code
        ),"""
    measured = ""
    if tos:
        measured = f""", measured AS (
            SELECT i.case_code, max(i.completed_at) AS to_at
            FROM temp.raw_instances AS i JOIN bounded AS b USING (case_code)
            WHERE {_among(tos)} AND i.completed_at <= b.ended_at GROUP BY i.case_code
        )"""
    attributes = "LEFT JOIN temp.case_attributes AS a USING (case_code)" if names else ""
    facts, events, of_events = "", "marks AS m", "m"
    if not is_bare(process):
        facts = """facts AS (
            SELECT case_code, min(occurred_at) AS first_event_at, max(occurred_at) AS last_event_at,
                count(*) AS event_count
            FROM temp.scope_events GROUP BY case_code
        ),"""
        events, of_events = "facts AS f LEFT JOIN marks AS m USING (case_code)", "f"
    sql = f"""
        CREATE OR REPLACE TEMP TABLE case_boundaries AS
        WITH {facts}
        marks AS {"MATERIALIZED" if reopens else "NOT MATERIALIZED"} (
            SELECT case_code, count(*) AS entries, {words},
                min(completed_at) AS first_event_at, max(completed_at) AS last_event_at, count(*) AS event_count,
                {_of("min(coalesce(started_at, completed_at))", starts)} AS start_activity_at,
                {_of("max(instance)", reopens)} AS reopened,
                {_of("max(completed_at)", reopens)} AS reopened_at,
                {_of("min(completed_at)", froms)} AS from_at,
                {_of("max(completed_at)", ends)} AS end_at
            FROM temp.raw_instances GROUP BY case_code
        ),
        {finished}
        bounded AS {"MATERIALIZED" if tos else "NOT MATERIALIZED"} (
            SELECT {of_events}.case_code, {of_events}.first_event_at, {of_events}.last_event_at,
                {of_events}.event_count, coalesce(m.entries, 0) AS entries, m.word_0, m.word_1,
                coalesce({start}, m.start_activity_at, {of_events}.first_event_at) AS started_at,
                CASE
                    WHEN $ends_with_last_event THEN {of_events}.last_event_at
                    WHEN $has_end_attribute THEN
                        CASE WHEN {end} <= $as_of AND NOT coalesce(m.reopened_at > {end}, false) THEN {end} END
                    ELSE {"e" if reopens else "m"}.end_at
                END AS ended_at,
                m.from_at
            FROM {events}
            {"LEFT JOIN finished AS e USING (case_code)" if reopens else ""}
            {attributes}
        )
        {measured}
        SELECT b.case_code, b.entries, b.word_0, b.word_1,
            CASE
                WHEN b.started_at < $observed_from::TIMESTAMPTZ THEN 'partial'
                WHEN b.ended_at IS NOT NULL THEN 'closed'
                WHEN epoch_us($as_of) - epoch_us(b.last_event_at) > $idle_us::BIGINT THEN 'abandoned'
                ELSE 'open'
            END AS state,
            b.started_at, b.ended_at,
            coalesce(b.from_at, b.started_at) AS measured_from_at,
            CASE WHEN b.ended_at IS NOT NULL THEN {"coalesce(m.to_at, b.ended_at)" if tos else "b.ended_at"} END
                AS measured_to_at,
            b.first_event_at, b.last_event_at, b.event_count
        FROM bounded AS b
        {"LEFT JOIN measured AS m USING (case_code)" if tos else ""}
    """
    store.run_step(
        composed_step("log/case_boundaries", sql),
        {
            "as_of": as_of,
            "ends_with_last_event": rule.ends_with_last_event,
            "has_end_attribute": rule.end_attribute is not None,
            "idle_us": None if rule.idle_seconds is None else int(rule.idle_seconds * 1_000_000),
            "observed_from": None if rule.observed_from is None else _day(rule.observed_from.isoformat(), process),
        },
    )


def _day(text: str, process: ProcessSpec) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(process.time_zone)).astimezone(UTC)


def word_layout(store: Store) -> tuple[int, int]:
    """How a short sequence is packed into whole numbers: bits an entry, entries a word of 64 bits."""
    highest = store.fetch_sql("log/highest_code", "SELECT coalesce(max(activity_code), 0) FROM activities")[0][0]
    bits = max(1, int(highest + 1).bit_length())
    return bits, _WORD_BITS // bits


def write_instances(store: Store, process: ProcessSpec, *, aside: bool) -> int:
    """Append `temp.raw_instances` with the instant that enabled each to `instances`; how many.

    With `aside` they also stay in `temp.made_instances`.
    """
    tolerance = {"tolerance_us": process.case.clock_tolerance_us}
    return append(store, "instances", sql_step("log", "instance_table"), tolerance, aside=aside)


def write_cases(store: Store, process: ProcessSpec, *, aside: bool) -> int:
    """Append the cases of the scope to `cases`; how many. With `aside` they also stay in `temp.made_cases`."""
    names = [f"k{i}" for i in range(len(process.attributes("case")))]
    attributes = "".join(f", a.{name}" for name in names)
    join = "LEFT JOIN temp.case_attributes AS a USING (case_code)" if names else ""
    query = f"""
            SELECT b.case_code, b.state, b.started_at, b.ended_at, b.measured_from_at,
                nullif(b.measured_to_at, b.ended_at) AS other_measured_to_at,
                b.first_event_at, nullif(b.last_event_at, b.ended_at) AS other_last_event_at, b.event_count,
                v.variant_no, d.period_no + CASE WHEN b.ended_at >= d.next_from THEN 1 ELSE 0 END AS period_no
                {attributes}
            FROM temp.case_boundaries AS b
            JOIN temp.case_variants AS v USING (case_code)
            {join}
            LEFT JOIN temp.period_days AS d ON d.day = {epoch_day("b.ended_at")}
            ORDER BY b.case_code
    """
    return append(store, "cases", composed_step("log/case_table", query), aside=aside)


def epoch_day(instant: str) -> str:
    """The number of an instant's UTC day, counted from a day so early that no number is negative."""
    return f"(epoch_us({instant}) + 62135596800000000) // 86400000000"
