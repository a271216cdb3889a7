"""Schema drift, of files and of live sources: told, stopped or held back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import BadInput
from pipelines.planning.make_plan import source_files
from pipelines.stages.outcome import StageOutcome
from pipelines.workspace.load import load_workspace
from tests.pipelines.live.desks import landed, live_workspace, loads, opened, pulled
from tests.pipelines.live.servers import Postgres


def rows(**changes: Any) -> pa.Table:
    columns: dict[str, Any] = {
        "ticket": ["T1", "T2"],
        "step": ["Register", "Close"],
        "done_at": [datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 5, 11, tzinfo=UTC)],
        "agent": ["Ann", "Bob"],
        "floor": [1, 2],
    }
    columns.update(changes)
    return pa.table({name: values for name, values in columns.items() if values is not None})


def night(folder: Path, table: pa.Table, name: str) -> StageOutcome:
    (folder / "data").mkdir(exist_ok=True)
    pq.write_table(table, folder / "data" / f"{name}.parquet")
    workspace = load_workspace(folder)
    files = source_files(workspace.process("desk"), workspace=folder, environ={})
    return pulled(folder, files=files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return live_workspace(tmp_path, {"files": "data/*.parquet"}, delivery="increment")


def held(folder: Path) -> list[tuple[Any, ...]]:
    with opened(folder) as store:
        return store.fetch_sql(
            "test/held",
            "SELECT load_id, row_number, reason, column_name, value FROM landing.main.held_rows ORDER BY ALL",
        )


def quarantining(folder: Path) -> None:
    live_workspace(folder, {"files": "data/*.parquet"}, delivery="increment", drift="quarantine")


def test_a_new_column_is_kept_and_told_once(folder: Path) -> None:
    assert night(folder, rows(), "a").warnings == ()
    outcome = night(folder, rows(mood=["good", "bad"]), "b")
    assert outcome.warnings == (
        "data/b.parquet: new column 'mood' in source tickets, kept; list it under attributes to publish it",
    )
    assert night(folder, rows(mood=["good", "fair"]), "c").warnings == ()
    assert landed(folder, "mood") == [(None,), (None,), ("good",), ("bad",), ("good",), ("fair",)]


def test_a_lost_column_stops_the_source(folder: Path) -> None:
    night(folder, rows(), "a")
    with pytest.raises(BadInput, match="names the column 'agent', which the source does not have any more") as caught:
        night(folder, rows(agent=None, clerk=["Ann", "Bob"]), "b")
    assert "Columns found: ticket, step, done_at, floor, clerk" in str(caught.value)
    assert loads(folder) == [(2, 2, True)]


def test_a_lost_column_holds_the_rows_where_the_process_says_so(folder: Path) -> None:
    quarantining(folder)
    night(folder, rows(), "a")
    night(folder, rows(agent=None, done_at=None), "b")
    assert held(folder) == [
        (2, 1, "column_lost", "done_at, agent", None),
        (2, 2, "column_lost", "done_at, agent", None),
    ]
    assert loads(folder) == [(2, 2, True), (2, 2, True)]


def test_a_column_that_nobody_mapped_may_go(folder: Path) -> None:
    night(folder, rows(), "a")
    night(folder, rows(floor=None), "b")
    assert landed(folder, "floor") == [(1,), (2,), (None,), (None,)]


def test_a_retyped_column_stops_the_source(folder: Path) -> None:
    night(folder, rows(), "a")
    with pytest.raises(BadInput, match=r"in the column 'done_at' 1 values are no instants \(for example 'soon'\)"):
        night(folder, rows(done_at=["2026-01-06 10:00", "soon"]), "b")
    assert loads(folder) == [(2, 2, True)]


def test_a_retyped_column_holds_the_rows_that_do_not_fit(folder: Path) -> None:
    quarantining(folder)
    night(folder, rows(), "a")
    night(folder, rows(done_at=["2026-01-06 10:00:00+00", "soon"]), "b")
    assert held(folder) == [(2, 2, "column_retyped", "done_at", "soon")]
    instants = [None if value is None else value.isoformat() for (value,) in landed(folder, "done_at")]
    assert instants[2:] == ["2026-01-06T10:00:00+00:00", None]


@pytest.mark.parametrize("values", [["ground", "2"], [1.5, 2.0]])
def test_a_retyped_column_that_nobody_mapped_is_kept_as_text(folder: Path, values: list[Any]) -> None:
    night(folder, rows(), "a")
    outcome = night(folder, rows(floor=values), "b")
    assert (
        "in the column 'floor' of source tickets 1 values are no BIGINT; kept as 'floor (as text)'"
        in outcome.warnings[0]
    )
    assert landed(folder, "floor", "floor (as text)")[2:] == [(None, str(values[0])), (2, None)]
    assert held(folder) == []
    # the same again goes the same way, into the same column
    night(folder, rows(floor=["roof", "3"]), "c")
    assert landed(folder, "floor", "floor (as text)")[4:] == [(None, "roof"), (3, None)]


def test_a_live_source_that_lost_a_column(tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DB", postgres.url)
    postgres.run(
        "CREATE TABLE drifting (id int, ticket text, step text, done_at timestamptz, agent text, n int)",
        "INSERT INTO drifting VALUES (1, 'T1', 'Register', '2026-01-05', 'Ann', 1)",
    )
    place = {"postgres": {"url_env": "DESK_DB", "table": "drifting", "cursor": "n"}}
    live_workspace(tmp_path, place, key=["id"])
    pulled(tmp_path)
    postgres.run(
        "ALTER TABLE drifting RENAME agent TO clerk", "INSERT INTO drifting VALUES (2, 'T2', 'x', NULL, 'B', 2)"
    )
    with pytest.raises(BadInput, match="names the column 'agent', which the source does not have any more"):
        pulled(tmp_path)
    assert loads(tmp_path) == [(1, 1, True)]
    live_workspace(tmp_path, place, key=["id"], drift="quarantine")
    pulled(tmp_path)
    assert loads(tmp_path) == [(1, 1, True), (2, 2, True)]
    assert held(tmp_path) == [(2, 1, "column_lost", "agent", None), (2, 2, "column_lost", "agent", None)]
    # held rows are known: they are not landed again
    assert pulled(tmp_path).rows_landed == 0
