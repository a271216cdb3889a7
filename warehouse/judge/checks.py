"""Time limits held against the cases of the scope.

Per case (promise 9). One grouping of the instances gives every case its marks: when an activity was reached first and
last, and how often. For nearly all cases they tell when the clock of a limit started and stopped; a pair of case and
limit that they leave unclear (the clock started after an earlier end, several starts, instants that are equal) is read
from its instances.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.handing_on import append
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store

# marks that one grouping makes for each case: what it keeps in memory is bounded by them
MARKS_OF_A_GROUPING = 16

_ORDER = ("enabled", "started", "completed")
_MARK = {
    "enabled": "coalesce(enabled_at, started_at, completed_at)",
    "started": "coalesce(started_at, completed_at)",
    "completed": "completed_at",
}
_MADE = {"first": "min({mark})", "last": "max({mark})", "times": "count(*)"}


@dataclass(frozen=True, slots=True)
class HeldLimit:
    """A limit with the codes of its activities, as `temp.given_limits` and `temp.limit_activities` give it."""

    number: int
    standard_version: str
    which: str
    from_at: str
    to_at: str
    from_case_start: bool
    to_case_end: bool
    from_codes: tuple[int, ...]
    to_codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Clock:
    """SQL over the marks of a case: when the clock started and stopped, by which activity, and whether that is unclear.

    `marks` are those that it reads: code of the activity, which of its instants, and what is made of them.
    """

    limit: HeldLimit
    from_at: str
    to_at: str
    to_code: str
    is_unclear: str
    marks: frozenset[tuple[int, str, str]]


def hold_limits(store: Store, *, as_of: datetime, aside: bool = False, most_marks: int = MARKS_OF_A_GROUPING) -> None:
    """Append the checks of `temp.case_versions` to `limit_checks`, by case, limit and occurrence.

    With `aside` they also stay in `temp.made_limit_checks`. Cost: a grouping of the instances, and a join of those
    whose case is unclear. With `most_marks` 0 all of them are.
    """
    limits = _held_limits(store)
    for clocks in _groupings([_clock(limit) if most_marks else _unclear(limit) for limit in limits], most_marks):
        versions = sorted({clock.limit.standard_version for clock in clocks})
        store.run_step(
            composed_step("judge/case_marks", _case_marks(clocks, versions)),
            {f"version_{number}": version for number, version in enumerate(versions)},
        )
        store.connection.execute(f"CREATE OR REPLACE TEMP TABLE unclear_limits AS {_unclear_limits(clocks, versions)}")
        store.run("judge", "unclear_clocks")
        store.connection.execute(f"CREATE OR REPLACE TEMP VIEW clear_clocks AS {_clear_clocks(clocks, versions)}")
        append(store, "limit_checks", sql_step("judge", "limit_checks"), {"as_of": as_of}, aside=aside)
    drop_marks(store)


def drop_marks(store: Store) -> None:
    """Give back the memory of what holding limits made on its way."""
    store.connection.execute("DROP VIEW IF EXISTS temp.clear_clocks")
    for table in ("case_marks", "unclear_limits", "unclear_clocks"):
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _held_limits(store: Store) -> list[HeldLimit]:
    rows = store.fetch_sql(
        "judge/held_limits",
        """
        SELECT l.limit_no, l.standard_version, l.which, l.from_at, l.to_at, l.from_case_start, l.to_case_end,
            coalesce(list(DISTINCT a.activity_code ORDER BY a.activity_code) FILTER (a.side = 'from'), []),
            coalesce(list(DISTINCT a.activity_code ORDER BY a.activity_code) FILTER (a.side = 'to'), [])
        FROM temp.given_limits AS l
        LEFT JOIN temp.limit_activities AS a USING (limit_no)
        GROUP BY ALL ORDER BY l.limit_no
        """,
    )
    return [
        HeldLimit(
            number=row[0],
            standard_version=row[1],
            which=row[2],
            from_at=row[3],
            to_at=row[4],
            from_case_start=row[5],
            to_case_end=row[6],
            from_codes=tuple(row[7]),
            to_codes=tuple(row[8]),
        )
        for row in rows
    ]


def _clock(limit: HeldLimit) -> _Clock:
    """How the marks of a case tell the clock of a limit."""
    if (limit.from_case_start and limit.from_codes) or (limit.to_case_end and limit.to_codes):
        return _unclear(limit)
    marks: set[tuple[int, str, str]] = set()

    def all_of(codes: tuple[int, ...], instant: str, made: str) -> list[str]:
        marks.update((code, instant, made) for code in codes)
        return [_column(code, instant, made) for code in codes]

    unclear = []
    # instances are in order of completion, so the first completion is that of the first of them; of other instants
    # only a single one is sure to be that of the first or the last
    is_single = limit.which == "each" or limit.from_at != "completed"
    if limit.from_case_start:
        started = "started_at"
    elif not limit.from_codes:
        started = "NULL::TIMESTAMPTZ"
    elif limit.which == "last" and not is_single:
        started = f"greatest({', '.join(all_of(limit.from_codes, limit.from_at, 'last'))})"
    else:
        started = f"least({', '.join(all_of(limit.from_codes, limit.from_at, 'first'))})"
    if is_single and limit.from_codes:
        times = all_of(limit.from_codes, "completed", "times")
        unclear.append(f"{' + '.join(f'coalesce({each}, 0)' for each in times)} > 1")
    if limit.to_case_end or not limit.to_codes:
        stopped = "ended_at" if limit.to_case_end else "NULL::TIMESTAMPTZ"
        return _Clock(limit, started, stopped, "NULL::INTEGER", " OR ".join(unclear) or "false", frozenset(marks))
    firsts = all_of(limit.to_codes, limit.to_at, "first")
    first = f"least({', '.join(firsts)})"
    last = f"greatest({', '.join(all_of(limit.to_codes, limit.to_at, 'last'))})"
    # an equal instant comes later in order where the clock starts before all instances, or earlier in the same one
    is_own = is_single and limit.from_codes == limit.to_codes and len(limit.to_codes) == 1
    takes_equal = limit.from_case_start or (is_own and _ORDER.index(limit.from_at) < _ORDER.index(limit.to_at))
    after, before = (">=", "<") if takes_equal else (">", "<=")
    unclear.append(f"({first} {before} {started} AND {last} >= {started})")
    if len(firsts) > 1:
        unclear.append(f"{' + '.join(f'coalesce({each} = {first}, false)::INTEGER' for each in firsts)} > 1")
    which = " ".join(f"WHEN {column} THEN {code}" for column, code in zip(firsts, limit.to_codes, strict=True))
    return _Clock(
        limit,
        started,
        f"CASE WHEN {first} {after} {started} THEN {first} END",
        f"CASE WHEN {first} {after} {started} THEN CASE {first} {which} END END",
        " OR ".join(unclear),
        frozenset(marks),
    )


def _unclear(limit: HeldLimit) -> _Clock:
    """A limit whose clock is always read from the instances."""
    return _Clock(limit, "NULL::TIMESTAMPTZ", "NULL::TIMESTAMPTZ", "NULL::INTEGER", "true", frozenset())


def _column(code: int, instant: str, made: str) -> str:
    return f"{made}_{instant}_{code}"


def _groupings(clocks: Sequence[_Clock], most_marks: int) -> Iterator[list[_Clock]]:
    """The clocks in runs that one grouping of at most so many marks serves (or those of a single clock)."""
    run: list[_Clock] = []
    for clock in clocks:
        marks = frozenset[tuple[int, str, str]]().union(*(each.marks for each in run), clock.marks)
        if run and len(marks) > most_marks:
            yield run
            run = []
        run.append(clock)
    if run:
        yield run


def _case_marks(clocks: Sequence[_Clock], versions: Sequence[str]) -> str:
    """One row per case that a version judges, with the number of the version."""
    marks = sorted(frozenset[tuple[int, str, str]]().union(*(clock.marks for clock in clocks)))
    number = " ".join(f"WHEN $version_{no} THEN {no}" for no in range(len(versions)))
    cases = f"""
        SELECT v.case_code, CASE v.standard_version {number} END::SMALLINT AS version_no,
            v.state = 'closed' AS is_closed, v.started_at, v.ended_at"""
    if not marks:
        return f"CREATE OR REPLACE TEMP TABLE case_marks AS {cases} FROM temp.case_versions AS v"
    made = ", ".join(
        f"{_MADE[made].format(mark=_MARK[instant])} FILTER (activity_code = {code}) AS {_column(code, instant, made)}"
        for code, instant, made in marks
    )
    codes = sorted({code for code, _, _ in marks})
    return f"""
        CREATE OR REPLACE TEMP TABLE case_marks AS
        {cases}, m.* EXCLUDE (case_code)
        FROM temp.case_versions AS v
        LEFT JOIN (
            SELECT case_code, {made} FROM temp.scope_instances
            WHERE activity_code IN ({", ".join(map(str, codes))}) GROUP BY case_code
        ) AS m USING (case_code)
    """


def _unclear_limits(clocks: Sequence[_Clock], versions: Sequence[str]) -> str:
    return " UNION ALL ".join(
        f"SELECT case_code, {clock.limit.number}::INTEGER AS limit_no, started_at, ended_at, is_closed "
        f"FROM temp.case_marks WHERE version_no = {versions.index(clock.limit.standard_version)} "
        f"AND ({clock.is_unclear})"
        for clock in clocks
    )


def _clear_clocks(clocks: Sequence[_Clock], versions: Sequence[str]) -> str:
    return " UNION ALL ".join(
        f"""
        SELECT case_code, {clock.limit.number}::INTEGER AS limit_no, 1 AS occurrence, {clock.from_at} AS from_at,
            {clock.to_at} AS to_at, {clock.to_code} AS to_code, is_closed, ended_at
        FROM temp.case_marks
        WHERE version_no = {versions.index(clock.limit.standard_version)} AND {clock.from_at} IS NOT NULL
            AND ({clock.is_unclear}) IS NOT TRUE
        """
        for clock in clocks
    )
