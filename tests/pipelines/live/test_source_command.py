"""`asrun source test`, the plan and the configuration of live sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.checking import check_workspace
from pipelines.cli.app import app
from pipelines.compiling.process import process_spec
from pipelines.errors import BadInput
from pipelines.planning.make_plan import make_plan
from pipelines.workspace.load import load_workspace
from tests.builders.night import run_night
from tests.builders.workspaces import write_process, write_workspace
from tests.pipelines.live.desks import live_workspace
from tests.pipelines.live.servers import Postgres
from warehouse.specification import FilterSpec

QUERY = (
    "SELECT 'T' || g / 3 AS ticket, (ARRAY['Register', 'Examine', 'Close'])[g % 3 + 1] AS step, "
    "now() - 10000 * INTERVAL '1 minute' + g * INTERVAL '1 minute' AS done_at, E'\\x1b[31mAnn' AS agent, "
    "g AS floor FROM generate_series(3, 302) AS g"
)


def tried(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["source", "test", *arguments], env={"COLUMNS": "200"})
    if isinstance(result.exception, BadInput):
        return 2, str(result.exception)
    return result.exit_code, result.output


def test_a_live_source_is_shown_with_its_mapping(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_DB", postgres.url)
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "query": QUERY}})
    code, told = tried("desk", "-w", str(tmp_path))
    assert code == 0
    assert told.count("Ann") == 10
    assert "\x1b" not in told
    assert "case: ticket" in told
    assert "new not in your mapping: floor" in told
    assert postgres.url not in told
    assert not (tmp_path / "warehouse").exists()


def test_a_missing_column_is_told_with_its_nearest(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_DB", postgres.url)
    renamed = QUERY.replace("AS agent", "AS agents")
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "query": renamed}})
    code, told = tried("desk", "tickets", "-w", str(tmp_path))
    assert code == 2
    assert "the mapping names 'agent' (did you mean 'agents'?)" in told


def test_files_are_shown_too_and_a_bad_source_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_workspace(tmp_path / "files")
    assert tried("desk", "-w", str(tmp_path / "files"))[0] == 0
    assert "Did you mean 'tickets'?" in tried("desk", "ticket", "-w", str(tmp_path / "files"))[1]
    monkeypatch.delenv("DESK_DB", raising=False)
    live_workspace(tmp_path / "live", {"postgres": {"url_env": "DESK_DB", "table": "x"}})
    assert tried("desk", "-w", str(tmp_path / "live")) == (2, tried("desk", "-w", str(tmp_path / "live"))[1])
    assert "DESK_DB is not set" in tried("desk", "-w", str(tmp_path / "live"))[1]


def test_a_live_source_is_asked_each_night_and_judged_as_of_then(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_DB", postgres.url)
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "query": QUERY}})
    assert check_workspace(tmp_path, environ={}).problems == ()
    for _ in range(2):
        plan = make_plan(load_workspace(tmp_path), environ={})
        reasons = {stage.name: stage.reason for stage in plan.of("desk")}
        assert reasons["pull"] == "live source tickets: asked again"
        assert set(reasons) == {"pull", "gates", "shape", "discover", "judge", "hotspots"}
        result = run_night(tmp_path)
        assert not result.has_failed
    with duckdb.connect(str(tmp_path / "published/asrun.duckdb"), read_only=True) as connection:
        asked = "SELECT count(DISTINCT as_of), bool_and(abs(epoch(started_at - as_of)) < 0.001) FROM runs"
        assert connection.execute(asked).fetchone() == (2, True)


@pytest.mark.slow
def test_a_failing_source_keeps_no_other_process_from_its_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_DB", "postgresql://root:geh3im@127.0.0.1:1/x")
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "table": "tickets"}})
    write_process(tmp_path, "other")
    result = run_night(tmp_path)
    by_name = {each.process: each for each in result.processes}
    assert "source tickets, postgres:DESK_DB:tickets: PostgreSQL says" in str(by_name["desk"].problems[0])
    assert not by_name["other"].has_failed
    assert by_name[""].done
    with duckdb.connect(str(tmp_path / "published/asrun.duckdb"), read_only=True) as connection:
        told = connection.execute("SELECT process, status, reason FROM runs ORDER BY 1").fetchall()
    assert [row[:2] for row in told] == [("desk", "failed"), ("other", "done")]
    assert "geh3im" not in str(told)


@pytest.mark.parametrize(
    ("column", "landed_as"), [({"column": "gone", "in": [True]}, "true"), ({"column": "op", "in": "D"}, "D")]
)
def test_deleted_is_compiled(tmp_path: Path, column: dict[str, Any], landed_as: str) -> None:
    live_workspace(tmp_path, {"postgres": {"url_env": "A", "table": "t"}}, key=["id"], deleted=column)
    spec = process_spec(load_workspace(tmp_path).process("desk")).sources[0]
    assert spec.deleted == FilterSpec(column["column"], "in", (landed_as,))


def test_a_change_log_says_what_is_deleted(tmp_path: Path) -> None:
    changes = {"operation": "op", "deleted": ["D", "X"], "order": "n"}
    live_workspace(tmp_path, {"postgres": {"url_env": "A", "table": "t", "changes": changes}}, key=["id"])
    spec = process_spec(load_workspace(tmp_path).process("desk")).sources[0]
    assert (spec.delivery, spec.deleted) == ("increment", FilterSpec("op", "in", ("D", "X")))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({}, "expected exactly one of files, postgres, sql, http; found none"),
        ({"files": "a.csv", "sql": {"url_env": "A", "table": "t"}}, "found files and sql"),
        ({"postgres": {"table": "t"}}, "exactly one of 'url_env' and 'url_block'"),
        ({"postgres": {"url_env": "A"}}, "exactly one of 'table' and 'query'"),
        ({"postgres": {"url_env": "A", "table": 't"; DROP'}}, "is no name of a table"),
        ({"postgres": {"url_env": "A", "query": "DELETE FROM t"}}, "expected one SELECT"),
        ({"postgres": {"url_env": "A", "query": "SELECT 1; DROP TABLE t"}}, "without ';'"),
        ({"postgres": {"url_env": "A", "table": "t", "overlap": "1h"}}, "nothing overlaps"),
        (
            {"postgres": {"url_env": "A", "table": "t", "changes": {"operation": "o", "deleted": "D", "order": "n"}}},
            "needs the key",
        ),
        ({"postgres": {"url_env": "A", "table": "t"}, "delivery": "full"}, "'delivery' is about files"),
        ({"postgres": {"url_env": "A", "table": "t"}, "encoding": "utf-8"}, "'encoding' is about files"),
        ({"files": "a.csv", "deleted": {"column": "gone", "in": ["y"]}}, "needs the key"),
        ({"http": {"url": "file:///etc/passwd"}}, "begins with https:// or http://"),
        ({"http": {"url": "https://me:geh3im@desk.example.org/"}}, "does not stand in the address"),
        ({"http": {"url": "https://desk.example.org/", "headers": {"authorization": "x"}}}, "comes by token_env"),
        ({"http": {"url": "https://desk.example.org/", "cursor": "x"}}, "go with updated_since"),
        ({"http": {"url": "https://desk.example.org/", "paging": {"by": "cursor"}}}, "expected 'next'"),
    ],
)
def test_what_does_not_fit_in_process_yaml_is_told(tmp_path: Path, source: dict[str, Any], told: str) -> None:
    live_workspace(tmp_path, source)
    with pytest.raises(BadInput) as caught:
        load_workspace(tmp_path)
    assert told in str(caught.value)
    assert "geh3im" not in str(caught.value)
