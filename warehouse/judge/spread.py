"""Spreading verdicts over cases, and holding time limits against them, in one transaction per process.

Per variant and per case (promise 9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.handing_on import JUDGED, append, hand_on, take_away
from warehouse.hotspots.tallies import drop_tally_tables, take_out
from warehouse.judge.checks import hold_limits
from warehouse.judge.found import (
    Sentences,
    find_deviations,
    forget_texts,
    make_macros,
    number_findings,
    take_over_earlier,
)
from warehouse.judge.kept import find_kept, write_verdicts
from warehouse.judge.limits import give_limits, write_limits
from warehouse.judge.needed import find_needed
from warehouse.judge.scope import (
    CASES_OF_A_RANGE,
    case_versions,
    clauses_digest,
    judge_verdicts_of,
    note_judged,
    scopes,
    settle_scope,
)
from warehouse.mart.catalogue import process_schema
from warehouse.specification import LimitSpec
from warehouse.sql_step import sql_step
from warehouse.store import Store

STEP_VERSION = 4


@dataclass(frozen=True, slots=True)
class SpreadResult:
    """What stands after judging; `deviations` leaves out the `resolved` ones, found on earlier nights and no more.

    `cases_judged` are those that tonight was judged anew.
    """

    verdicts: int
    deviations: int
    resolved: int
    limit_checks: int
    cases_judged: int


def known_activities(store: Store, process: str) -> tuple[str, ...]:
    """The activities of a process's variants, by name."""
    rows = store.fetch_sql(
        "judge/known_activities",
        """
        SELECT DISTINCT activity
        FROM (SELECT unnest(activities) AS activity FROM mart.main.variants WHERE process = $process)
        ORDER BY activity
        """,
        process=process,
    )
    return tuple(row[0] for row in rows)


def variants_to_judge(store: Store, process: str, *, keys: Mapping[str, str]) -> pa.Table:
    """Variants that no verdict was kept for: standard_version, is_open, variant_id, activities, case_count.

    `keys` tells by version what its verdicts rest on; without a key of a version none of its verdicts is kept. Cost: a
    scan of the cases. `temp.needed_verdicts` stays for `spread_verdicts` on the same open store.
    """
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process))
        find_needed(store, process)
        find_kept(store, process, keys=keys)
        return store.arrow("judge", "variants_to_judge")


def spread_verdicts(
    store: Store,
    process: str,
    *,
    as_of: datetime,
    keys: Mapping[str, str],
    verdicts: pa.Table,
    moves: pa.Table,
    findings: pa.Table,
    limits: Sequence[LimitSpec],
    sentences: Sentences,
    anew: bool = False,
    cases_of_a_range: int = CASES_OF_A_RANGE,
) -> SpreadResult:
    """Write verdicts, moves, limit checks, deviations and case verdicts of a process, replacing the former ones.

    Only cases that were made anew, or whose standing depends on the instant, are judged; all of them where a clause
    changed, or `anew`. A deviation of an earlier night that is found no more stays, as resolved, for as long as its
    case is there. `verdicts`, `moves` and `findings` are those of `variants_to_judge` with the same `keys`, with the
    columns of `warehouse.judge.verdict`; what was kept stays. Cost: joins over the judged cases, a scan of the others.
    """
    take_away(store, *JUDGED)
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process))
        clauses = clauses_digest(store, process, step=STEP_VERSION, keys=keys, limits=limits, sentences=sentences)
        if not _has_needed(store):
            find_needed(store, process)
        find_kept(store, process, keys=keys)
        with store.registered("verdicts_in", verdicts.select(["variant_id", "standard_version", "is_open"])):
            store.connection.execute("CREATE OR REPLACE TEMP TABLE new_verdicts AS FROM verdicts_in")
        all_cases = settle_scope(store, clauses=clauses, as_of=as_of) or anew
        if not all_cases:
            judge_verdicts_of(store)
            take_out(store, "temp.judge_scope")
        written = write_verdicts(store, process, verdicts=verdicts, moves=moves, findings=findings)
        give_limits(store, limits)
        write_limits(store)
        make_macros(store)
        take_over_earlier(store, process)
        number_findings(store, process, sentences)
        judged = 0
        for _ in scopes(store, all_cases=all_cases, cases_of_a_range=cases_of_a_range):
            judged += _judge(store, process, as_of=as_of, aside=not all_cases)
        if all_cases:
            forget_texts(store)
        note_judged(store, clauses=clauses, as_of=as_of, all_cases=all_cases)
        checks = store.fetch_sql("judge/count_checks", "SELECT count(*) FROM limit_checks")[0][0]
        deviations, resolved = store.fetch_sql(
            "judge/count_deviations",
            "SELECT count(*) FILTER (resolved_at IS NULL), count(resolved_at) FROM deviations",
        )[0]
    if not all_cases:
        hand_on(store, *JUDGED, cases="temp.judge_scope")
    _drop_temporary(store)
    return SpreadResult(
        verdicts=written, deviations=deviations, resolved=resolved, limit_checks=checks, cases_judged=judged
    )


def _judge(store: Store, process: str, *, as_of: datetime, aside: bool) -> int:
    """Judge the cases of the scope; how many a version judges."""
    case_versions(store, process)
    hold_limits(store, as_of=as_of, aside=aside)
    find_deviations(store, process, as_of=as_of, aside=aside)
    return append(store, "case_verdicts", sql_step("judge", "case_verdicts"), aside=aside)


def _has_needed(store: Store) -> bool:
    rows = store.fetch_sql(
        "judge/has_needed",
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'temp' AND table_name = 'needed_verdicts'",
    )
    return rows != [(0,)]


def _drop_temporary(store: Store) -> None:
    for view in ("judged_cases", "scope_instances", "scope_ids", "scope_checks", "scope_deviations"):
        store.connection.execute(f"DROP VIEW IF EXISTS temp.{view}")
    for table in (
        "judged_rows",
        "judged_instances",
        "judge_scope",
        "case_versions",
        "found_deviations",
        "former_deviations",
        "former_sightings",
        "given_texts",
        "judged_variants",
        "variant_numbers",
        "limit_numbers",
        "needed_verdicts",
        "new_verdicts",
        "given_limits",
        "limit_activities",
    ):
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    drop_tally_tables(store)
