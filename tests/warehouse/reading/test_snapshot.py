from __future__ import annotations

import dataclasses
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from tests.builders.snapshot import build_snapshot
from warehouse.errors import WarehouseError
from warehouse.migrations import latest_version
from warehouse.reading import case_rows, rows
from warehouse.reading.snapshot import Snapshot
from warehouse.reading.statements import statement, statement_names

ROWS = [row for module in (rows, case_rows) for row in vars(module).values() if hasattr(row, "QUERY")]
VALUES = {
    "process": "desk",
    "standard_version": "2026-01-01",
    "period": "2026-09",
    "top": 5,
    "width": 3600.0,
    "bins": 10,
    "case_id": "T-00011",
    "variant_id": "none",
    "is_open": False,
    "hidden": ["resource"],
    "with_rows": True,
}


def test_every_query_has_a_row_class_and_a_header() -> None:
    assert sorted(row.QUERY for row in ROWS) == statement_names()
    for name in statement_names():
        for word in ("what:", "inputs:", "grain:", "parameters:"):
            assert word in statement(name), (name, word)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.QUERY)
def test_every_query_fills_its_rows(published: Path, row: type) -> None:
    needed = set(re.findall(r"\$(\w+)", re.sub(r"--.*", "", statement(row.QUERY))))
    stated = statement(row.QUERY).split("-- parameters:")[1].splitlines()[0]
    assert all(f"${name}" in stated for name in needed)
    with Snapshot(published) as snapshot:
        for process in ("desk", "hostile", "empty", "'; DROP TABLE cases; --"):
            given = {name: VALUES[name] for name in needed} | ({"process": process} if "process" in needed else {})
            found = snapshot.read(row, **given)
            assert all(dataclasses.is_dataclass(entry) for entry in found)
            assert row.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_two_readings_are_equal(published: Path) -> None:
    with Snapshot(published) as snapshot:
        first = snapshot.read(rows.DeviationGroupRow, process="desk", period="2026-09")
    with Snapshot(published) as snapshot:
        assert snapshot.read(rows.DeviationGroupRow, process="desk", period="2026-09") == first
    assert [row.gravity for row in first] == sorted((row.gravity for row in first), reverse=True)


def test_deviation_groups_agree_with_a_plain_count(published: Path) -> None:
    with Snapshot(published) as snapshot:
        groups = snapshot.read(rows.DeviationGroupRow, process="desk", period="2026-09")
        plain = (
            snapshot.connection()
            .execute("SELECT clause_id, kind, activity, case_id, status FROM deviations WHERE process = 'desk'")
            .fetchall()
        )
        (resolved,) = snapshot.read(rows.ResolvedDeviationsRow, process="desk")
    counted: dict[tuple[str, str, str], set[str]] = {}
    mended = []
    for clause, kind, activity, case_id, status in plain:
        if status == "resolved":
            mended.append(case_id)
        else:
            counted.setdefault((clause, kind, activity), set()).add(case_id)
    assert mended
    assert (resolved.findings, resolved.cases) == (len(mended), len(set(mended)))
    assert {(g.clause_id, g.kind, g.activity): g.cases for g in groups} == {k: len(v) for k, v in counted.items()}


@pytest.mark.parametrize(
    ("hidden", "kinds"),
    [
        (["resource"], {"activity", "handover", "role", "segment"}),
        (["resource", "role"], {"activity", "handover", "segment"}),
        ([], {"activity", "handover", "resource", "role", "segment"}),
    ],
)
def test_people_come_out_of_the_hotspots_only_where_they_are_asked_for(
    published: Path, hidden: list[str], kinds: set[str]
) -> None:
    with Snapshot(published) as snapshot:
        found = snapshot.read(rows.HotspotRow, process="desk", period="all", top=1000, hidden=hidden)
    assert {row.kind for row in found} == kinds


def test_rows_in_quarantine_come_whole_only_where_names_may_be_shown(published: Path) -> None:
    with Snapshot(published) as snapshot:
        shown = snapshot.read(rows.QuarantineRow, process="hostile", with_rows=True)
        hidden = snapshot.read(rows.QuarantineRow, process="hostile", with_rows=False)
    assert any(example["raw"] for row in shown for example in row.examples)
    assert not any(example["raw"] for row in hidden for example in row.examples)
    assert [row.rows for row in shown] == [row.rows for row in hidden]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no published snapshot here"):
        Snapshot(tmp_path / "none.duckdb")


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    text = tmp_path / "text.duckdb"
    text.write_text("not a database at all", encoding="utf-8")
    with pytest.raises(WarehouseError, match="can't be opened as a DuckDB file"):
        Snapshot(text)
    plain = tmp_path / "plain.duckdb"
    duckdb.connect(str(plain)).close()
    with pytest.raises(WarehouseError, match="not a published snapshot"):
        Snapshot(plain)


def test_a_newer_layout_is_told(tmp_path: Path) -> None:
    newer = build_snapshot(tmp_path / "newer.duckdb", cases=3, schema_version=99, hostile=False)
    with pytest.raises(WarehouseError, match=rf"table layout 99 .* up to layout {latest_version('mart')}"):
        Snapshot(newer)
    assert shutil.move(newer, tmp_path / "moved.duckdb")  # nothing holds the file


def test_a_session_is_shut_in(published: Path) -> None:
    with Snapshot(published) as snapshot:
        connection = snapshot.connection()
        for sql in (
            "CREATE TABLE t (a INT)",
            "SET threads = 1",
            "SELECT * FROM read_csv('/etc/hosts')",
            "DROP TABLE cases",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(sql).fetchall()
        zone = connection.execute("SELECT current_setting('TimeZone')").fetchone()
        assert zone == ("UTC",)


def test_a_failing_query_shows_its_name_and_parameters(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "warehouse.reading.snapshot.statement", lambda name: "SELECT nothing FROM nowhere WHERE 1 = $process"
    )
    with Snapshot(published) as snapshot, pytest.raises(WarehouseError) as caught:
        snapshot.read(rows.TrendRow, process="desk")
    told = str(caught.value)
    assert "query trend" in told
    assert "process='desk'" in told
    assert "nowhere" in told


def test_many_readers_of_one_program_share_the_file(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")

    def read(_: int) -> tuple[object, ...] | None:
        with Snapshot(published) as snapshot:
            return (
                snapshot.connection()
                .execute("SELECT current_setting('TimeZone'), count(*) FROM cases WHERE process = 'desk'")
                .fetchone()
            )

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(64))) == {("UTC", 160)}
    with Snapshot(published), Snapshot(published) as second:
        told = second.connection().execute("SELECT CAST(TIMESTAMPTZ '2026-01-01 00:00:00+00' AS VARCHAR)").fetchone()
        assert told == ("2026-01-01 00:00:00+00",)
        with pytest.raises(duckdb.Error, match="locked"):
            second.connection().execute("SET threads = 1")
