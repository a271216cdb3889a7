"""Collecting durations for the statistics, and writing what they made of them.

Mergeable aggregates (promise 9): counts and sums per second, period, segment and place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.mart.catalogue import process_schema
from warehouse.specification import LimitSpec, ProcessSpec
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store, arrow_table

STEP_VERSION = 1

# kind, columns of its place, condition, measures, whether it is split by segment
_KINDS: tuple[tuple[str, str, str, str, tuple[str, ...], bool], ...] = (
    ("activity", "t.activity_code", "NULL", "t.is_measured", ("waiting", "processing", "sojourn"), True),
    ("handover", "t.before_code", "t.activity_code", "t.is_measured AND t.is_handover", ("waiting", "sojourn"), False),
    (
        "resource",
        "t.resource_code",
        "NULL",
        "t.is_measured AND t.resource_code IS NOT NULL",
        ("waiting", "processing", "sojourn"),
        False,
    ),
    (
        "role",
        "t.role_code",
        "NULL",
        "t.is_measured AND t.role_code IS NOT NULL",
        ("waiting", "processing", "sojourn"),
        False,
    ),
    ("follows", "t.before_code", "t.activity_code", "true", ("follows",), False),
)


@dataclass(frozen=True, slots=True)
class Collected:
    """Duration counts by period and overall, in the order of their groups; and time over limits by place.

    Columns of the counts: segment_no, kind, place_a, place_b, measure, period_no (0: overall), seconds, n, extra_us
    (microseconds beyond the whole seconds), reference_n, reference_extra_us. Columns of the excess: segment_no,
    activity_code (NULL: case end), period_no, excess_us (decimal: years of a million cases pass 63 bits).
    """

    by_period: pa.Table
    overall: pa.Table
    excess: pa.Table


def collect_durations(store: Store, process: ProcessSpec, *, limits: Sequence[LimitSpec]) -> Collected:
    """Count the durations of a process by place, period and segment. Cost: a few groupings of the instances."""
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process.name))
        _segments(store, process)
        store.run_step(
            composed_step(
                "hotspots/timed_instances",
                f"CREATE OR REPLACE TEMP TABLE timed_instances AS\n{sql_step('hotspots', 'timed_instances').sql}",
            )
        )
        store.connection.execute(
            """
            CREATE OR REPLACE TABLE duration_counts (
                period_no INTEGER, segment_no INTEGER, kind VARCHAR, place_a INTEGER, place_b INTEGER, measure VARCHAR,
                seconds BIGINT, n BIGINT, total_us HUGEINT, reference_n BIGINT, reference_us HUGEINT
            );
            CREATE OR REPLACE TEMP TABLE place_cases (
                segment_no INTEGER, kind VARCHAR, measure VARCHAR, place_a INTEGER, place_b INTEGER, period_no INTEGER,
                cases BIGINT
            )
            """
        )
        for kind, place_a, place_b, condition, measures, by_segment in _KINDS:
            for measure in measures:
                _count(store, kind, place_a, place_b, condition, measure, by_segment=by_segment)
            if kind != "follows":
                _count_cases(store, kind, place_a, place_b, condition, by_segment=by_segment)
        store.run("hotspots", "case_cycles")
        _cycle_totals(store)
        _limit_places(store, limits)
        excess = store.arrow("hotspots", "limit_excess", process=process.name)
        return Collected(
            by_period=store.arrow("hotspots", "counts_by_period"),
            overall=store.arrow("hotspots", "counts_overall"),
            excess=excess,
        )


def write_hotspots(store: Store, process: ProcessSpec, *, hotspots: pa.Table, as_of: datetime) -> int:
    """Replace the hotspots, the directly-follows map and the headlines of a process; the number of hotspots.

    Call it after `collect_durations` on the same open store: its temp tables are used again.
    """
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process.name))
        for table in ("hotspots", "directly_follows", "headlines"):
            store.run_step(
                composed_step(f"hotspots/clear_{table}", f"DELETE FROM main.{table} WHERE process = $process"),
                {"process": process.name},
            )
        with store.registered("given_hotspots", hotspots):
            written = store.run("hotspots", "write_hotspots", process=process.name)
            store.run("hotspots", "write_follows", process=process.name)
        store.run("hotspots", "headlines", process=process.name, as_of=as_of)
    return written


def _segments(store: Store, process: ProcessSpec) -> None:
    """Segment 0 is all cases; each value of each segment attribute is one more."""
    names = [spec.name for spec in process.attributes("case")]
    parts = ["SELECT case_code, 'all' AS segment FROM cases"]
    parts += [
        f"SELECT case_code, $s{i} || '=' || CAST(k{names.index(segment)} AS VARCHAR) FROM cases "
        f"WHERE k{names.index(segment)} IS NOT NULL"
        for i, segment in enumerate(process.segments)
    ]
    values = {f"s{i}": segment for i, segment in enumerate(process.segments)}
    store.run_step(
        composed_step(
            "hotspots/segment_rows", f"CREATE OR REPLACE TEMP TABLE segment_rows AS {' UNION ALL '.join(parts)}"
        ),
        values,
    )
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE segment_names AS
        SELECT CAST(row_number() OVER (ORDER BY segment <> 'all', segment) - 1 AS INTEGER) AS segment_no, segment
        FROM (SELECT DISTINCT segment FROM temp.segment_rows);
        CREATE OR REPLACE TEMP TABLE case_segments AS
        SELECT r.case_code, n.segment_no FROM temp.segment_rows AS r JOIN temp.segment_names AS n USING (segment)
        """
    )


def _count(
    store: Store, kind: str, place_a: str, place_b: str, condition: str, measure: str, *, by_segment: bool
) -> None:
    segment, join = _segment_join(by_segment=by_segment)
    store.run_step(
        composed_step(
            f"hotspots/count_{kind}_{measure}",
            f"""
            INSERT INTO duration_counts
            SELECT t.period_no, {segment}, '{kind}', {place_a}, {place_b}, '{measure}', t.{measure}_us // 1000000,
                count(*), sum(t.{measure}_us), count(*) FILTER (t.is_reference),
                sum(t.{measure}_us) FILTER (t.is_reference)
            FROM temp.timed_instances AS t {join}
            WHERE t.{measure}_us IS NOT NULL AND {condition}
            GROUP BY ALL
            """,
        )
    )


def _count_cases(store: Store, kind: str, place_a: str, place_b: str, condition: str, *, by_segment: bool) -> None:
    """Cases that have a place, by measure: grouped by case first, so that nothing is counted twice."""
    segment, join = _segment_join(by_segment=by_segment)
    store.run_step(
        composed_step(
            f"hotspots/cases_{kind}",
            f"""
            INSERT INTO temp.place_cases
            WITH of_period AS (
                SELECT t.case_code, {place_a} AS place_a, {place_b} AS place_b, t.period_no,
                    bool_or(t.waiting_us IS NOT NULL) AS has_waiting,
                    bool_or(t.processing_us IS NOT NULL) AS has_processing,
                    bool_or(t.sojourn_us IS NOT NULL) AS has_sojourn
                FROM temp.timed_instances AS t
                WHERE {condition}
                GROUP BY ALL
            ),
            overall AS (
                SELECT case_code, place_a, place_b, 0 AS period_no, bool_or(has_waiting) AS has_waiting,
                    bool_or(has_processing) AS has_processing, bool_or(has_sojourn) AS has_sojourn
                FROM of_period GROUP BY ALL
            ),
            counted AS (
                SELECT {segment} AS segment_no, t.place_a, t.place_b, t.period_no,
                    count(*) FILTER (t.has_waiting) AS waiting,
                    count(*) FILTER (t.has_processing) AS processing,
                    count(*) FILTER (t.has_sojourn) AS sojourn
                FROM (SELECT * FROM of_period UNION ALL SELECT * FROM overall) AS t {join}
                GROUP BY ALL
            )
            SELECT segment_no, '{kind}', measure, place_a, place_b, period_no, cases
            FROM (UNPIVOT counted ON waiting, processing, sojourn INTO NAME measure VALUE cases)
            WHERE cases > 0
            """,
        )
    )


def _segment_join(*, by_segment: bool) -> tuple[str, str]:
    if by_segment:
        return "s.segment_no", "JOIN temp.case_segments AS s ON s.case_code = t.case_code"
    return "0", ""


def _cycle_totals(store: Store) -> None:
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE cycle_totals AS
        SELECT s.segment_no, coalesce(c.period_no, 0) AS period_no, sum(c.cycle_us) AS total_us
        FROM cases AS c JOIN temp.case_segments AS s USING (case_code)
        WHERE c.cycle_us IS NOT NULL AND c.period_no IS NOT NULL
        GROUP BY GROUPING SETS ((s.segment_no, c.period_no), (s.segment_no));
        INSERT INTO temp.place_cases
        SELECT 0, 'segment', 'cycle', s.segment_no, NULL, coalesce(c.period_no, 0), count(*)
        FROM cases AS c JOIN temp.case_segments AS s USING (case_code)
        WHERE c.cycle_us IS NOT NULL AND c.period_no IS NOT NULL
        GROUP BY GROUPING SETS ((s.segment_no, c.period_no), (s.segment_no))
        """
    )


def _limit_places(store: Store, limits: Sequence[LimitSpec]) -> None:
    table = arrow_table(
        {
            "clause_id": (pa.string(), [limit.clause_id for limit in limits]),
            "standard_version": (pa.string(), [limit.standard_version for limit in limits]),
            "to_case_end": (pa.bool_(), [limit.to_case_end for limit in limits]),
            "activity": (pa.string(), [next(iter(limit.to_activities), None) for limit in limits]),
        }
    )
    with store.registered("limit_places_in", table):
        store.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE limit_places AS
            SELECT l.clause_id, l.standard_version, l.to_case_end, a.activity_code
            FROM limit_places_in AS l LEFT JOIN activities AS a USING (activity)
            """
        )
