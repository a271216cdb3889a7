"""The published tables of a process as the twin would write them, side by side with what stands in the mart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa

from mining.hotspots.rank import rank_hotspots
from tests.naive.hotspots import follows_of, hotspots_of, parts_of
from tests.naive.limits import Check, all_checks, choose_versions, judge_conformance
from tests.naive.log import Log, case_period
from warehouse.hotspots.collect import collect_durations, write_hotspots
from warehouse.judge.found import Sentences
from warehouse.judge.spread import spread_verdicts, variants_to_judge
from warehouse.judge.standards import publish_standards
from warehouse.judge.verdict import FINDING_COLUMNS, MOVE_COLUMNS, VERDICT_COLUMNS
from warehouse.specification import LimitSpec, ProcessSpec, StandardSpec
from warehouse.store import Store

SENTENCES = Sentences(late_en="{from} to {to}: {elapsed}", late_zh="{from}{to}{elapsed}")

Rows = list[tuple[Any, ...]]


def query(store: Store, sql: str) -> Rows:
    return store.connection.execute(sql).fetchall()


def seconds(span: timedelta | None) -> float | None:
    return None if span is None else (span // timedelta(microseconds=1)) / 1e6


def compare_log(store: Store, process: ProcessSpec, log: Log) -> None:
    """Events, instances, cases, variants and counts, row by row, exact."""
    found: Rows = query(
        store,
        "SELECT case_id, position, activity, lifecycle, resource, role, occurred_at, load_id, row_number "
        "FROM mart.main.events ORDER BY case_id, position",
    )
    wanted: Rows = [
        (e.case_id, n, e.activity, e.lifecycle, e.resource, e.role, e.at, e.row.load_id, e.row.row_number)
        for case in log.cases
        for n, e in enumerate(case.events, 1)
    ]
    assert found == wanted
    compare_instances(store, log)
    found = query(
        store,
        "SELECT case_id, state, started_at, ended_at, period, event_count, variant_id, cycle_seconds "
        "FROM mart.main.cases ORDER BY case_id",
    )
    wanted = [
        (
            c.case_id,
            c.state,
            c.started_at,
            c.ended_at,
            case_period(c, process.time_zone),
            len(c.events),
            c.variant_id,
            seconds(c.cycle),
        )
        for c in log.cases
    ]
    assert found == wanted
    variants: dict[str, tuple[list[str], int]] = {}
    for case in log.cases:
        known = variants.get(case.variant_id, ([i.activity for i in case.instances], 0))
        variants[case.variant_id] = (known[0], known[1] + 1)
    found = query(store, "SELECT variant_id, activities, case_count, share FROM mart.main.variants ORDER BY variant_id")
    assert found == [(key, names, n, n / len(log.cases)) for key, (names, n) in sorted(variants.items())]
    found = query(store, "SELECT figure, value FROM mart.main.log_counts ORDER BY figure")
    wanted = sorted(log.counts.items())
    assert found == wanted
    found = query(
        store,
        "SELECT load_id, row_number, reason, column_name, value FROM mart.main.quarantined_rows "
        "ORDER BY load_id, row_number, column_name",
    )
    wanted = sorted(log.quarantined, key=lambda r: (r[0], r[1], r[3] or ""))
    assert found == wanted


def compare_instances(store: Store, log: Log) -> None:
    found = query(
        store,
        "SELECT case_id, instance, activity, resource, role, enabled_at, started_at, completed_at, waiting_seconds, "
        "processing_seconds, sojourn_seconds FROM mart.main.activity_instances ORDER BY case_id, instance",
    )
    wanted: Rows = []
    for case in log.cases:
        for i in case.instances:
            parts = {name: value / 1e6 for name, value in parts_of(i).items()}
            times = (i.enabled_at, i.started_at, i.completed_at)
            figures = (parts.get("waiting"), parts.get("processing"), parts.get("sojourn"))
            wanted.append((case.case_id, i.number, i.activity, i.resource, i.role, *times, *figures))
    assert found == wanted


def judge(
    store: Store,
    process: ProcessSpec,
    log: Log,
    *,
    standards: Sequence[StandardSpec],
    limits: Sequence[LimitSpec],
) -> None:
    """Judge with made-up verdicts: every third variant has a finding of flow, every fifth is not exact."""
    publish_standards(store, process.name, standards=standards, clauses=[])
    verdicts, findings = [], []
    exact: dict[tuple[str, str, bool], bool] = {}
    for number, row in enumerate(variants_to_judge(store, process.name, keys={}).to_pylist(), 1):
        key = (row["variant_id"], row["standard_version"], row["is_open"])
        exact[key] = number % 5 != 0
        cost = number % 3 == 0
        verdict = dict(zip(("variant_id", "standard_version", "is_open"), key, strict=True))
        verdicts.append(
            verdict
            | {"cost_lower": int(cost), "cost_upper": int(cost), "is_exact": exact[key]}
            | {"alignment_cost": int(cost) if exact[key] else None, "fitness": 0.5 if exact[key] else None}
        )
        if cost:
            findings.append(
                verdict
                | {"clause_id": "flow", "kind": "inserted", "activity": "A", "element_id": None, "occurrence": 1}
                | {"position": 1, "expected": "", "observed": "A", "message_key": "k", "message_args": "{}"}
                | {"sentence_en": "s", "sentence_zh": "s", "owner": "o", "severity": "low"}
            )
    choose_versions(log, standards)
    asked = {
        (c.variant_id, c.standard_version, c.state != "closed") for c in log.cases if c.standard_version is not None
    }
    assert set(exact) == asked
    spread_verdicts(
        store,
        process.name,
        as_of=log.as_of,
        keys={},
        verdicts=pa.Table.from_pylist(verdicts, schema=VERDICT_COLUMNS),
        moves=MOVE_COLUMNS.empty_table(),
        findings=pa.Table.from_pylist(findings, schema=FINDING_COLUMNS),
        limits=limits,
        sentences=SENTENCES,
    )
    judge_conformance(log, exact, {(f["variant_id"], f["standard_version"], f["is_open"]) for f in findings})


def compare_judged(store: Store, log: Log, limits: Sequence[LimitSpec]) -> list[Check]:
    """Versions, conformance, limit checks and late deviations, row by row."""
    found = query(store, "SELECT case_id, standard_version, is_conformant FROM mart.main.cases ORDER BY case_id")
    wanted: Rows = [(c.case_id, c.standard_version, c.is_conformant) for c in log.cases]
    assert found == wanted
    checks = sorted(all_checks(log, limits), key=lambda c: (c.case_id, c.clause_id, c.occurrence))
    found = query(
        store,
        "SELECT case_id, clause_id, standard_version, occurrence, from_at, to_at, due_at, elapsed_seconds, "
        "business_seconds, limit_seconds, outcome FROM mart.main.limit_checks ORDER BY case_id, clause_id, occurrence",
    )
    wanted = [
        (
            c.case_id,
            c.clause_id,
            c.standard_version,
            c.occurrence,
            c.from_at,
            c.to_at,
            c.due_at,
            seconds(c.elapsed),
            None,
            seconds(c.limit),
            c.outcome,
        )
        for c in checks
    ]
    assert found == wanted
    found = query(
        store,
        "SELECT case_id, clause_id, standard_version, excess_seconds, status FROM mart.main.deviations "
        "WHERE kind = 'late' ORDER BY case_id, clause_id, excess_seconds",
    )
    assert query(store, "SELECT count(*) - count(DISTINCT deviation_id) FROM mart.main.deviations") == [(0,)]
    states = {case.case_id: case.state for case in log.cases}
    wanted = [
        (
            c.case_id,
            c.clause_id,
            c.standard_version,
            seconds(c.excess),
            "final" if states[c.case_id] == "closed" else "open",
        )
        for c in sorted(checks, key=lambda c: (c.case_id, c.clause_id, c.excess or timedelta(0)))
        if c.outcome == "breached"
    ]
    assert found == wanted
    return checks


def find_hotspots(store: Store, process: ProcessSpec, as_of: datetime, limits: Sequence[LimitSpec]) -> None:
    counts = collect_durations(store, process)
    ranked = rank_hotspots(counts.groups, counts.by_period, counts.overall, counts.excess)
    write_hotspots(store, process, hotspots=ranked, as_of=as_of)


HOTSPOT_COLUMNS = (
    "kind, segment, place, measure, period, instances, cases, total_seconds, mean_seconds, reference_seconds, "
    "recoverable_seconds, excess_seconds, share_of_cycle_time, p50_seconds, p90_seconds, p95_seconds"
)


def compare_hotspots(
    store: Store, process: ProcessSpec, log: Log, *, checks: Sequence[Check] = (), limits: Sequence[LimitSpec] = ()
) -> int:
    """Every figure of every hotspot, their ranks, and the directly-follows pairs; the number with a reference."""
    twin = hotspots_of(log, process, checks=checks, limits=limits)
    found = {(r[:4], r[4]): r[5:] for r in query(store, f"SELECT {HOTSPOT_COLUMNS} FROM mart.main.hotspots")}
    assert sorted(found) == sorted((tuple(place), period) for place, period in twin)
    for (place, period), spot in twin.items():
        row = found[tuple(place), period]
        assert row[:2] == (spot.instances, spot.cases), (place, period)
        wanted = (spot.total, spot.mean, spot.reference, spot.recoverable, spot.excess, spot.share)
        for name, one, other in zip(
            ("total", "mean", "reference", "recoverable", "excess", "share"), row[2:8], wanted, strict=True
        ):
            assert near(one, other), (place, period, name, one, other)
        assert row[8:] == (spot.p50, spot.p90, spot.p95), (place, period)
    compare_ranks(store)
    found_pairs = {
        (r[0], r[1]): r[2:]
        for r in query(
            store,
            "SELECT source, target, instances, cases, total_seconds, p50_seconds, p90_seconds "
            "FROM mart.main.directly_follows",
        )
    }
    pairs = follows_of(log)
    assert set(found_pairs) == set(pairs)
    for key, pair in pairs.items():
        row = found_pairs[key]
        assert (row[0], row[1], *row[3:]) == (pair.instances, pair.cases, pair.p50, pair.p90), key
        assert near(row[2], pair.total), key
    return sum(spot.reference is not None for spot in twin.values())


def compare_ranks(store: Store) -> None:
    rows = query(
        store,
        "SELECT period, segment, kind, measure, rank, coalesce(recoverable_seconds, -1), coalesce(excess_seconds, -1), "
        "total_seconds FROM mart.main.hotspots ORDER BY period, segment, kind, measure, rank",
    )
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        groups.setdefault(row[:4], []).append(row)
    for key, members in groups.items():
        assert [m[4] for m in members] == list(range(1, len(members) + 1)), key
        sizes = [m[5:] for m in members]
        assert sizes == sorted(sizes, reverse=True), key


def near(found: float | None, wanted: Fraction | None) -> bool:
    """Equal but for the rounding of a float; unknown only where the twin says so."""
    if found is None or wanted is None:
        return found is None and wanted is None
    return abs(Fraction(found) - wanted) <= Fraction(1, 10**9) * (1 + abs(wanted))
