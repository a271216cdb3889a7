"""Findings from night to night: rows in, rows out, against a twin that keeps a plain dictionary."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from tests.builders.events import Delivery, Row, a_process, a_standard, landed_store
from tests.warehouse.published import SENTENCES, query
from warehouse.judge.spread import SpreadResult, spread_verdicts, variants_to_judge
from warehouse.judge.standards import publish_standards
from warehouse.judge.verdict import FINDING_COLUMNS, MOVE_COLUMNS, VERDICT_COLUMNS
from warehouse.landing.loads import known_loads, set_current
from warehouse.log.shape import shape
from warehouse.specification import CaseSpec
from warehouse.store import Store

CASES = ("a", "b", "c", "d")
FIRST = datetime(2026, 2, 1, tzinfo=UTC)
KINDS = ("skipped", "replaced", "inserted")
PROCESS = a_process(case=CaseSpec(end_activities=("Z",)))

Key = tuple[str, str]
"""Case and kind: one finding a kind and case is enough here."""


@dataclass(frozen=True)
class Line:
    """What is to stand in `deviations`."""

    status: str
    first_seen: datetime
    last_seen: datetime
    resolved_at: datetime | None


def rows_of(case: str) -> list[Row]:
    """A case with a variant of its own; "d" is never closed."""
    names = [f"only {case}", *(["Z"] if case != "d" else [])]
    return [
        {"case": case, "activity": name, "done": f"2026-01-0{place}", "agent": "ann", "team": None}
        for place, name in enumerate(names, 1)
    ]


def night(store: Store, found: Mapping[Key, int], *, as_of: datetime, inexact: Sequence[str] = ()) -> SpreadResult:
    """Judge with the findings given (key -> position); those of `inexact` cases have no exact alignment."""
    verdicts, findings = [], []
    for row in variants_to_judge(store, "desk", keys={}).to_pylist():
        case = row["activities"][0].removeprefix("only ")
        about = {name: row[name] for name in ("variant_id", "standard_version", "is_open")}
        mine = [] if case in inexact else [(kind, found[case, kind]) for kind in KINDS if (case, kind) in found]
        cost = None if case in inexact else len(mine)
        bounds = {"alignment_cost": cost, "cost_lower": 0, "cost_upper": 9, "is_exact": case not in inexact}
        verdicts.append(about | bounds | {"fitness": None})
        findings += [
            about
            | {"clause_id": "flow", "kind": kind, "activity": "A", "element_id": None, "occurrence": 1}
            | {"position": position, "expected": "", "observed": "A", "message_key": "k", "message_args": "{}"}
            | {"sentence_en": f"at {position}", "sentence_zh": "s", "owner": "o", "severity": "low"}
            for kind, position in mine
        ]
    return spread_verdicts(
        store,
        "desk",
        as_of=as_of,
        keys={},
        verdicts=pa.Table.from_pylist(verdicts, schema=VERDICT_COLUMNS),
        moves=MOVE_COLUMNS.empty_table(),
        findings=pa.Table.from_pylist(findings, schema=FINDING_COLUMNS),
        limits=(),
        sentences=SENTENCES,
    )


def published(store: Store) -> dict[Key, Line]:
    rows = query(
        store,
        "SELECT case_id, kind, status, first_seen, last_seen, resolved_at FROM mart.main.deviations ORDER BY ALL",
    )
    assert len({row[:2] for row in rows}) == len(rows)
    return {(row[0], row[1]): Line(*row[2:]) for row in rows}


@pytest.mark.parametrize("seed", range(4))
def test_random_nights(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    twin: dict[Key, Line] = {}
    deliveries = [Delivery("events", [row for case in CASES for row in rows_of(case)])]
    with landed_store(tmp_path, PROCESS, deliveries) as store:
        shape(store, PROCESS, as_of=None)
        publish_standards(store, "desk", standards=[a_standard()], clauses=[])
        for number in range(7):
            as_of = FIRST + timedelta(days=number)
            inexact = [case for case in CASES if chance.random() < 0.15]
            found = {(case, kind): 1 for case in CASES for kind in KINDS if chance.random() < 0.5}
            result = night(store, found, as_of=as_of, inexact=inexact)
            present = {key for key in found if key[0] not in inexact}
            for key in sorted(present):
                first = twin[key].first_seen if key in twin else as_of
                twin[key] = Line("open" if key[0] == "d" else "final", first, as_of, None)
            for key, line in twin.items():
                if key not in present and key[0] not in inexact and line.status != "resolved":
                    twin[key] = replace(line, status="resolved", resolved_at=as_of)
            assert published(store) == twin
            assert result.deviations == sum(line.status != "resolved" for line in twin.values())
            resolved = {key for key, line in twin.items() if line.status == "resolved"}
            counts = query(store, "SELECT case_id, deviation_count, is_conformant FROM mart.main.cases ORDER BY 1")
            for case, count, is_conformant in counts:
                mine = [key for key in twin if key[0] == case and key not in resolved]
                assert count == len(mine)
                assert is_conformant == (None if case == "d" or case in inexact else not mine)


def test_a_resolved_finding_stays_as_it_was_last_seen(tmp_path: Path) -> None:
    with landed_store(tmp_path, PROCESS, [Delivery("events", rows_of("a"))]) as store:
        shape(store, PROCESS, as_of=None)
        publish_standards(store, "desk", standards=[a_standard()], clauses=[])
        days = [FIRST + timedelta(days=number) for number in range(4)]
        for as_of, found in zip(days, ({("a", "skipped"): 1}, {("a", "skipped"): 2}, {}, {}), strict=True):
            night(store, found, as_of=as_of)
        columns = "deviation_id, position, occurred_at, sentence_en, status, first_seen, last_seen, resolved_at"
        (resolved,) = query(store, f"SELECT {columns} FROM mart.main.deviations")
        night(store, {("a", "skipped"): 1}, as_of=FIRST + timedelta(days=9))
        (again,) = query(store, f"SELECT {columns} FROM mart.main.deviations")
    at = datetime(2026, 1, 2, tzinfo=UTC)
    assert resolved[1:] == (2, at, "at 2", "resolved", days[0], days[1], days[2])
    assert again[0] == resolved[0]
    assert again[4:] == ("final", days[0], FIRST + timedelta(days=9), None)


def test_a_case_that_is_gone_takes_its_findings_along(tmp_path: Path) -> None:
    both, one = [*rows_of("a"), *rows_of("b")], rows_of("a")
    with landed_store(tmp_path, PROCESS, [Delivery("events", both), Delivery("events", one)]) as store:
        shape(store, PROCESS, as_of=None)
        publish_standards(store, "desk", standards=[a_standard()], clauses=[])
        night(store, {(case, "skipped"): 1 for case in "ab"}, as_of=FIRST)
        kept = known_loads(store, process="desk", source="events")[1]
        set_current(
            store, process="desk", source="events", contents=[(kept.content_hash, kept.reading)], delivery="full"
        )
        shape(store, PROCESS, as_of=None)
        night(store, {}, as_of=FIRST + timedelta(days=1))
        assert {key: line.status for key, line in published(store).items()} == {("a", "skipped"): "resolved"}


def test_a_run_of_an_earlier_instant_keeps_the_dates_in_order(tmp_path: Path) -> None:
    with landed_store(tmp_path, PROCESS, [Delivery("events", rows_of("a"))]) as store:
        shape(store, PROCESS, as_of=None)
        publish_standards(store, "desk", standards=[a_standard()], clauses=[])
        night(store, {("a", "skipped"): 1}, as_of=FIRST)
        night(store, {}, as_of=FIRST - timedelta(days=5))
        assert published(store) == {("a", "skipped"): Line("resolved", FIRST, FIRST, FIRST)}


def _as_earlier_releases_wrote(store: Store) -> None:
    """Put the findings back into the one wide table that releases before 0.4.0 had."""
    with store.transaction("mart"):
        store.connection.execute(
            """
            INSERT INTO main.earlier_deviations BY NAME SELECT * FROM main.deviations;
            DELETE FROM p1.deviations;
            DELETE FROM p1.finding_texts
            """
        )


def test_findings_of_an_earlier_release_go_on(tmp_path: Path) -> None:
    told = "SELECT * EXCLUDE (last_seen) FROM mart.main.deviations ORDER BY deviation_id"
    nights: list[Mapping[Key, int]] = [
        {("a", "skipped"): 1, ("a", "replaced"): 2, ("d", "inserted"): 1},
        {("a", "skipped"): 1, ("d", "inserted"): 1, ("d", "skipped"): 1},
        {("a", "replaced"): 1, ("d", "inserted"): 1},
    ]
    seen: list[list[tuple[object, ...]]] = []
    for changes_release in (False, True):
        rows = [*rows_of("a"), *rows_of("d")]
        with landed_store(tmp_path / str(changes_release), PROCESS, [Delivery("events", rows)]) as store:
            shape(store, PROCESS, as_of=None)
            publish_standards(store, "desk", standards=[a_standard()], clauses=[])
            for number, found in enumerate(nights):
                night(store, found, as_of=FIRST + timedelta(days=number))
                if changes_release and number == 1:
                    before = query(store, told)
                    _as_earlier_releases_wrote(store)
                    assert query(store, told) == before
            seen.append(query(store, told))
            assert query(store, "SELECT count(*) FROM mart.main.earlier_deviations") == [(0,)]
            assert {row[0] for row in query(store, "SELECT status FROM mart.main.deviations")} >= {"resolved", "open"}
    assert seen[0] == seen[1]
