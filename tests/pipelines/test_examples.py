"""The twenty worked queries on the demo's night: each runs, and what comes out is what a plain count gives."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.builders.snapshot import build_snapshot
from warehouse.errors import QuestionError
from warehouse.reading.adhoc import run_query
from warehouse.reading.examples import example_of, examples

DESK = {"process": "service_desk"}
SHANGHAI = ZoneInfo("Asia/Shanghai")
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def answers(demo_night: Path) -> Mapping[str, Rows]:
    """Each example's rows on the demo."""
    snapshot = demo_night / "published" / "asrun.duckdb"
    return {each.name: run_query(snapshot, each.sql, DESK).to_pylist() for each in examples()}


@pytest.fixture(scope="module")
def facts(demo_night: Path) -> Mapping[str, Rows]:
    """The published tables as plain rows."""
    snapshot = demo_night / "published" / "asrun.duckdb"
    wanted = ("cases", "activity_instances", "limit_checks", "deviations", "loads", "processes", "variants")
    return {table: run_query(snapshot, f"SELECT * FROM {table}").to_pylist() for table in wanted}


def test_there_are_twenty_and_each_is_told_in_both_languages() -> None:
    assert [each.number for each in examples()] == list(range(1, 21))
    for each in examples():
        assert each.question_en.endswith("?")
        assert each.question_zh.endswith("？")
        assert each.gives
        assert "--" not in each.sql
        assert "$process" in each.sql
        assert "$" not in each.for_process("desk")
        assert "'it''s'" in each.for_process("it's")
        assert example_of(each.name) is example_of(str(each.number)) is each
    with pytest.raises(QuestionError, match="Did you mean 'rework'"):
        example_of("reworks")
    with pytest.raises(QuestionError, match="from 1 to 20"):
        example_of("21")


def test_each_gives_rows_on_the_demo(answers: Mapping[str, Rows]) -> None:
    assert all(answers.values()), [name for name, rows in answers.items() if not rows]


@pytest.mark.slow
def test_each_bears_odd_snapshots(tmp_path: Path) -> None:
    snapshot = build_snapshot(tmp_path / "odd.duckdb", cases=40)
    for each in examples():
        for process in ("desk", "hostile", "empty", "nobody's"):
            run_query(snapshot, each.sql, {"process": process})
            run_query(snapshot, each.for_process(process))


def test_conformance_by_month(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    closed = [case for case in facts["cases"] if case["state"] == "closed"]
    for row in answers["conformance_by_month"]:
        judged = [case["is_conformant"] for case in closed if case["period"] == row["period"]]
        assert row["judged_cases"] == len(judged)
        assert row["conformance_percent"] == pytest.approx(100 * sum(judged) / len(judged), abs=0.05001)
    assert sum(row["closed_cases"] for row in answers["conformance_by_month"]) == len(closed)


def test_commonest_deviations(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    present = [row for row in facts["deviations"] if row["status"] != "resolved"]
    cases = Counter(key for key, _ in {((row["kind"], row["activity"]), row["case_id"]) for row in present})
    rows = answers["commonest_deviations"]
    assert [row["cases"] for row in rows] == sorted(cases.values(), reverse=True)[:20]
    assert all(cases[row["kind"], row["activity"]] == row["cases"] for row in rows)


def test_slowest_cases(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    september = [case for case in facts["cases"] if case["period"] == "2026-09" and case["state"] == "closed"]
    slowest = sorted(september, key=lambda case: (-case["cycle_seconds"], case["case_id"]))[:20]
    assert [row["case_id"] for row in answers["slowest_cases"]] == [case["case_id"] for case in slowest]


def test_limits_by_month(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    decided = Counter(
        (row["clause_id"], row["due_at"].astimezone(SHANGHAI).strftime("%Y-%m"), row["outcome"])
        for row in facts["limit_checks"]
        if row["outcome"] in {"met", "breached"}
    )
    told = Counter()
    for row in answers["limits_by_month"]:
        for outcome in ("met", "breached"):
            told[row["clause_id"], row["month"], outcome] = row[outcome]
    assert +told == decided


def test_cycle_time_by_segment(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    rows = {(row["segment"], row["value"]): row for row in answers["cycle_time_by_segment"]}
    wanted: dict[tuple[str, str], list[float]] = {}
    for case in facts["cases"]:
        for key, value in case["segments"]:
            if case["state"] == "closed" and value is not None:
                wanted.setdefault((key, value), []).append(case["cycle_seconds"])
    assert {key: row["cases"] for key, row in rows.items()} == {key: len(times) for key, times in wanted.items()}
    for key, times in wanted.items():
        assert rows[key]["p50_hours"] == sorted(times)[math.ceil(len(times) / 2) - 1] / 3600


def test_variants_that_cover_most(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    counts = sorted((row["case_count"] for row in facts["variants"]), reverse=True)
    rows = answers["variants_that_cover_most"]
    assert [row["case_count"] for row in rows] == counts[: len(rows)]
    assert sum(counts[: len(rows) - 1]) < 0.8 * 20_000 <= sum(counts[: len(rows)])


def test_skipped_steps(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    judged = sum(case["is_conformant"] is not None for case in facts["cases"])
    skipped = {
        (row["element_id"], row["case_id"])
        for row in facts["deviations"]
        if row["kind"] == "skipped" and row["status"] != "resolved"
    }
    counted = Counter(element for element, _ in skipped)
    assert {row["element_id"]: row["cases"] for row in answers["skipped_steps"]} == counted
    for row in answers["skipped_steps"]:
        assert row["percent_of_judged"] == round(100 * counted[row["element_id"]] / judged, 2)


def test_workload_by_hour(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    local = [row["completed_at"].astimezone(SHANGHAI) for row in facts["activity_instances"]]
    assert {(row["weekday"], row["hour_of_day"]): row["instances"] for row in answers["workload_by_hour"]} == Counter(
        (instant.isoweekday(), instant.hour) for instant in local
    )


def test_changes_of_the_last_week(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    (process,) = facts["processes"]
    since = process["as_of"] - timedelta(days=7)
    started = sum(case["started_at"] >= since for case in facts["cases"])
    ended = sum(case["ended_at"] is not None and case["ended_at"] >= since for case in facts["cases"])
    told = Counter()
    for row in answers["changes_of_the_last_week"]:
        told[row["what"]] += row["changes"]
    assert (told["case_started"], told["case_ended"], told["deviation_found"]) == (started, ended, 3003)


def test_from_finding_to_source_row(answers: Mapping[str, Rows], demo_night: Path) -> None:
    rows = answers["from_finding_to_source_row"]
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        lines = (demo_night / row["locator"]).read_text(encoding="utf-8").splitlines()
        assert row["activity"] in lines[row["row_number"]]  # the header is line 0


def test_arrivals_and_backlog(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    rows = answers["arrivals_and_backlog"]
    assert sum(row["started"] for row in rows) == 20_000
    assert rows[-1]["open_at_end"] == sum(case["ended_at"] is None for case in facts["cases"])
    for row in rows:
        open_then = sum(
            case["started_at"].astimezone(SHANGHAI).strftime("%Y-%m") <= row["month"]
            and (case["ended_at"] is None or case["ended_at"].astimezone(SHANGHAI).strftime("%Y-%m") > row["month"])
            for case in facts["cases"]
        )
        assert row["open_at_end"] == open_then


def test_quality_of_the_sources(answers: Mapping[str, Rows], facts: Mapping[str, Rows]) -> None:
    for row in answers["quality_of_the_sources"]:
        mine = [load for load in facts["loads"] if load["source"] == row["source"] and load["is_current"]]
        assert (row["loads"], row["rows_read"]) == (len(mine), sum(load["rows_read"] for load in mine))
    assert {row["source"] for row in answers["quality_of_the_sources"]} == {"surveys", "tickets"}
