"""The shares of some cases in the sums over cases, with a sign: what they add, or what they take away.

`temp.tally_instances` holds the instances of the cases in order, `temp.tally_scope_cases`, `temp.tally_verdicts`,
`temp.tally_checks` and `temp.tally_findings` the cases, their verdicts, their limit checks and their findings. Per case
(promise 9): the shares of two sets of cases add up to that of both.
"""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.case_columns import cycle_us, measured_to
from warehouse.hotspots.elements import count_elements
from warehouse.log.instances import epoch_day
from warehouse.sql_step import composed_step
from warehouse.store import Store

_PARTS = ("waiting", "processing", "sojourn")
_NO_PLACE = "NULL::INTEGER"

# kind, columns of its place, condition, measures, whether it is split by segment, whether a case may have the place
# twice without doing an activity twice
_KINDS: tuple[tuple[str, str, str, str, tuple[str, ...], bool, bool], ...] = (
    ("activity", "activity_code", _NO_PLACE, "is_measured", _PARTS, True, False),
    (
        "handover",
        "before_code",
        "activity_code",
        "is_measured AND is_handover",
        ("waiting", "sojourn"),
        False,
        False,
    ),
    ("resource", "resource_code", _NO_PLACE, "is_measured AND resource_code IS NOT NULL", _PARTS, False, True),
    ("role", "role_code", _NO_PLACE, "is_measured AND role_code IS NOT NULL", _PARTS, False, True),
)


# what is summed by place or by likeness, a step each (due_checks: what two of them read)
_SUMS = (
    "count_follows",
    "count_cycles",
    "count_segment_cycles",
    "due_checks",
    "count_excess",
    "count_ended",
    "count_figures",
    "count_limits",
    "count_findings",
)


def count_shares(store: Store, segments: Sequence[str], columns: Sequence[str], *, sign: int) -> int:
    """Append the shares of the cases to the sums over cases (durations in microseconds); the number of cases.

    `columns` are those of `cases` that hold the segment attributes. Cost: a few groupings of the cases' instances.
    """
    counted = choose_cases(store)
    _segments(store, segments, columns)
    has_roles = _has_any(store, "temp.tally_instances", "role_code")
    parts = _PARTS if _has_any(store, "temp.tally_instances", "started_at") else ("sojourn",)
    store.run_step(composed_step("hotspots/timed", _timed(parts, has_roles=has_roles)))
    has_parts = {part: part in parts and _has_any(store, "temp.timed", f"{part}_us") for part in _PARTS}
    for kind, place_a, place_b, condition, measures, by_segment, repeats_freely in _KINDS:
        if kind == "role" and not has_roles:
            continue
        present = [measure for measure in measures if has_parts[measure]]
        for measure in present:
            _count_durations(store, kind, place_a, place_b, condition, measure, sign=sign)
            if by_segment and segments:
                _count_durations(store, kind, place_a, place_b, condition, measure, sign=sign, by_segment=True)
        for split in (False, True) if by_segment and segments else (False,):
            if present:
                _count_cases(
                    store, kind, (place_a, place_b), condition, present, sign=sign, by_segment=split,
                    repeats_freely=repeats_freely,
                )  # fmt: skip
    _count_durations(store, "follows", "before_code", "activity_code", "before_code IS NOT NULL", "follows", sign=sign)
    for name in _SUMS:
        store.run("hotspots", name, sign=sign)
    store.connection.execute("DROP TABLE temp.due_checks")
    count_elements(store, sign=sign)
    return counted


def choose_cases(store: Store) -> int:
    """The cases of the scope with what their instances must know of them."""
    return store.run_step(
        composed_step(
            "hotspots/tally_cases",
            f"""
            CREATE OR REPLACE TEMP TABLE tally_cases AS
            SELECT c.case_code, c.state, c.ended_at, c.measured_from_at,
                CASE WHEN c.state = 'partial' THEN '-infinity' ELSE coalesce({measured_to("c")}, 'infinity') END
                    AS measured_until, v.is_conformant, coalesce(v.is_conformant, false) AS is_reference,
                v.standard_version, coalesce(v.deviation_count, 0) AS deviation_count, {cycle_us("c")} AS cycle_us,
                c.period_no, c.variant_no, coalesce(r.repeats, false) AS repeats
            FROM temp.tally_scope_cases AS c
            LEFT JOIN temp.tally_verdicts AS v USING (case_code)
            LEFT JOIN (
                SELECT variant_no, true AS repeats FROM variant_dictionary WHERE len(codes) > len(list_distinct(codes))
            ) AS r USING (variant_no)
            """,
        )
    )


_PART_US = {
    "waiting": "epoch_us(f.started_at) - epoch_us(f.enabled_at)",
    "processing": "epoch_us(f.completed_at) - epoch_us(f.started_at)",
    "sojourn": "epoch_us(f.completed_at) - epoch_us(f.enabled_at)",
}


def _timed(parts: Sequence[str], *, has_roles: bool) -> str:
    """The instances with what is counted of them; the predecessor is the row before, without sorting again.

    What no instance has is left out: the rows are many, and each column is memory.
    """
    durations = ", ".join(f"{_PART_US[part]} AS {part}_us" for part in parts)
    return f"""
        CREATE OR REPLACE TEMP TABLE timed AS
        WITH stored AS (
            SELECT *,
                instance > 1 AS follows_one,
                coalesce(lead(instance) OVER () = 1, true) AS is_last,
                lag(activity_code) OVER () AS last_code,
                lag(completed_at) OVER () AS last_at,
                lag(resource_code) OVER () AS last_resource
            FROM temp.tally_instances
        )
        SELECT f.case_code, f.activity_code, f.resource_code, {"f.role_code, " if has_roles else ""}f.is_last,
            c.repeats, c.is_reference,
            d.period_no + CASE WHEN f.completed_at >= d.next_from THEN 1 ELSE 0 END AS period_no,
            CASE WHEN f.follows_one THEN f.last_code END AS before_code,
            f.follows_one AND coalesce(f.last_resource <> f.resource_code, false) AS is_handover,
            {durations},
            CASE WHEN f.follows_one THEN epoch_us(f.completed_at) - epoch_us(f.last_at) END AS follows_us,
            f.enabled_at >= c.measured_from_at AND f.completed_at <= c.measured_until AS is_measured
        FROM stored AS f
        JOIN temp.tally_cases AS c USING (case_code)
        JOIN temp.period_days AS d ON d.day = {epoch_day("f.completed_at")}
    """


def _has_any(store: Store, relation: str, column: str) -> bool:
    """Whether any row has a value in a column."""
    rows = store.fetch_sql(
        "hotspots/has_any", f"SELECT count(*) FROM (SELECT 1 FROM {relation} WHERE {column} IS NOT NULL LIMIT 1)"
    )
    return rows != [(0,)]


def _segments(store: Store, segments: Sequence[str], columns: Sequence[str]) -> None:
    """Give each value of each segment attribute a number (0: all cases), and note which cases have which."""
    parts = [
        f"SELECT case_code, $s{i} || '=' || CAST({column} AS VARCHAR) AS segment FROM temp.tally_scope_cases "
        f"WHERE {column} IS NOT NULL"
        for i, column in enumerate(columns)
    ]
    rows = " UNION ALL ".join(parts) or "SELECT NULL::INTEGER AS case_code, NULL::VARCHAR AS segment WHERE false"
    store.connection.execute(
        "INSERT INTO segments SELECT 0, 'all' WHERE NOT EXISTS (SELECT 1 FROM segments WHERE segment_no = 0)"
    )
    values = {f"s{i}": segment for i, segment in enumerate(segments)}
    store.run_step(
        composed_step(
            "hotspots/new_segments",
            f"""
            INSERT INTO segments
            SELECT (SELECT max(segment_no) FROM segments) + row_number() OVER (ORDER BY segment), segment
            FROM (SELECT DISTINCT segment FROM ({rows})) ANTI JOIN segments USING (segment)
            """,
        ),
        values,
    )
    store.run_step(
        composed_step(
            "hotspots/case_segments",
            f"""
            CREATE OR REPLACE TEMP TABLE case_segments AS
            SELECT r.case_code, s.segment_no FROM ({rows}) AS r JOIN segments AS s USING (segment)
            """,
        ),
        values,
    )


def _source(*, by_segment: bool) -> tuple[str, str]:
    """The number of the segment and the relation of instances with it."""
    if by_segment:
        return "s.segment_no", "temp.timed AS t JOIN temp.case_segments AS s USING (case_code)"
    return "0", "temp.timed AS t"


def _count_durations(
    store: Store,
    kind: str,
    place_a: str,
    place_b: str,
    condition: str,
    measure: str,
    *,
    sign: int,
    by_segment: bool = False,
) -> None:
    segment, source = _source(by_segment=by_segment)
    # constants are no part of the key: the rows are many
    key = [place for place in (place_a, place_b) if place != _NO_PLACE] + [segment] * by_segment
    store.run_step(
        composed_step(
            f"hotspots/count_{kind}_{measure}",
            f"""
            INSERT INTO duration_counts
            SELECT period_no, {segment}, '{kind}', {place_a}, {place_b}, '{measure}',
                {measure}_us // 1000000 AS seconds,
                $sign * count(*), $sign * sum({measure}_us), $sign * count(*) FILTER (is_reference),
                $sign * coalesce(sum({measure}_us) FILTER (is_reference), 0)
            FROM {source}
            WHERE {measure}_us IS NOT NULL AND {condition}
            GROUP BY period_no, {", ".join(key)}, seconds
            """,
        ),
        {"sign": sign},
    )


def _count_cases(
    store: Store,
    kind: str,
    place: tuple[str, str],
    condition: str,
    measures: Sequence[str],
    *,
    sign: int,
    by_segment: bool,
    repeats_freely: bool,
) -> None:
    """Count the cases that have a place, by measure, in each period and in all (period 0).

    A case that does no activity twice has each of its places once, so its instances are counted as they are; the others
    are grouped by case first, so that nothing is counted twice.
    """
    segment, source = _source(by_segment=by_segment)
    # constants are no part of a key: the rows are many
    keys = {name: column for name, column in zip(("a", "b"), place, strict=True) if column != _NO_PLACE}
    if by_segment:
        keys["segment_no"] = segment
    key, named = ", ".join(keys), ", ".join(f"{column} AS {name}" for name, column in keys.items())
    if len(measures) == 1:
        condition, any_of = f"{condition} AND {measures[0]}_us IS NOT NULL", {measures[0]: "true"}
    else:
        any_of = {measure: f"bool_or({measure}_us IS NOT NULL)" for measure in measures}
    has = ", ".join(f"{expression} AS has_{measure}" for measure, expression in any_of.items())
    has_any = ", ".join(f"bool_or(has_{measure}) AS has_{measure}" for measure in measures)
    cases = ", ".join(f"count(*) FILTER (has_{measure}) AS {measure}" for measure in measures)
    singles = ", ".join(f"count({measure}_us) AS {measure}" for measure in measures)
    summed = ", ".join(f"sum({measure})::BIGINT AS {measure}" for measure in measures)
    of_single, single = "", ""
    if not repeats_freely:
        of_single = f"""single AS (
            SELECT period_no, {named}, {singles} FROM {source} WHERE {condition} AND NOT repeats
            GROUP BY period_no, {key}
        ),"""
        single = f"""
            UNION ALL BY NAME FROM single
            UNION ALL BY NAME SELECT 0 AS period_no, {key}, {summed} FROM single GROUP BY {key}
        """
    store.run_step(
        composed_step(
            f"hotspots/cases_{kind}",
            f"""
            INSERT INTO place_tallies
            WITH of_period AS (
                SELECT case_code, period_no, {named}, {has} FROM {source}
                WHERE {condition} {"" if repeats_freely else "AND repeats"} GROUP BY case_code, period_no, {key}
            ),
            {of_single}
            counted AS (
                SELECT period_no, {key}, {cases} FROM of_period GROUP BY period_no, {key}
                UNION ALL BY NAME
                SELECT 0 AS period_no, {key}, {cases}
                FROM (SELECT case_code, {key}, {has_any} FROM of_period GROUP BY case_code, {key}) GROUP BY {key}
                {single}
            )
            SELECT 'cases', period_no, {"segment_no" if by_segment else "0"}, '{kind}', a,
                {"b" if "b" in keys else _NO_PLACE}, measure, $sign * n, 0
            FROM (UNPIVOT counted ON {", ".join(measures)} INTO NAME measure VALUE n)
            WHERE n > 0
            """,
        ),
        {"sign": sign},
    )
