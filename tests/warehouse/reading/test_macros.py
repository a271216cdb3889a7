"""The macros of a snapshot against independent counts in polars, on the demo and on a snapshot of odd rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest

from warehouse.mart.macros import macros
from warehouse.reading.rows import ActivityTimesRow
from warehouse.reading.snapshot import Snapshot

DESK = "service_desk"
CALLS = {
    "business_seconds": "SELECT business_seconds(now(), now(), $process) AS x",
    "case_timeline": "FROM case_timeline($process, 'T-00011')",
    "what_changed": "FROM what_changed($process, TIMESTAMPTZ '2026-01-01 00:00:00+00')",
}


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@pytest.fixture(scope="module")
def desk(demo_night: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(demo_night / "published" / "asrun.duckdb") as connection:
        yield connection


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> list[dict[str, Any]]:
    result = connection.execute(sql, values or None)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def frame(connection: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    found = pl.from_arrow(connection.execute(f"SELECT * FROM {table} WHERE process = '{DESK}'").to_arrow_table())
    assert isinstance(found, pl.DataFrame)
    return found


def test_conformance_rate(desk: duckdb.DuckDBPyConnection) -> None:
    cases = frame(desk, "cases").filter(pl.col("state") == "closed")
    for period in (None, "all", "2026-09", "2026-02", "1999-01"):
        of_period = cases if period in {None, "all"} else cases.filter(pl.col("period") == period)
        judged = of_period.filter(pl.col("is_conformant").is_not_null())
        conformant = judged["is_conformant"].sum()
        (row,) = rows_of(desk, "FROM conformance_rate($process, $period)", process=DESK, period=period)
        assert (row["closed_cases"], row["judged_cases"], row["conformant_cases"]) == (
            len(of_period),
            len(judged),
            conformant,
        )
        assert row["conformance_rate"] == (conformant / len(judged) if len(judged) else None)
        headline = rows_of(
            desk,
            "SELECT value FROM headlines WHERE process = $process AND figure = 'conformance_rate' AND period = $period",
            process=DESK,
            period=row["period"],
        )
        assert all(each["value"] == row["conformance_rate"] for each in headline)


def test_monthly_figures_and_cases_in_period(desk: duckdb.DuckDBPyConnection) -> None:
    cases = frame(desk, "cases").filter(pl.col("period").is_not_null())
    rows = rows_of(desk, "FROM monthly_figures($process)", process=DESK)
    assert [row["period"] for row in rows] == sorted(cases["period"].unique())
    for row in rows:
        of_period = cases.filter(pl.col("period") == row["period"])
        times = sorted(of_period["cycle_seconds"].drop_nulls())
        assert row["closed_cases"] == len(of_period)
        assert row["conformant_cases"] == of_period["is_conformant"].sum()
        assert row["deviations"] == of_period["deviation_count"].sum()
        assert row["cycle_p50_seconds"] == times[math.ceil(len(times) * 0.5) - 1]
        assert row["cycle_p90_seconds"] == times[math.ceil(len(times) * 0.9) - 1]
        ended = rows_of(desk, "SELECT case_id FROM cases_in_period($p, $m)", p=DESK, m=row["period"])
        assert {each["case_id"] for each in ended} == set(of_period["case_id"])
    assert len(rows_of(desk, "FROM cases_in_period($p)", p=DESK)) == len(cases)


def test_cycle_times(desk: duckdb.DuckDBPyConnection) -> None:
    cases = frame(desk, "cases").filter((pl.col("state") == "closed") & pl.col("period").is_not_null())
    (whole,) = rows_of(desk, "FROM cycle_times($p) WHERE period = 'all'", p=DESK)
    assert (whole["segment"], whole["cases"]) == ("all", len(cases))
    assert whole["mean_seconds"] == pytest.approx(cases["cycle_seconds"].mean(), rel=1e-12)
    by_priority = {
        (row["period"], row["segment"]): row for row in rows_of(desk, "FROM cycle_times($p, 'priority')", p=DESK)
    }
    counted = 0
    for (period, priority), group in cases.group_by(["period", "priority"]):
        times = sorted(group["cycle_seconds"])
        row = by_priority[period, f"priority={priority}"]
        assert (row["cases"], row["least_seconds"], row["most_seconds"]) == (len(times), times[0], times[-1])
        assert row["p95_seconds"] == times[math.ceil(len(times) * 0.95) - 1]
        counted += 1
    assert counted == sum(period != "all" for period, _ in by_priority)
    one = rows_of(desk, "FROM cycle_times($p, 'priority=P1')", p=DESK)
    assert one == [row for (_, segment), row in by_priority.items() if segment == "priority=P1"]


def test_rework(desk: duckdb.DuckDBPyConnection) -> None:
    instances = frame(desk, "activity_instances").sort("case_id", "instance")
    again = instances.with_columns(number=pl.int_range(pl.len()).over("case_id", "activity"))
    rows = {row["activity"]: row for row in rows_of(desk, "FROM rework($p)", p=DESK)}
    assert set(rows) == set(instances["activity"])
    for (activity,), group in again.group_by(["activity"]):
        beyond = group.filter(pl.col("number") > 0)
        row = rows[str(activity)]
        assert (row["instances"], row["cases"], row["rework_instances"], row["rework_cases"]) == (
            len(group),
            group["case_id"].n_unique(),
            len(beyond),
            beyond["case_id"].n_unique(),
        )
        assert row["rework_share"] == len(beyond) / len(group)
        assert row["rework_sojourn_seconds"] == pytest.approx(beyond["sojourn_seconds"].sum(), abs=1e-3)


def test_handovers_name_no_person(desk: duckdb.DuckDBPyConnection) -> None:
    instances = frame(desk, "activity_instances").sort("case_id", "instance")
    following = instances.with_columns(
        to_activity=pl.col("activity").shift(-1).over("case_id"),
        to_role=pl.col("role").shift(-1).over("case_id"),
        to_resource=pl.col("resource").shift(-1).over("case_id"),
    ).filter(pl.col("resource") != pl.col("to_resource"))
    counted = {
        key: (len(group), group["case_id"].n_unique())
        for key, group in following.group_by(["activity", "to_activity", "role", "to_role"])
    }
    rows = rows_of(desk, "FROM handovers($p)", p=DESK)
    assert {
        (row["from_activity"], row["to_activity"], row["from_role"], row["to_role"]): (row["handovers"], row["cases"])
        for row in rows
    } == counted
    assert not any("resource" in name for name in rows[0])


def test_limits_met(desk: duckdb.DuckDBPyConnection) -> None:
    checks = frame(desk, "limit_checks").filter(pl.col("outcome").is_in(["met", "breached"]))
    zone = ZoneInfo("Asia/Shanghai")
    months = [due.astimezone(zone).strftime("%Y-%m") for due in checks["due_at"]]
    checks = checks.with_columns(month=pl.Series(months))
    for period in ("all", "2026-09", "2026-03", "1999-01"):
        of_period = checks if period == "all" else checks.filter(pl.col("month") == period)
        rows = rows_of(desk, "FROM limits_met($p, $m)", p=DESK, m=period)
        counted = {
            str(clause): (len(group), (group["outcome"] == "met").sum())
            for (clause,), group in of_period.group_by(["clause_id"])
        }
        assert {row["clause_id"]: (row["decided"], row["met"]) for row in rows} == counted
        assert all(row["text_en"] for row in rows)
        headline = rows_of(
            desk,
            "SELECT value FROM headlines WHERE process = $p AND figure = 'limits_met_rate' AND period = $m",
            p=DESK,
            m=period,
        )
        for each in headline:
            assert each["value"] == sum(row["met"] for row in rows) / sum(row["decided"] for row in rows)


def test_open_cases_due(desk: duckdb.DuckDBPyConnection) -> None:
    (as_of,) = (row["as_of"] for row in rows_of(desk, "FROM processes"))
    is_open = set(frame(desk, "cases").filter(pl.col("state") == "open")["case_id"])
    for hours in (0.5, 24, 24 * 30):
        wanted = {
            (row["case_id"], row["clause_id"], row["due_at"])
            for row in frame(desk, "limit_checks").iter_rows(named=True)
            if row["case_id"] in is_open
            and row["to_at"] is None
            and row["outcome"] in {"running", "at_risk"}
            and row["due_at"] <= as_of + timedelta(hours=hours)
        }
        rows = rows_of(desk, "FROM open_cases_due($p, $h)", p=DESK, h=hours)
        assert {(row["case_id"], row["clause_id"], row["due_at"]) for row in rows} == wanted
        assert [row["due_at"] for row in rows] == sorted(row["due_at"] for row in rows)
        assert all(row["hours_left"] == (row["due_at"] - as_of) / timedelta(hours=1) for row in rows)
    assert len(wanted) > 10
    assert len(rows_of(desk, "FROM open_cases_due($p)", p=DESK)) == len(
        rows_of(desk, "FROM open_cases_due($p, within_hours := 24)", p=DESK)
    )


def test_work_in_progress(desk: duckdb.DuckDBPyConnection) -> None:
    (as_of,) = (row["as_of"] for row in rows_of(desk, "FROM processes"))
    last: dict[str, tuple[int, str, datetime]] = {}
    for row in frame(desk, "activity_instances").iter_rows(named=True):
        last[row["case_id"]] = max(
            last.get(row["case_id"], (0,)), (row["instance"], row["activity"], row["completed_at"])
        )
    cases = frame(desk, "cases").filter(pl.col("state") == "open")
    rows = {row["case_id"]: row for row in rows_of(desk, "FROM work_in_progress($p)", p=DESK)}
    assert set(rows) == set(cases["case_id"])
    for case in cases.iter_rows(named=True):
        row = rows[case["case_id"]]
        assert row["age_days"] == pytest.approx((as_of - case["started_at"]) / timedelta(days=1))
        assert row["last_activity"] == last.get(case["case_id"], (0, None))[1]


def test_variant_share(desk: duckdb.DuckDBPyConnection) -> None:
    counted = frame(desk, "cases")["variant_id"].value_counts(sort=True)
    top = sorted(counted.iter_rows(), key=lambda row: (-row[1], row[0]))[:7]
    rows = rows_of(desk, "FROM variant_share($p, 7)", p=DESK)
    assert [(row["variant_id"], row["case_count"]) for row in rows] == top
    assert [row["place"] for row in rows] == list(range(1, 8))
    assert rows[-1]["cumulative_share"] == sum(count for _, count in top) / 20_000
    assert len(rows_of(desk, "FROM variant_share($p)", p=DESK)) == 10


def test_hotspots_of_and_deviations_now(desk: duckdb.DuckDBPyConnection) -> None:
    hotspots = frame(desk, "hotspots").filter((pl.col("segment") == "all") & (pl.col("kind") != "resource"))
    for period in ("all", "2026-09"):
        rows = rows_of(desk, "FROM hotspots_of($p, $m)", p=DESK, m=period)
        assert len(rows) == len(hotspots.filter(pl.col("period") == period)) > 10
    now = rows_of(desk, "FROM deviations_now($p)", p=DESK)
    assert len(now) == frame(desk, "cases")["deviation_count"].sum() == 3003


def test_what_changed(desk: duckdb.DuckDBPyConnection) -> None:
    since = datetime(2026, 9, 30, 16, tzinfo=UTC)
    cases, checks = frame(desk, "cases"), frame(desk, "limit_checks")
    found: dict[str, int] = {}
    for row in rows_of(desk, "FROM what_changed($p, $since)", p=DESK, since=since):
        found[row["what"]] = found.get(row["what"], 0) + 1
        assert row["changed_at"] >= since
    assert found == {
        "case_started": len(cases.filter(pl.col("started_at") >= since)),
        "case_ended": len(cases.filter(pl.col("ended_at") >= since)),
        "limit_breached": len(checks.filter((pl.col("outcome") == "breached") & (pl.col("due_at") >= since))),
        "deviation_found": 3003,  # the first night found them all
    }


def test_case_timeline(desk: duckdb.DuckDBPyConnection) -> None:
    deviating = [row["case_id"] for row in rows_of(desk, "FROM deviations_now($p) ORDER BY case_id", p=DESK)][::250]
    plain = frame(desk, "cases")["case_id"].head(5).to_list()
    for case_id in [*deviating, *plain]:
        rows = rows_of(desk, "FROM case_timeline($p, $c)", p=DESK, c=case_id)
        assert [row["line"] for row in rows] == list(range(1, len(rows) + 1))
        assert rows[0]["what"] == "case_start"
        known = [row["occurred_at"] for row in rows if row["occurred_at"] is not None]
        assert known == sorted(known)
        counted = {what: sum(row["what"] == what for row in rows) for what in {row["what"] for row in rows}}
        for table, what in (("events", "event"), ("activity_instances", "instance")):
            assert counted[what] == len(frame(desk, f"(FROM {table} WHERE case_id = '{case_id}')"))
        assert counted.get("deviation", 0) == len(
            rows_of(desk, "FROM deviations_now($p) WHERE case_id = $c", p=DESK, c=case_id)
        )
        moves = rows_of(
            desk,
            "SELECT m.* FROM alignment_moves m JOIN cases c USING (process, variant_id, standard_version) "
            "WHERE c.case_id = $c AND m.is_open = (c.state = 'open') ORDER BY step",
            c=case_id,
        )
        told = [(row["outcome"], row["activity"], row["place"]) for row in rows if row["what"] == "move"]
        assert told == [(move["move"], move["activity"], move["position"]) for move in moves]
    assert rows_of(desk, "FROM case_timeline($p, 'no such case')", p=DESK) == []


def _call(name: str) -> str:
    return CALLS.get(name, f"FROM {name}($process)")


@pytest.mark.parametrize("name", [macro.name for macro in macros()])
def test_every_macro_bears_odd_rows(published: Path, name: str) -> None:
    with connect(published) as connection:
        for process in ("desk", "hostile", "empty", "no such process", "'; DROP TABLE cases; --", None):
            rows = connection.execute(_call(name), {"process": process}).fetchall()
            if process in {"empty", "no such process"} and name not in {"conformance_rate", "business_seconds"}:
                assert rows == []


@pytest.mark.parametrize("name", [macro.name for macro in macros()])
def test_the_example_of_every_macro_runs(demo_night: Path, name: str) -> None:
    (macro,) = (each for each in macros() if each.name == name)
    with connect(demo_night / "published" / "asrun.duckdb") as connection:
        connection.execute(macro.example).fetchall()
        found = connection.execute(
            "SELECT comment FROM duckdb_functions() WHERE function_name = $name AND NOT internal", {"name": name}
        ).fetchall()
    assert found == [(macro.comment,)]


def test_macros_of_an_attached_snapshot(demo_night: Path, tmp_path: Path) -> None:
    """As the documentation says: after USE, or with the snapshot on the search path beside tables of one's own."""
    snapshot = demo_night / "published" / "asrun.duckdb"
    call = f"SELECT judged_cases FROM conformance_rate('{DESK}')"
    with duckdb.connect(str(tmp_path / "own.duckdb")) as connection:
        connection.execute("CREATE TABLE mine (period VARCHAR)")
        connection.execute("INSERT INTO mine VALUES ('2026-09'), ('2026-08')")
        connection.execute(f"ATTACH '{snapshot}' AS x (READ_ONLY)")
        connection.execute("USE x")
        whole = connection.execute(call).fetchone()
        assert connection.execute("SELECT business_seconds(now(), now(), 'none')").fetchone() == (None,)
        connection.execute("SET search_path = 'own,x'")
        assert connection.execute(call).fetchone() == whole
        joined = connection.execute(
            f"SELECT count(*) FROM mine JOIN monthly_figures('{DESK}') USING (period)"
        ).fetchone()
        assert joined == (2,)


def test_headers_are_whole() -> None:
    assert len(macros()) >= 15
    for macro in macros():
        assert f"MACRO {macro.name}(" in macro.sql
        for part in (macro.what, macro.arguments, macro.gives, macro.example):
            assert len(part) > 10


def test_figures_of_activities_are_those_of_a_full_scan(demo_night: Path, tmp_path: Path) -> None:
    """The report takes them from variants and hotspots; the log itself says the same."""
    snapshot = tmp_path / "asrun.duckdb"  # a name of its own: another test holds the file open with other settings
    snapshot.hardlink_to(demo_night / "published" / "asrun.duckdb")
    with Snapshot(snapshot) as opened:
        rows = {row.activity: row for row in opened.read(ActivityTimesRow, process=DESK)}
    with connect(snapshot) as connection:
        instances = frame(connection, "activity_instances")
    assert len(rows) > 10
    for (activity,), group in instances.group_by(["activity"]):
        row = rows[str(activity)]
        times = sorted(group["sojourn_seconds"])
        assert (row.instances, row.cases) == (len(group), group["case_id"].n_unique())
        assert row.p50_seconds == times[math.ceil(len(times) / 2) - 1]
        assert row.total_seconds == pytest.approx(sum(times), abs=1e-3)
