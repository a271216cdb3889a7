"""Forgetting somebody: no byte of them stays in any file, the figures are those of a log without them."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import BadInput
from pipelines.forgetting import Forgotten, Whom, forget, look_for
from pipelines.planning.make_plan import make_plan
from pipelines.workspace.load import load_workspace
from tests.builders.night import SilentObserver, run_night
from tests.builders.traces import traces
from tests.builders.workspaces import (
    HEADER,
    ROWS,
    csv_text,
    process_config,
    write_data,
    write_process,
    write_settings,
    write_workspace,
    write_yaml,
)
from warehouse.errors import WarehouseError

CASE, AGENT = "CASEZZ17", "Agentzz Müller"
SALT = "a long random text that nobody guesses"

# the demo's rows with one case and one agent whose names stand nowhere else
NAMED = tuple(
    (CASE if row[0] == "T03" else row[0], *row[1:3], AGENT if row[3] == "agent 1" else row[3], row[4]) for row in ROWS
)


def clock() -> datetime:
    return datetime(2027, 1, 1, tzinfo=UTC)


def asked(folder: Path, whom: Whom) -> Forgotten:
    workspace = load_workspace(folder)
    return forget(workspace, whom, look_for(workspace, whom), environ={}, clock=clock, observer=SilentObserver())


def night(folder: Path) -> None:
    result = run_night(folder)
    assert not result.has_failed, [process.problems for process in result.processes]


def facts(folder: Path) -> dict[str, list[Any]]:
    """The published facts without load and row numbers, run ids and instants of the clock."""
    queries = {
        "events": "SELECT * EXCLUDE (load_id, row_number) FROM events",
        "instances": "FROM activity_instances",
        "cases": "FROM cases",
        "variants": "FROM variants",
        "deviations": "SELECT * EXCLUDE (first_seen, last_seen) FROM deviations",
        "limits": "FROM limit_checks",
        "hotspots": "FROM hotspots",
        "headlines": "FROM headlines",
        "follows": "FROM directly_follows",
    }
    with duckdb.connect(str(folder / "published/asrun.duckdb"), read_only=True) as connection:
        return {name: sorted(connection.execute(sql).fetchall(), key=repr) for name, sql in queries.items()}


def kept(folder: Path, name: str = "2026-01-01") -> Path:
    """The published snapshot, kept as one of an earlier night."""
    archive = folder / "published" / "archive"
    archive.mkdir(exist_ok=True)
    return Path(shutil.copy(folder / "published/asrun.duckdb", archive / f"{name}.duckdb"))


def ledger(path: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(
            'SELECT kind, cases, events, "rows", other_rows FROM forgotten ORDER BY forget_no'
        ).fetchall()


def events_workspace(folder: Path) -> Path:
    write_settings(folder)
    write_process(folder, rows=NAMED)
    return folder


def lifecycle_workspace(folder: Path) -> Path:
    config = process_config()
    config["sources"]["tickets"]["mapping"] |= {"lifecycle": "phase"}
    write_settings(folder)
    write_process(folder, config=config)
    rows = [(*row, phase) for row in NAMED for phase in ("start", "complete")]
    (folder / "data/desk.csv").write_text(csv_text(rows, header=(*HEADER, "phase")), encoding="utf-8")
    return folder


def wide_workspace(folder: Path) -> Path:
    """One row a case, a column a step, and its agent beside it; the case end is the last step."""
    steps = ("Register", "Examine", "Resolve", "Close")
    header = ["ticket", "branch", *(name for step in steps for name in (step, f"{step} by"))]
    rows = {}
    for case, step, at, agent, branch in NAMED:
        rows.setdefault(case, {"ticket": case, "branch": branch})
        rows[case] |= {step: at, f"{step} by": agent if step != "Close" else "agent 0"}
    config = process_config()
    config["sources"]["tickets"] |= {
        "kind": "wide",
        "mapping": {
            "case": "ticket",
            "milestones": [{"activity": step, "column": step, "resource": f"{step} by"} for step in steps],
        },
    }
    write_settings(folder)
    write_process(folder, config=config)
    lines = [[row.get(name, "") for name in header] for row in rows.values()]
    (folder / "data/desk.csv").write_text(csv_text(lines, header=header), encoding="utf-8")
    return folder


def with_case_table(folder: Path) -> Path:
    config = process_config()
    config["sources"]["clients"] = {
        "kind": "cases",
        "files": "data/clients.csv",
        "mapping": {"case": "ticket"},
        "attributes": [{"name": "client", "column": "client", "type": "text", "of": "case"}],
    }
    write_settings(folder)
    write_process(folder, rows=NAMED, config=config)
    cases = sorted({row[0] for row in NAMED})
    (folder / "data/clients.csv").write_text(
        csv_text([(case, f"client of {case}") for case in cases], header=("ticket", "client")), encoding="utf-8"
    )
    return folder


@pytest.mark.parametrize(
    "make",
    [
        events_workspace,
        pytest.param(wide_workspace, marks=pytest.mark.slow),
        pytest.param(lifecycle_workspace, marks=pytest.mark.slow),
        pytest.param(with_case_table, marks=pytest.mark.slow),
    ],
)
def test_a_case_goes_from_every_file(tmp_path: Path, make: Any) -> None:
    folder = make(tmp_path / "w")
    night(folder)
    archived = kept(folder)
    assert traces(folder, CASE)  # the scan finds what is there
    found = look_for(load_workspace(folder), Whom("desk", (CASE,)))
    assert found.figures.events > 0
    done = asked(folder, Whom("desk", (CASE,)))
    assert done.problems == ()
    assert traces(folder, CASE) == []
    assert traces(folder, "T04")
    for path in (folder / "published/asrun.duckdb", archived):
        assert ledger(path) == [("case", 1, found.figures.events, found.landing.rows, 0)]
    assert "data/desk.csv" in found.landing.locators
    assert not make_plan(load_workspace(folder), environ={}).stages
    night(folder)
    before = facts(folder)
    run_night(folder, full_refresh=True)
    assert facts(folder) == before


def test_the_figures_are_those_of_a_log_without_the_case(tmp_path: Path) -> None:
    folder = events_workspace(tmp_path / "w")
    night(folder)
    asked(folder, Whom("desk", (CASE,)))
    other = tmp_path / "other"
    write_settings(other)
    write_process(other, rows=tuple(row for row in NAMED if row[0] != CASE))
    night(other)
    assert facts(folder) == facts(other)


@pytest.mark.slow
def test_a_resource_goes_with_its_events(tmp_path: Path) -> None:
    folder = events_workspace(tmp_path / "w")
    night(folder)
    archived = kept(folder)
    asked(folder, Whom("desk", resource=AGENT))
    assert traces(folder, AGENT) == []
    other = tmp_path / "other"
    write_settings(other)
    write_process(other, rows=tuple(row for row in NAMED if row[3] != AGENT))
    night(other)
    assert facts(folder) == facts(other)
    with duckdb.connect(str(archived), read_only=True) as connection:
        mine = sum(row[3] == AGENT for row in NAMED)
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (len(NAMED) - mine,)


def test_a_name_goes_and_the_events_stay(tmp_path: Path) -> None:
    folder = events_workspace(tmp_path / "w")
    night(folder)
    archived = kept(folder)
    before = facts(folder)
    asked(folder, Whom("desk", resource=AGENT, name_only=True))
    assert traces(folder, AGENT) == []
    after = facts(folder)
    assert after["cases"] == before["cases"]
    assert after["variants"] == before["variants"]
    assert len(after["events"]) == len(before["events"])
    with duckdb.connect(str(archived), read_only=True) as connection:
        nameless = sum(row[3] == AGENT for row in NAMED)
        assert connection.execute("SELECT count(*) FROM events WHERE resource IS NULL").fetchone() == (nameless,)


@pytest.mark.slow
@pytest.mark.parametrize("name_only", [False, True])
def test_in_a_wide_table_a_resource_loses_its_steps_or_its_name(tmp_path: Path, name_only: bool) -> None:
    folder = wide_workspace(tmp_path / "w")
    night(folder)
    events = len(facts(folder)["events"])
    mine = sum(row[3] == AGENT and row[1] != "Close" for row in NAMED)
    asked(folder, Whom("desk", resource=AGENT, name_only=name_only))
    assert traces(folder, AGENT) == []
    assert len(facts(folder)["events"]) == (events if name_only else events - mine)


@pytest.mark.slow
def test_they_do_not_come_back(tmp_path: Path) -> None:
    """Neither by the same file read anew, nor by a later one; how much was left out is counted."""
    folder = events_workspace(tmp_path / "w")
    night(folder)
    asked(folder, Whom("desk", (CASE,)))
    asked(folder, Whom("desk", resource=AGENT, name_only=True))
    asked(folder, Whom("desk", resource="agent 2"))
    before = facts(folder)
    later = ("NEW1", "Register", "2026-02-20 09:00:00", "agent 0", "north")
    write_data(folder, rows=(*NAMED, later))
    night(folder)
    assert traces(folder, CASE) == traces(folder, AGENT) == traces(folder, "agent 2") == []
    after = facts(folder)
    assert len(after["events"]) == len(before["events"]) + 1
    skipped = sum(row[0] == CASE or row[3] == "agent 2" for row in NAMED)
    assert ledger(folder / "published/asrun.duckdb")[-1] == ("skipped", 0, 0, skipped, 0)
    with duckdb.connect(str(folder / "published/asrun.duckdb"), read_only=True) as connection:
        read = connection.execute("SELECT rows_read, rows_landed FROM loads WHERE is_current").fetchall()
    assert read == [(len(NAMED) + 1, len(NAMED) + 1 - skipped)]


@pytest.mark.slow
def test_the_text_elsewhere_is_told_and_blanked_on_request(tmp_path: Path) -> None:
    """A comment of another case names the agent; a row that can't be read names it too."""
    folder = tmp_path / "w"
    config = process_config()
    config["sources"]["tickets"]["attributes"].append({"name": "note", "column": "note", "type": "text", "of": "event"})
    write_settings(folder)
    write_process(folder, config=config)
    rows = [(*row, f"asked {AGENT} again; {AGENT}" if row[0] == "T05" else f"{AGENT}son") for row in NAMED]
    text = csv_text(rows, header=(*HEADER, "note")) + f"broken,{AGENT}\n"
    (folder / "data/desk.csv").write_text(text, encoding="utf-8")
    night(folder)
    whom = Whom("desk", resource=AGENT, name_only=True)
    found = look_for(load_workspace(folder), whom)
    elsewhere = sum(row[0] == "T05" and row[3] != AGENT for row in NAMED)
    assert found.landing.other_rows == elsewhere
    assert found.landing.unreadable == 1
    asked(folder, whom)
    assert any("rows_1" in place for place in traces(folder, f"asked {AGENT}"))
    assert not any("unreadable" in place or "quarantined" in place for place in traces(folder, AGENT))
    asked(folder, Whom("desk", resource=AGENT, name_only=True, everywhere=True))
    assert traces(folder, f"{AGENT} again") == traces(folder, f"; {AGENT}") == []
    assert traces(folder, f"{AGENT}son")  # another word


LONG_CASE = "CASEZZ-" + "0123456789" * 6
LONG_AGENT = 'Agentzz  "Ä" ' + "von Hohenfels und zu Niederfels " * 3 + "Müller"


def quoting_workspace(folder: Path) -> Path:
    """Gates and the quarantine quote a case and an agent: within longer texts, cut off in them, with signs escaped.

    One night is stopped by what the gates quote, the next one holds the rows.
    """
    names = {"T03": LONG_CASE, "agent 1": LONG_AGENT}
    rows = tuple(tuple(names.get(field, field) for field in row) for row in ROWS)
    odd = (
        ("T05", f"Call {LONG_CASE}", "2026-02-06 18:00:00", "agent 0", "north"),
        ("T06", f"Ask {LONG_AGENT}", "2026-02-07 18:00:00", "agent 0", "north"),
        (LONG_CASE, "Wait", "2026-02-04 18:00:00", LONG_AGENT, "north"),
        ("T07", "Close", f"told {LONG_AGENT}", LONG_AGENT, "y" * 1_800 + f" {LONG_CASE}"),
        ("T08", "Close", f"by {LONG_CASE} soon", "agent 0", "y" * 1_840 + f" {LONG_AGENT}"),
    )
    write_settings(folder)
    write_process(folder, rows=rows)
    night(folder)
    write_data(folder, rows=(*rows, *odd))
    home = folder / "processes" / "desk" / "process.yaml"
    for level in ("stop", "quarantine"):
        write_yaml(home, process_config(quality={"unknown_activity": {"level": level, "most": 1.0}}))
        assert run_night(folder).has_failed == (level == "stop")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("whom", "text"),
    [
        (Whom("desk", (LONG_CASE,), everywhere=True), "CASEZZ"),
        (Whom("desk", resource=LONG_AGENT, name_only=True, everywhere=True), "Agentzz"),
        (Whom("desk", resource=LONG_AGENT, everywhere=True), "Agentzz"),
    ],
)
def test_what_gates_and_quarantine_quote_goes_too(tmp_path: Path, whom: Whom, text: str) -> None:
    folder = quoting_workspace(tmp_path / "w")
    kept(folder)
    before = traces(folder, text)
    for place in (
        "warehouse/landing.duckdb main.held_rows.value",
        "warehouse/mart.duckdb main.quality_checks.detail",
        # the gate that stopped the night gives one example: that of the case
        *(["warehouse/mart.duckdb main.runs.reason"] if text == "CASEZZ" else []),
        "published/asrun.duckdb main.quarantined_rows.value",
        "published/asrun.duckdb main.quarantined_rows.raw",
        "published/archive/2026-01-01.duckdb main.quality_checks.detail",
        "published/archive/2026-01-01.duckdb main.quarantined_rows.value",
        "published/archive/2026-01-01.duckdb main.quarantined_rows.raw",
    ):
        assert place in before
    assert asked(folder, whom).problems == ()
    assert traces(folder, text) == []
    # the other one's stay where they were
    assert traces(folder, "Agentzz" if text == "CASEZZ" else "CASEZZ")


@pytest.mark.slow
def test_nobody_is_revealed_by_asking(tmp_path: Path) -> None:
    folder = events_workspace(tmp_path / "w")
    night(folder)
    workspace = load_workspace(folder)
    for whom in (Whom("desk", ("T0",)), Whom("desk", resource="agent"), Whom("desk", ("T01", "T0"))):
        with pytest.raises(BadInput) as caught:
            look_for(workspace, whom)
        told = str(caught.value)
        assert "knows no such" in told
        assert not any(name in told for name in ("T01", "T02", CASE, AGENT, "agent 2"))
    for whom in (
        Whom("desk"),
        Whom("desk", ("T01",), "agent 2"),
        Whom("desk", (" ",)),
        Whom("desk", ("T01",), None, True),
    ):
        with pytest.raises(BadInput):
            look_for(workspace, whom)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["rewrite_file", "_derive_anew", "drop_changes", "finish_forgetting"])
def test_cut_off_and_asked_again_it_completes(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = events_workspace(tmp_path / "w")
    night(folder)
    kept(folder)

    def cut(*_: object, **__: object) -> None:
        raise WarehouseError

    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("pipelines.forgetting.forget"), step, cut)
        with pytest.raises(WarehouseError):
            asked(folder, Whom("desk", (CASE,)))
    if step == "rewrite_file":
        assert traces(folder, CASE)
        night(folder)  # a night in between derives without the case
        assert not any(row[1] == CASE for row in facts(folder)["cases"])
    done = asked(folder, Whom("desk", (CASE,)))
    assert done.problems == ()
    assert traces(folder, CASE) == []
    assert [row[:1] for row in ledger(folder / "published/asrun.duckdb")] == [("case",)]
    with duckdb.connect(str(folder / "warehouse/landing.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM forgettings WHERE finished_at IS NULL").fetchone() == (0,)


@pytest.mark.slow
def test_leftovers_of_nights_that_were_killed_go_too(tmp_path: Path) -> None:
    folder = events_workspace(tmp_path / "w")
    night(folder)
    for place in (
        "warehouse/staging-x/staged-1.csv",
        "warehouse/spill/duckdb_temp_0.tmp",
        "published/asrun.duckdb.new",
    ):
        path = folder / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"left over: {CASE}", encoding="utf-8")
    asked(folder, Whom("desk", (CASE,)))
    assert traces(folder, CASE) == []


@pytest.mark.slow
def test_a_hashed_resource_is_forgotten_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASRUN_SALT_DESK", SALT)
    folder = tmp_path / "w"
    write_settings(folder)
    write_process(folder, rows=NAMED, config=process_config(protect={"hash": ["agent", "ticket"]}))
    night(folder)
    assert traces(folder, AGENT) == traces(folder, CASE) == []
    before = len(facts(folder)["events"])
    asked(folder, Whom("desk", resource=AGENT))
    mine = sum(row[3] == AGENT for row in NAMED)
    assert len(facts(folder)["events"]) == before - mine
    asked(folder, Whom("desk", (CASE,)))
    assert len(facts(folder)["cases"]) == len({row[0] for row in NAMED if row[3] != AGENT}) - 1


@pytest.mark.slow
def test_other_processes_keep_what_is_theirs(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    write_workspace(folder, "desk", "loans")
    night(folder)
    asked(folder, Whom("desk", ("T03",)))
    with duckdb.connect(str(folder / "published/asrun.duckdb"), read_only=True) as connection:
        rows = dict(
            connection.execute("SELECT process, count(*) FROM cases WHERE case_id = 'T03' GROUP BY 1").fetchall()
        )
        sizes: Mapping[str, int] = dict(connection.execute("SELECT process, count(*) FROM cases GROUP BY 1").fetchall())
    assert rows == {"loans": 1}
    assert sizes == {"desk": 11, "loans": 12}
