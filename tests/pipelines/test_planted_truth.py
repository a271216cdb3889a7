"""The demo's simulator keeps a list of what it planted; the night, which never reads it, has to find it again."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from warehouse.reading.adhoc import run_query


@pytest.fixture(scope="module")
def planted(demo_night: Path) -> set[tuple[str, str, str]]:
    frame = pl.read_csv(demo_night / "truth" / "planted.csv", infer_schema=False)
    return set(frame.select("case_id", "kind", "activity").iter_rows())


@pytest.fixture(scope="module")
def found(demo_night: Path) -> set[tuple[str, str, str]]:
    rows = run_query(
        demo_night / "published" / "asrun.duckdb",
        "SELECT case_id, kind, activity FROM deviations WHERE status <> 'resolved'",
    )
    return {(row["case_id"], row["kind"], row["activity"]) for row in rows.to_pylist()}


def test_at_least_a_hundred_of_each_kind_are_planted(planted: set[tuple[str, str, str]]) -> None:
    counts = Counter(kind for _, kind, _ in planted)
    assert set(counts) == {
        "skipped",
        "inserted",
        "repeated",
        "out_of_order",
        "replaced",
        "unknown_activity",
        "unfinished",
        "late",
    }
    assert min(counts.values()) >= 100


@pytest.mark.parametrize(
    "kind", ["skipped", "inserted", "repeated", "out_of_order", "replaced", "unknown_activity", "unfinished", "late"]
)
def test_recall_and_precision_by_kind(
    kind: str, planted: set[tuple[str, str, str]], found: set[tuple[str, str, str]]
) -> None:
    truth = {row for row in planted if row[1] == kind}
    told = {row for row in found if row[1] == kind}
    hits = len(truth & told)
    assert hits / len(truth) >= 0.99
    assert hits / len(told) >= 0.99


@pytest.mark.parametrize("measure", ["waiting", "sojourn"])
def test_the_planted_bottleneck_is_the_first_hotspot(demo_night: Path, measure: str) -> None:
    truth = json.loads((demo_night / "truth" / "bottleneck.json").read_text(encoding="utf-8"))
    rows = run_query(
        demo_night / "published" / "asrun.duckdb",
        f"""
        SELECT period, place, recoverable_seconds, rank FROM hotspots
        WHERE kind = 'activity' AND measure = '{measure}' AND segment = 'all' AND rank <= 2
            AND period IN ('all', '{truth["last_month"]}')
        ORDER BY period, rank
        """,
    ).to_pylist()
    for period in ("all", truth["last_month"]):
        first, second = (row for row in rows if row["period"] == period)
        assert first["place"] == truth["activity"]
        assert first["recoverable_seconds"] > 2 * second["recoverable_seconds"]


def test_nothing_of_the_product_reads_the_list() -> None:
    root = Path(__file__).parents[2]
    for room in ("mining", "warehouse", "pipelines"):
        for file in (root / room).rglob("*.py"):
            if file.is_relative_to(root / "pipelines" / "demo"):
                continue
            assert "planted" not in file.read_text(encoding="utf-8"), file
