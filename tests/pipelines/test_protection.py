"""process.yaml's protect and retention through whole nights: salt, formats, changes of the rules, age."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.checking import check_workspace
from pipelines.errors import BadInput
from pipelines.planning.make_plan import make_plan
from pipelines.workspace.load import load_workspace
from pipelines.workspace.protection_section import Age, parse_age
from tests.builders.night import run_night
from tests.builders.traces import traces
from tests.builders.workspaces import HEADER, ROWS, csv_text, process_config, write_data, write_process, write_settings
from warehouse.landing.protection import pseudonym, pseudonym_key

SALT = "a long random text that nobody guesses"
VARIABLE = "ASRUN_SALT_DESK"
SECRET = "zzsecretzz@mail.example"


@pytest.fixture
def salted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SALT)


def snapshot(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "published/asrun.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def night(folder: Path, **options: Any) -> list[str]:
    """Run one; its warnings."""
    result = run_night(folder, **options)
    assert not result.has_failed, [process.problems for process in result.processes]
    return [warning for process in result.processes for done in process.done for warning in done.outcome.warnings]


def problems(folder: Path) -> str:
    result = run_night(folder)
    assert result.has_failed
    return "\n".join(str(problem) for process in result.processes for problem in process.problems)


def workspace(folder: Path, rows: Any = ROWS, **changes: Any) -> Path:
    write_settings(folder)
    write_process(folder, rows=rows, config=process_config(**changes))
    return folder


COUNTS = {
    "cases": "SELECT state, started_at, ended_at, variant_id, cycle_seconds, is_conformant FROM cases ORDER BY ALL",
    "events": "SELECT case_id, position, activity, occurred_at FROM events ORDER BY ALL",
    "variants": "FROM variants ORDER BY ALL",
    "deviations": "SELECT case_id, clause_id, kind, occurrence, excess_seconds FROM deviations ORDER BY ALL",
    "hotspots": "SELECT * EXCLUDE (place, segment, rank) FROM hotspots ORDER BY ALL",
    "follows": "FROM directly_follows ORDER BY ALL",
    "headlines": "FROM headlines ORDER BY ALL",
    "log_counts": "FROM log_counts ORDER BY ALL",
}


@pytest.mark.slow
def test_a_protected_night_counts_the_same(tmp_path: Path, salted: None) -> None:
    """Everything is equal but for the names; each agent has one pseudonym, by which they still group."""
    plain = workspace(tmp_path / "plain")
    hidden = workspace(tmp_path / "hidden", protect={"hash": ["agent"], "coarsen": {"branch": {"first": 3}}})
    night(plain)
    night(hidden)
    for name, sql in COUNTS.items():
        assert snapshot(plain, sql) == snapshot(hidden, sql), name
    key = pseudonym_key(SALT)
    agents = {row[0] for row in snapshot(plain, "SELECT DISTINCT resource FROM events")}
    assert {row[0] for row in snapshot(hidden, "SELECT DISTINCT resource FROM events")} == {
        pseudonym(key, agent) for agent in agents
    }
    assert {row[0] for row in snapshot(hidden, "SELECT DISTINCT branch FROM cases")} == {"nor"}
    for agent in agents:
        assert traces(hidden, agent) == []
    assert traces(hidden, SALT) == []


@pytest.mark.slow
def test_the_demo_runs_protected_with_the_same_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.demo import write_demo_workspace

    monkeypatch.setenv("ASRUN_SALT_SERVICE_DESK", SALT)
    plain, hidden = tmp_path / "plain", tmp_path / "hidden"
    write_demo_workspace(plain, cases=300)
    shutil.copytree(plain, hidden)
    file = hidden / "processes/service_desk/process.yaml"
    column = load_workspace(plain).process("service_desk").file.sources
    names = sorted({source.mapping.resource for source in column.values() if source.mapping.resource is not None})
    file.write_text(file.read_text(encoding="utf-8") + f"\nprotect:\n  hash: {names}\n", encoding="utf-8")
    for folder in (plain, hidden):
        night(folder)
    for name, sql in COUNTS.items():
        assert snapshot(plain, sql) == snapshot(hidden, sql), name
    assert snapshot(plain, "SELECT DISTINCT resource FROM events") != snapshot(
        hidden, "SELECT DISTINCT resource FROM events"
    )


def _write_as(folder: Path, kind: str) -> str:
    """The rows with an e-mail each, in one of the formats; the file's pattern."""
    header = (*HEADER, "email")
    rows = [(*row, SECRET) for row in ROWS]
    path = folder / "data" / f"mail.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "csv":
        path.write_text(csv_text(rows, header=header) + f"broken,{SECRET}\n", encoding="utf-8")
    elif kind == "parquet":
        pq.write_table(pa.table({name: [row[n] for row in rows] for n, name in enumerate(header)}), path)
    elif kind == "jsonl":
        import json

        lines = [json.dumps(dict(zip(header, row, strict=True))) for row in rows]
        path.write_text("\n".join([*lines, f"{SECRET} {{"]), encoding="utf-8")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in (header, *rows):
            book.active.append(row)
        book.save(path)
    else:
        cases: dict[str, list[tuple[str, ...]]] = {}
        for row in rows:
            cases.setdefault(row[0], []).append(row)
        text = "".join(
            f'<trace><string key="concept:name" value="{case}"/>'
            + "".join(
                f'<event><string key="concept:name" value="{row[1]}"/><string key="org:resource" value="{row[3]}"/>'
                f'<string key="email" value="{SECRET}"/>'
                f'<date key="time:timestamp" value="{row[2].replace(" ", "T")}+00:00"/></event>'
                for row in own
            )
            + "</trace>"
            for case, own in cases.items()
        )
        path.write_text(
            f'<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">{text}</log>', encoding="utf-8"
        )
    return f"data/mail.{kind}"


@pytest.mark.parametrize(
    "kind", ["csv", "xes", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("parquet", "jsonl", "xlsx"))]
)
def test_every_format_is_protected(tmp_path: Path, salted: None, kind: str) -> None:
    folder = tmp_path / "w"
    config = process_config(segments=[])
    agent = "org:resource" if kind == "xes" else "agent"
    source = config["sources"]["tickets"]
    source |= {"files": _write_as(folder, kind), "attributes": [], "protect": {"drop": ["email"], "hash": [agent]}}
    if kind == "xes":
        source["mapping"] = {
            "case": "case:concept:name",
            "activity": "concept:name",
            "completed": "time:timestamp",
            "resource": agent,
        }
    write_settings(folder)
    write_process(folder, config=config)
    night(folder)
    assert snapshot(folder, "SELECT count(*), count(DISTINCT case_id) FROM events") == [(len(ROWS), 12)]
    assert traces(folder, SECRET) == []
    assert traces(folder, "agent 1") == []
    wanted = {(pseudonym(pseudonym_key(SALT), f"agent {n}"),) for n in range(3)}
    assert set(snapshot(folder, "SELECT DISTINCT resource FROM events")) == wanted


def test_without_a_salt_nothing_is_landed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    folder = workspace(tmp_path / "w", protect={"hash": ["agent"]})
    assert f"the environment variable {VARIABLE} is not set" in problems(folder)
    with duckdb.connect(str(folder / "warehouse/landing.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM landing_loads").fetchone() == (0,)
    monkeypatch.setenv(VARIABLE, "short")
    assert "so that it can be guessed" in problems(folder)
    assert "short'" not in problems(folder)


@pytest.mark.usefixtures("without_pages")
def test_a_salt_in_a_file_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = workspace(tmp_path / "w", protect={"hash": ["agent"], "salt_env": "DESK_SALT"})
    inside, outside = folder / "salt.txt", tmp_path / "salt.txt"
    for path in (inside, outside):
        path.write_text(f"{SALT}\n", encoding="utf-8")
    monkeypatch.setenv("DESK_SALT_FILE", str(inside))
    assert "names a file inside the workspace" in problems(folder)
    inside.unlink()
    monkeypatch.setenv("DESK_SALT_FILE", str(tmp_path / "none"))
    assert "can't be read: No such file" in problems(folder)
    monkeypatch.setenv("DESK_SALT_FILE", str(outside))
    night(folder)
    wanted = {(pseudonym(pseudonym_key(SALT), f"agent {n}"),) for n in range(3)}
    assert set(snapshot(folder, "SELECT DISTINCT resource FROM events")) == wanted


@pytest.mark.slow
def test_a_changed_salt_is_told_and_a_new_version_lands_anew(
    tmp_path: Path, salted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace(tmp_path / "w", protect={"hash": ["agent"]})
    night(folder)
    before = snapshot(folder, "SELECT DISTINCT resource FROM events ORDER BY 1")
    monkeypatch.setenv(VARIABLE, "another long random text, not the first")
    assert not make_plan(load_workspace(folder), environ={}).stages  # nothing new: the salt is not needed
    write_data(folder, rows=(*ROWS, ("N1", "Register", "2026-02-20 09:00:00", "agent 1", "north")))
    told = problems(folder)
    assert "is not the one that the rows landed so far were hashed with" in told
    assert "another long" not in told
    assert snapshot(folder, "SELECT DISTINCT resource FROM events ORDER BY 1") == before
    workspace(folder, protect={"hash": ["agent"], "salt_version": 2})
    night(folder)
    after = snapshot(folder, "SELECT DISTINCT resource FROM events ORDER BY 1")
    assert len(after) == 3
    assert not set(before) & set(after)
    assert all(traces(folder, row[0]) == [] for row in before)


@pytest.mark.usefixtures("without_pages")
def test_new_rules_take_the_old_rows_away(tmp_path: Path, salted: None) -> None:
    """Landed anew under the new rules; of the rows landed without them no byte stays."""
    folder = workspace(tmp_path / "w")
    night(folder)
    assert traces(folder, "agent 1")
    workspace(folder, protect={"hash": ["agent"]})
    warnings = night(folder)
    assert any("protection changed" in warning for warning in warnings)
    assert traces(folder, "agent 1") == []
    assert snapshot(folder, "SELECT count(*) FROM events") == [(len(ROWS),)]
    assert snapshot(folder, "SELECT load_id, rows_landed, is_current FROM loads ORDER BY 1") == [
        (1, len(ROWS), False),
        (2, len(ROWS), True),
    ]
    # and back again: the content is landed once more, for the rows of its first load are gone
    workspace(folder)
    night(folder)
    assert ("agent 1",) in snapshot(folder, "SELECT DISTINCT resource FROM events")


def _increments(folder: Path, **changes: Any) -> Path:
    config = process_config(**changes)
    config["sources"]["tickets"] |= {"files": "data/part*.csv", "delivery": "increment"}
    write_settings(folder)
    write_process(folder, config=config)
    return folder


@pytest.mark.slow
def test_an_increment_whose_file_is_gone_is_protected_where_it_lies(tmp_path: Path, salted: None) -> None:
    folder = _increments(tmp_path / "w")
    write_data(folder, "part1", ROWS[:20])
    night(folder)
    (folder / "data/part1.csv").unlink()
    write_data(folder, "part2", ROWS[20:])
    _increments(folder, protect={"hash": ["agent"], "drop": []})
    night(folder)
    assert traces(folder, "agent 1") == []
    assert snapshot(folder, "SELECT count(*), count(DISTINCT resource) FROM events") == [(len(ROWS), 3)]
    # the same rows delivered once more are known by their keys
    write_data(folder, "part3", ROWS[:25])
    night(folder)
    assert snapshot(folder, "SELECT count(*) FROM events") == [(len(ROWS),)]
    # what was hashed can't be had otherwise without its file
    _increments(folder, protect={"coarsen": {"agent": {"first": 1}}})
    assert "part1.csv: protect asks for another form of 'agent'" in problems(folder)


def test_protection_that_breaks_the_mapping_is_told_by_line(tmp_path: Path) -> None:
    for protect, told in (
        ({"drop": ["agent"]}, "protect.drop: 'agent', which source tickets maps"),
        ({"hash": ["done_at"]}, "protect.hash: 'done_at', whose values source tickets reads"),
        ({"coarsen": {"ticket": {"first": 1}}}, "by which source tickets tells cases or rows apart"),
        ({"drop": ["x"], "hash": ["x"]}, "a column is dropped, hashed or made coarse, once"),
        ({"coarsen": {"x": {"first": 1, "step": 2}}}, "give exactly one of"),
        ({"coarsen": {"x": "decade"}}, "protect.coarsen.x"),
        ({"dropp": ["x"]}, "Did you mean 'drop'"),
        ({"salt_env": "not a name"}, "protect.salt_env"),
    ):
        folder = workspace(tmp_path / "w", protect=protect)
        with pytest.raises(BadInput) as caught:
            load_workspace(folder)
        assert told in str(caught.value)
        assert "process.yaml:" in str(caught.value)


def test_check_asks_for_the_salt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    folder = workspace(tmp_path / "w", protect={"hash": ["agent"]})
    (problem,) = check_workspace(folder, environ={}).problems
    assert f"the environment variable {VARIABLE} is not set" in problem.what
    monkeypatch.setenv(VARIABLE, SALT)
    assert check_workspace(folder, environ={}).problems == ()


def test_no_log_line_names_anybody(tmp_path: Path, salted: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    folder = workspace(tmp_path / "w", protect={"hash": ["agent"]})
    warnings = night(folder)
    assert "agent 1" not in caplog.text
    assert SALT not in caplog.text
    assert not any("agent 1" in warning for warning in warnings)


# retention

OLD = tuple((f"O{row[0]}", row[1], row[2].replace("2026", "2019"), f"former {row[3]}", row[4]) for row in ROWS)


@pytest.mark.parametrize(
    ("text", "age"), [("5 years", Age(60)), ("18 months", Age(18)), ("2w", Age(0, 14)), ("90 days", Age(0, 90))]
)
def test_ages(text: str, age: Age) -> None:
    assert parse_age(text) == age
    for wrong in ("five years", "0 days", "101 years", 5):
        with pytest.raises(ValueError, match=r"age|range"):
            parse_age(wrong)


@pytest.mark.slow
def test_old_cases_go_and_full_refresh_gives_the_same(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "w", rows=(*OLD, *ROWS), retention={"cases": "5 years"})
    night(folder)
    other = workspace(tmp_path / "other", rows=(*(row for row in OLD if row[0] == "OT11"), *ROWS))
    night(other)
    for name, sql in COUNTS.items():
        assert snapshot(folder, sql) == snapshot(other, sql), name
    closed = {row[0] for row in OLD} - {"OT11"}  # that one never ended
    assert snapshot(folder, 'SELECT kind, cases, events, "rows" FROM forgotten') == [
        ("retention", len(closed), sum(row[0] in closed for row in OLD), sum(row[0] in closed for row in OLD))
    ]
    with duckdb.connect(str(folder / "warehouse/landing.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM rows_1").fetchone() == (len(ROWS) + 2,)
        assert connection.execute("SELECT count(*) FROM row_changes").fetchone() == (0,)
    decoded = [place for place in traces(folder, "OT03") if " " in place]
    assert decoded == []  # in no row of any table; free blocks are for asrun compact
    before = {name: snapshot(folder, sql) for name, sql in COUNTS.items()}
    night(folder, full_refresh=True)
    assert {name: snapshot(folder, sql) for name, sql in COUNTS.items()} == before
    assert not make_plan(load_workspace(folder), environ={}).stages
    # a new export of everything brings them back into landing; the same rule takes them out again
    write_data(folder, rows=(*OLD, *ROWS, ("N1", "Register", "2026-02-20 09:00:00", "agent 1", "north")))
    night(folder)
    assert not snapshot(folder, "SELECT 1 FROM cases WHERE case_id = 'OT03'")


@pytest.mark.usefixtures("without_pages")
def test_a_case_touched_lately_is_kept(tmp_path: Path) -> None:
    late = ("OT03", "Examine", "2026-02-20 09:00:00", "agent 1", "north")
    folder = workspace(tmp_path / "w", rows=(*OLD, *ROWS, late), retention={"cases": "5 years"})
    night(folder)
    assert {row[0] for row in snapshot(folder, "SELECT case_id FROM cases WHERE case_id LIKE 'O%'")} == {"OT03", "OT11"}


@pytest.mark.usefixtures("without_pages")
@pytest.mark.slow
def test_rows_that_no_longer_serve_go(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    folder = workspace(tmp_path / "w", retention={"landed": "2 years"})
    night(folder)
    write_data(folder, rows=ROWS[:30])
    night(folder, as_of=datetime(2027, 1, 1, tzinfo=UTC))
    query = "SELECT count(*) FROM rows_1 WHERE load_id = 1"
    landing = folder / "warehouse/landing.duckdb"
    with duckdb.connect(str(landing), read_only=True) as connection:
        assert connection.execute(query).fetchone() == (len(ROWS),)
    night(folder, as_of=datetime(2199, 1, 1, tzinfo=UTC))
    with duckdb.connect(str(landing), read_only=True) as connection:
        assert connection.execute(query).fetchone() == (0,)
        assert connection.execute("SELECT rows_landed FROM landing_loads WHERE load_id = 1").fetchone() == (len(ROWS),)
    # the content comes back: it is landed anew
    write_data(folder, rows=ROWS)
    night(folder)
    assert snapshot(folder, "SELECT count(*) FROM events") == [(len(ROWS),)]
