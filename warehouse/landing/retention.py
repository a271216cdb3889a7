"""Retention by age: cases that ended long ago, and landed rows that no longer serve. Both follow from as_of alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.case_columns import last_event
from warehouse.landing.loads import generation, next_generation
from warehouse.landing.removing import delete_rows, landed_sources, note_changes, purge_loads
from warehouse.specification import AgeSpec, ProcessSpec
from warehouse.sql_step import composed_step, quoted
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Expired:
    """What retention removed."""

    cases: int = 0
    events: int = 0
    rows: int = 0


def remove_old_cases(store: Store, process: ProcessSpec, *, as_of: datetime) -> Expired:
    """Remove the landed rows of cases that ended, and were last touched, longer before `as_of` than they are kept.

    Call it when the log of the process is shaped, and shape again where it removed any. Full refresh gives the same
    facts: both derive from the same landed rows, from which the old cases are gone; where an old file brings them back,
    the same rule takes them out again. Cases that never ended stay. Cost: a scan of the cases; of the rows where any
    case is too old.
    """
    keep = process.keep_cases
    schema = _schema(store, process.name)
    if keep is None or schema is None:
        return Expired()
    store.run_step(
        composed_step(
            "retention/old_cases",
            f"""
            CREATE OR REPLACE TEMP TABLE old_cases AS
            SELECT k.case_id, c.event_count
            FROM mart.{quoted(schema)}.cases AS c JOIN mart.{quoted(schema)}.case_ids AS k USING (case_code)
            WHERE c.ended_at < {_CUT} AND {last_event("c")} < {_CUT}
            """,
        ),
        {"as_of": as_of, "months": keep.months, "days": keep.days},
    )
    cases, events = store.fetch_sql(
        "retention/count", "SELECT count(*), coalesce(sum(event_count), 0)::BIGINT FROM temp.old_cases"
    )[0]
    rows = 0
    if cases:
        with store.transaction("landing"):
            change = generation(store) + 1
            for landed in landed_sources(store, process):
                condition = f"{landed.case} IN (SELECT case_id FROM temp.old_cases)"
                note_changes(store, process.name, landed, condition, {}, change=change)
                rows += delete_rows(store, landed, condition, {})
            store.run_step(
                composed_step(
                    "retention/ledger",
                    """
                    INSERT INTO forgettings
                        (forget_no, process, kind, asked_at, cases, events, "rows", other_rows, finished_at)
                    SELECT coalesce(max(forget_no), 0) + 1, $process, 'retention', $as_of, $cases, $events, $rows, 0,
                        $as_of
                    FROM forgettings
                    """,
                ),
                {"process": process.name, "as_of": as_of, "cases": cases, "events": events, "rows": rows},
            )
            next_generation(store)
    store.connection.execute("DROP TABLE IF EXISTS temp.old_cases")
    return Expired(cases, events, rows)


def drop_old_ids(store: Store, process: ProcessSpec) -> None:
    """When the log is shaped without the cases that were too old, let go of their ids in landing.

    Also of those that a night removed which was cut off before it came to this. Cost: nothing, or a scan of the cases
    of the landed rows where any case was to be derived anew.
    """
    if process.keep_cases is None:
        return
    changes = store.fetch_sql(
        "retention/count_changes",
        "SELECT count(*) FROM landing.main.row_changes WHERE process = $process",
        process=process.name,
    )
    landed = [f"SELECT {source.case} FROM {source.table} AS r" for source in landed_sources(store, process)]
    if changes == [(0,)] or not landed:
        return
    with store.transaction("landing"):
        store.run_step(
            composed_step(
                "retention/drop_changes",
                f"""
                DELETE FROM row_changes
                WHERE process = $process AND case_id <> '' AND case_id NOT IN (
                    SELECT coalesce(case_id, '') FROM ({" UNION ALL ".join(landed)}) AS l(case_id)
                )
                """,
            ),
            {"process": process.name},
        )


_CUT = "$as_of::TIMESTAMPTZ - to_months(CAST($months AS INTEGER)) - to_days(CAST($days AS INTEGER))"


def remove_old_loads(store: Store, process: ProcessSpec, *, as_of: datetime) -> int:
    """Remove the rows of loads that are part of no source now and were landed longer ago than kept; how many loads.

    The loads stay known with their counts. No fact changes; undoing a run can't bring their rows back.
    """
    keep: AgeSpec | None = process.keep_landed
    if keep is None:
        return 0
    found = store.fetch_sql(
        "retention/old_loads",
        f"""
        SELECT l.load_id FROM landing.main.landing_loads AS l
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND NOT l.is_current AND l.purged_at IS NULL AND l.loaded_at < {_CUT}
        ORDER BY l.load_id
        """,
        process=process.name,
        as_of=as_of,
        months=keep.months,
        days=keep.days,
    )
    if found:
        with store.transaction("landing"):
            purge_loads(store, [row[0] for row in found], at=as_of)
    return len(found)


def _schema(store: Store, process: str) -> str | None:
    rows = store.fetch_sql(
        "retention/schema",
        """
        SELECT 'p' || ordinal FROM mart.main.process_catalogue
        WHERE process = $process AND 'p' || ordinal IN (
            SELECT schema_name FROM duckdb_tables() WHERE database_name = 'mart' AND table_name = 'cases'
        )
        """,
        process=process,
    )
    return rows[0][0] if rows else None
