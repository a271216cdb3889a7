"""Which cases a night derives anew: those whose landed rows are others than when their log was last made.

Per case (promise 9). The events that stand were made from the loads in `shaped_loads`; what differs from the loads that
are current now, and the cases that landing names in row_changes, are touched. So it does not matter in how many nights,
or with which of them cut off, the rows came.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from warehouse.case_columns import last_event
from warehouse.landing.loads import source_number
from warehouse.log.duplicates import crosses_cases, current_rows, find_duplicates, keys_that_may_repeat
from warehouse.log.instances import bare_instances, is_bare
from warehouse.log.mapping import standing_rows
from warehouse.log.naming import case_text
from warehouse.log.standing import begin_collisions, find_standing
from warehouse.specification import Interval, ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

STEP_VERSION = 3
"""Of the steps that make the log: another one makes every log anew."""


@dataclass(frozen=True, slots=True)
class LogState:
    """What the events that stand were made from: the mapping by its digest, the instant, and the landing change."""

    mapping: str
    as_of: datetime
    change_no: int


def mapping_digest(process: ProcessSpec) -> str:
    """A digest of all in a process that its event log depends on: not its titles, its owner or its segments."""
    bare = replace(process, title_en="", title_zh="", owner="", case_url=None, segments=())
    return hashlib.sha256(repr((STEP_VERSION, bare)).encode()).hexdigest()


def log_state(store: Store) -> LogState | None:
    """The state of the log in the schema in use; None where it was never made."""
    rows = store.fetch_sql("log/state", "SELECT mapping, as_of, change_no FROM log_state")
    return LogState(*rows[0]) if rows else None


def change_number(store: Store) -> int:
    """The number of the latest change of landing."""
    return int(store.fetch_sql("log/change_number", "SELECT generation FROM landing.main.schema_info")[0][0])


def write_state(store: Store, process: ProcessSpec, state: LogState) -> None:
    """Note what the log was made from, with the loads."""
    store.run_step(composed_step("log/forget_state", "DELETE FROM log_state"))
    store.run_step(
        composed_step("log/write_state", "INSERT INTO log_state VALUES ($mapping, $as_of, $change_no)"),
        {"mapping": state.mapping, "as_of": state.as_of, "change_no": state.change_no},
    )
    store.run_step(composed_step("log/forget_loads", "DELETE FROM shaped_loads"))
    store.run_step(
        composed_step("log/write_loads", f"INSERT INTO shaped_loads {_CURRENT_LOADS}"),
        {"process": process.name, "sources": [source.name for source in process.sources]},
    )


_CURRENT_LOADS = """
    SELECT l.load_id FROM landing.main.landing_loads AS l
    JOIN landing.main.landing_sources AS s USING (source_no)
    WHERE s.process = $process AND list_contains($sources, s.source) AND l.is_current
"""


def find_touched(store: Store, process: ProcessSpec, state: LogState) -> None:
    """Fill `temp.touched_names` with the cases (as their sources name them; empty: rows without a case).

    Cost: a scan of the changed loads; under a key that can move a row from case to case, one of the keys of all rows.
    """
    sources = [source.name for source in process.sources]
    store.run_step(
        composed_step(
            "log/changed_loads",
            f"""
            CREATE OR REPLACE TEMP TABLE changed_loads AS
            (FROM ({_CURRENT_LOADS}) EXCEPT FROM shaped_loads)
            UNION ALL (FROM shaped_loads EXCEPT FROM ({_CURRENT_LOADS}))
            """,
        ),
        {"process": process.name, "sources": sources},
    )
    store.run_step(
        composed_step(
            "log/touched_by_name",
            """
            CREATE OR REPLACE TEMP TABLE changed_cases AS
            SELECT DISTINCT case_id FROM landing.main.row_changes WHERE process = $process AND change_no > $change_no
            """,
        ),
        {"process": process.name, "change_no": state.change_no},
    )
    store.run_step(
        composed_step("log/touched_names", "CREATE OR REPLACE TEMP TABLE touched_names AS FROM temp.changed_cases")
    )
    begin_collisions(store)
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        text = case_text(store, process, source)
        if number is None or text is None:
            continue
        changed = f"FROM landing.main.rows_{number} AS r SEMI JOIN temp.changed_loads USING (load_id)"
        add_named(store, f"log/touched_by_load/{source.name}", f"SELECT {text} AS case_id {changed}")
        if crosses_cases(source):
            add_named(
                store,
                f"log/touched_by_key/{source.name}",
                f"""
                SELECT {text} AS case_id FROM landing.main.rows_{number} AS r
                WHERE row_key IN (SELECT row_key {changed})
                """,
            )


def stands_alone(store: Store, process: ProcessSpec) -> bool:
    """Whether none of the loads that the log was made of is a current one: all cases are touched."""
    rows = store.fetch_sql(
        "log/standing_loads",
        f"SELECT count(*) FROM shaped_loads SEMI JOIN ({_CURRENT_LOADS}) USING (load_id)",
        process=process.name,
        sources=[source.name for source in process.sources],
    )
    return rows == [(0,)]


def add_named(store: Store, step: str, cases: str) -> None:
    """Add the cases of a query with the one column case_id to those that are touched by name."""
    store.run_step(
        composed_step(
            step,
            "INSERT INTO temp.touched_names "
            f"SELECT DISTINCT case_id FROM ({cases}) ANTI JOIN temp.touched_names USING (case_id)",
        )
    )


def code_touched(store: Store) -> None:
    """Fill `temp.touched` (case_code, case_id) from the names; cases never seen before get codes of their own.

    Cost: one join of the names with those of all cases; from here on cases go by their codes.
    """
    store.run_step(
        composed_step(
            "log/touched",
            """
            CREATE OR REPLACE TEMP TABLE touched AS
            SELECT c.case_code, t.case_id FROM temp.touched_names AS t LEFT JOIN case_ids AS c USING (case_id)
            """,
        )
    )
    store.run_step(
        composed_step(
            "log/new_touched",
            """
            CREATE OR REPLACE TEMP TABLE new_touched AS
            SELECT known.highest + CAST(row_number() OVER (ORDER BY case_id) AS INTEGER) AS case_code, case_id
            FROM (FROM temp.touched WHERE case_code IS NULL),
                (SELECT coalesce(max(case_code), -1) AS highest FROM case_ids) AS known
            """,
        )
    )
    store.run_step(composed_step("log/keep_touched", "INSERT INTO case_ids FROM temp.new_touched ORDER BY case_code"))
    store.connection.execute("DELETE FROM temp.touched WHERE case_code IS NULL")
    store.run_step(composed_step("log/add_touched", "INSERT INTO temp.touched FROM temp.new_touched"))
    store.connection.execute("DROP TABLE temp.new_touched")


def _add_touched(store: Store, step: str, cases: str, **values: object) -> int:
    """Add the cases of a query with the one column case_code; how many."""
    return store.run_step(
        composed_step(
            step,
            f"""
            INSERT INTO temp.touched
            SELECT case_code, c.case_id
            FROM (SELECT DISTINCT case_code FROM ({cases}) ANTI JOIN temp.touched USING (case_code))
            JOIN case_ids AS c USING (case_code)
            """,
        ),
        values,
    )


def touch_by_interval(store: Store, interval: Interval) -> None:
    """Touch the cases with an event in the interval, those after the instant of judgement included.

    Cost: a scan of the instants of all events.
    """
    tests = [] if interval.since is None else ["{last} >= $since"]
    tests += [] if interval.until is None else ["{first} < $until"]
    within = " AND ".join(tests) or "true"
    values = {"since": interval.since, "until": interval.until}
    _add_touched(
        store,
        "log/touched_by_interval",
        f"""
        SELECT case_code FROM events WHERE {within.format(first="occurred_at", last="occurred_at")}
        UNION ALL
        SELECT case_code FROM pending_cases WHERE {within.format(first="first_at", last="last_at")}
        """,
        **{name: value for name, value in values.items() if value is not None},
    )


def touch_by_instant(store: Store, process: ProcessSpec, *, former: datetime, as_of: datetime) -> int:
    """Touch the cases that look otherwise at `as_of` than at the former instant; how many.

    Those with rows in between, those whose rest became or is no longer an abandonment, and those whose end was told
    beforehand. Cost: a scan of the cases.
    """
    names = [spec.name for spec in process.attributes("case")]
    rule = process.case
    last = last_event("c")
    tests = [f"{last} > $as_of"]
    if rule.idle_seconds is not None:
        tests.append(
            "ended_at IS NULL AND state <> 'partial' "
            f"AND (epoch_us($as_of) - epoch_us({last}) > $idle) <> (state = 'abandoned')"
        )
    if rule.end_attribute is not None:
        end = f"k{names.index(rule.end_attribute)}"
        tests.append(f"({end} <= $as_of) <> ({end} <= $former)")
    return _add_touched(
        store,
        "log/touched_by_instant",
        f"""
        SELECT case_code FROM cases AS c WHERE {" OR ".join(f"({test})" for test in tests)}
        UNION ALL
        SELECT case_code FROM pending_cases WHERE first_at <= $as_of
        """,
        as_of=as_of,
        former=former,
        idle=None if rule.idle_seconds is None else int(rule.idle_seconds * 1_000_000),
    )


def latest_untouched(store: Store, *, after: datetime | None) -> datetime | None:
    """The latest instant of the cases that nothing touches, rows after the former instant included.

    Where no case has one later than `after`, this may be None: it is then not looked whether a case is touched.
    """
    latest_of_all = store.fetch_sql(
        "log/latest_of_all",
        """
        SELECT greatest(
            (SELECT greatest(max(ended_at), max(other_last_event_at)) FROM cases),
            (SELECT max(last_at) FROM pending_cases)
        )
        """,
    )[0][0]
    if latest_of_all is None or (after is not None and latest_of_all <= after):
        return None
    row = store.fetch_sql(
        "log/latest_untouched",
        f"""
        SELECT max(at_) FROM (
            SELECT {last_event("c")} AS at_, case_code FROM cases AS c
            UNION ALL SELECT last_at, case_code FROM pending_cases
        ) ANTI JOIN temp.touched USING (case_code)
        """,
    )[0]
    latest: datetime | None = row[0]
    return latest


# rows of a case that neither its events nor its rejected rows show: their loads stand in `case_figures`
_UNSEEN = "('rows_duplicate', 'rows_filtered', 'rows_deleted', 'rows_after_as_of')"


def former_instances(process: ProcessSpec) -> str | None:
    """A query for the touched cases' instances as they still stand, where `choose_rows` has read them anyway."""
    return bare_instances("temp.former_events") if is_bare(process) else None


def choose_rows(store: Store, process: ProcessSpec) -> None:
    """Fill `temp.touched_rows_<source_no>` with the touched cases' rows, `temp.duplicate_rows` with repeating ones.

    Their events as they still stand are in `temp.former_events` then; those of `temp.standing_cases` stand for their
    rows, which are not chosen.

    Rows that made events or were rejected are found by their numbers. By the name of the case rows are sought only in
    the loads that changed, in those with rows of touched cases that show nowhere, and in case tables. Cost: a scan of
    the numbers of the current rows, and of all keys where a key can cross cases.
    """
    store.run_step(
        composed_step(
            "log/sought_loads",
            f"""
            CREATE OR REPLACE TEMP TABLE sought_loads AS
            SELECT load_id FROM temp.changed_loads
            UNION SELECT load_id FROM case_figures SEMI JOIN temp.touched USING (case_code) WHERE figure IN {_UNSEEN}
            """,
        )
    )
    store.run_step(
        composed_step(
            "log/former_events",
            f"""
            CREATE OR REPLACE TEMP TABLE former_events AS
            SELECT {"*" if is_bare(process) else "case_code, load_id, row_number"}
            FROM events SEMI JOIN temp.touched USING (case_code)
            """,
        )
    )
    find_standing(store, process)
    store.run_step(
        composed_step(
            "log/known_rows",
            """
            CREATE OR REPLACE TEMP TABLE known_rows AS
            SELECT DISTINCT load_id, row_number
            FROM (
                SELECT load_id, row_number FROM temp.former_events ANTI JOIN temp.standing_cases USING (case_code)
                UNION ALL
                SELECT load_id, row_number FROM rejected_rows SEMI JOIN temp.touched USING (case_code)
            )
            ANTI JOIN temp.sought_loads USING (load_id)
            """,
        )
    )
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE repeating_rows (load_id INTEGER, case_id VARCHAR);
        CREATE OR REPLACE TEMP TABLE duplicate_rows (source_no INTEGER, load_id INTEGER, row_number BIGINT)
        """
    )
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        text = case_text(store, process, source)
        if number is None or text is None:
            continue
        current = "SEMI JOIN landing.main.landing_loads AS l ON l.load_id = r.load_id AND l.is_current"
        named = f"""
            SELECT r.* FROM landing.main.rows_{number} AS r
            SEMI JOIN temp.touched AS t ON t.case_id = {text}
            {current}
        """
        known = f"""
            SELECT r.* FROM landing.main.rows_{number} AS r
            SEMI JOIN temp.known_rows AS k ON k.load_id = r.load_id AND k.row_number = r.row_number
            {current}
        """
        sought = "WHERE r.load_id IN (FROM temp.sought_loads)"
        store.run_step(
            composed_step(
                f"log/candidate_rows/{source.name}",
                f"""
                CREATE OR REPLACE TEMP TABLE touched_rows_{number} AS
                {named if source.kind == "cases" else f"{named} {sought} UNION ALL {known}"}
                """,
            )
        )
        rows = f"temp.touched_rows_{number} AS r"
        among = keys_that_may_repeat(store, source, number, f"FROM {rows}")
        if crosses_cases(source):
            among = f"FROM ({current_rows(number)}) WHERE row_key IN (SELECT row_key FROM ({among}))"
        find_duplicates(store, source, number, among=among)
        store.run_step(
            composed_step(
                f"log/repeating_rows/{source.name}",
                f"""
                INSERT INTO temp.repeating_rows
                SELECT r.load_id, {text}
                FROM {rows} SEMI JOIN (FROM temp.duplicate_rows WHERE source_no = {number}) AS d
                    ON d.load_id = r.load_id AND d.row_number = r.row_number
                """,
            )
        )


def chosen_rows(number: int) -> str:
    """The standing rows of the touched cases of a source, as a FROM clause."""
    return standing_rows(number, f"temp.touched_rows_{number}")


def count_duplicates(store: Store) -> None:
    """Count the touched cases' rows that stand behind others; after `map_rows`, which empties the figures."""
    store.run_step(
        composed_step(
            "log/count_touched_duplicates",
            """
            INSERT INTO temp.row_figures
            SELECT case_id, load_id, 'rows_duplicate', count(*) FROM temp.repeating_rows GROUP BY ALL
            """,
        )
    )
