"""Whole nights behind the gates: stops that keep the snapshot, rows held and let in, the same facts from a rebuild."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.cli import app as command_line
from pipelines.planning.execute import RunResult
from pipelines.planning.make_plan import make_plan
from pipelines.planning.stage import Stage
from pipelines.stages import carry_out as stages
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.workspace.load import load_workspace
from tests.builders.gating import changed, clean_rows, config, set_quality, write_gated
from tests.builders.night import run_night
from tests.builders.workspaces import Row, write_data, write_process
from tests.pipelines.bad_input.nights import MART, SNAPSHOT, assert_told, facts_of, result_of
from tests.pipelines.bad_input.nights import changed as differing

CLEAN = clean_rows(20)
TYPO = [*CLEAN, ("T0020", "Register", "2062-02-01 09:00:00", "agent 1", "north")]


@pytest.fixture(autouse=True)
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages and the model take most of such a small night, and nothing here looks at them."""

    def nothing(_night: Night, _stage: Stage) -> StageOutcome:
        return StageOutcome()

    for name in ("report", "discover"):
        monkeypatch.setitem(stages._STAGES, name, nothing)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a clean night behind it."""
    folder = write_gated(tmp_path_factory.mktemp("gates") / "w", CLEAN)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("report", "discover"):
            patch.setitem(stages._STAGES, name, lambda _night, _stage: StageOutcome())
        assert not run_night(folder).has_failed
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "w")
    return tmp_path / "w"


def ask(folder: Path, sql: str, *, file: str = SNAPSHOT) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / SNAPSHOT).read_bytes()).hexdigest()


def facts(folder: Path, *without: str) -> Mapping[str, list[str]]:
    """The facts of the desk that don't depend on the order of arrival."""
    left_out = {"stage_states", *without}
    found = facts_of(folder, "desk", of_arrival=False)
    return {table: rows for table, rows in found.items() if table not in left_out}


def told(run: RunResult, process: str = "desk") -> str:
    return "\n".join(str(problem) for problem in result_of(run, process).problems)


def command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["asrun", *words, "--workspace", str(folder)])
    code = 0
    try:
        command_line.main()
    except SystemExit as left:
        code = int(left.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_typo_in_the_year_no_longer_moves_as_of(folder: Path) -> None:
    before = facts(folder)
    write_data(folder, "desk", TYPO)
    run = run_night(folder)
    assert not run.has_failed
    (warning,) = [w for done in result_of(run, "desk").done for w in done.outcome.warnings if w.startswith("future")]
    assert "'2062-02-01 09:00:00' in row 81 of data/desk.csv" in warning
    assert differing(before, facts(folder)) == ["log_counts", "quarantined_rows"]
    assert ask(folder, "SELECT row_number, reason, column_name, value, replayed_at FROM quarantined_rows") == [
        (81, "future", "done_at", "2062-02-01 09:00:00", None)
    ]
    assert make_plan(load_workspace(folder), environ={}).of("desk") == ()


def test_a_stop_keeps_the_snapshot_byte_for_byte_and_is_asked_again(folder: Path) -> None:
    before = digest(folder)
    set_quality(folder, {"future": "stop", "no_start": "stop", "floor": {"level": "stop", "before": "2026-01-01"}})
    rows = changed(changed(TYPO, 5, step="Examine"), 9, at="2025-12-31 23:59:59")
    write_data(folder, "desk", rows)
    for _ in range(2):
        run = run_night(folder)
        assert run.has_failed
        assert [done.stage.name for done in result_of(run, "desk").done] in (["pull"], [])
        # all that is wrong comes at once
        assert_told(
            result_of(run, "desk").problems,
            "the quality gate future stops the night: 1 of 81 rows (1.2%)",
            "the quality gate no_start stops the night: 4 of 81 rows",
            "the quality gate floor stops the night",
            "processes/desk/process.yaml:",
            "source tickets",
            "quality: {future: quarantine}",
        )
        assert digest(folder) == before
    asked = ask(
        folder, "SELECT gate, count(*) FROM quality_checks WHERE outcome = 'stopped' GROUP BY 1 ORDER BY 1", file=MART
    )
    assert asked == [("floor", 2), ("future", 2), ("no_start", 2)]
    plan = make_plan(load_workspace(folder), environ={})
    assert [stage.name for stage in plan.of("desk")][:2] == ["gates", "shape"]
    # relaxed gates let the waiting load through
    set_quality(folder, {"future": "quarantine", "no_start": "note"})
    assert not run_night(folder).has_failed
    assert digest(folder) != before
    assert ask(folder, "SELECT reason FROM quarantined_rows") == [("future",)]
    assert ask(folder, "SELECT count(*) FROM cases") == [(20,)]


def test_a_mended_delivery_goes_on(folder: Path) -> None:
    set_quality(folder, {"future": "stop"})
    write_data(folder, "desk", TYPO)
    assert run_night(folder).has_failed
    write_data(folder, "desk", changed(TYPO, 81, at="2026-02-01 09:00:00"))
    assert not run_night(folder).has_failed
    assert ask(folder, "SELECT count(*) FROM cases") == [(21,)]
    assert ask(folder, "SELECT count(*) FROM quarantined_rows") == [(0,)]


def test_no_fact_comes_from_a_load_that_no_gate_has_passed(folder: Path) -> None:
    """Whatever stages somebody asks for."""
    from pipelines.planning.night import new_night
    from pipelines.stages.shape import shape_log
    from warehouse.errors import WarehouseError

    set_quality(folder, {"future": "stop"})
    write_data(folder, "desk", TYPO)
    assert run_night(folder).has_failed
    night = new_night(load_workspace(folder), as_of=None, clock=lambda: datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(WarehouseError, match=r"1 loads have not passed the quality gates .*data/desk\.csv"):
        shape_log(night, "desk")


def test_other_processes_go_on(folder: Path) -> None:
    write_process(folder, "other", rows=CLEAN)
    set_quality(folder, {"future": "stop"})
    write_data(folder, "desk", TYPO)
    before = facts(folder)
    run = run_night(folder)
    assert [result.process for result in run.processes if result.has_failed] == ["desk"]
    assert ask(folder, "SELECT process, count(*) FROM cases GROUP BY 1 ORDER BY 1") == [("desk", 20), ("other", 20)]
    assert differing(before, facts(folder)) == []
    assert ask(
        folder, "SELECT DISTINCT outcome FROM quality_checks WHERE gate = 'future' AND process = 'desk' ORDER BY 1"
    ) == [
        ("passed",),
        ("stopped",),
    ]


# three faults that a look at the calendar mends: they would have gone in without the gates
HELD: list[Row] = changed(changed(CLEAN, 6, at="1979-05-05 10:00:00"), 10, at="1978-05-05 10:00:00")
GATES = {"floor": "quarantine"}


def test_quarantine_then_replay_is_as_if_never_held(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    never_held = write_gated(tmp_path / "never", HELD, {"floor": "off"})
    assert not run_night(never_held).has_failed
    set_quality(folder, GATES)
    write_data(folder, "desk", HELD)
    assert not run_night(folder).has_failed
    assert ask(folder, "SELECT count(*) FROM events") == [(78,)]
    code, out, _ = command(folder, monkeypatch, capsys, "quarantine", "replay", "desk", "--all")
    assert code == 0
    assert "0 rows of 0 cases are let in." in out
    assert "2 rows stay: the gate floor still holds them" in out
    # a held decision outlasts a full rebuild, whatever the gates say now
    set_quality(folder, {"floor": "off"})
    assert not run_night(folder, full_refresh=True).has_failed
    assert ask(folder, "SELECT count(*) FROM events") == [(78,)]
    code, out, _ = command(folder, monkeypatch, capsys, "quarantine", "replay", "desk", "--reason", "floor")
    assert "2 rows of 2 cases are let in." in out
    assert "asrun run desk" in out
    changes = ask(folder, "SELECT process, case_id FROM row_changes ORDER BY 2", file="warehouse/landing.duckdb")
    assert changes == [("desk", "T0001"), ("desk", "T0002")]
    planned = make_plan(load_workspace(folder), environ={}).of("desk")
    assert planned[0].reason == "held rows were let in"
    assert not run_night(folder).has_failed
    assert differing(facts(never_held, "quarantined_rows", "loads"), facts(folder, "quarantined_rows", "loads")) == []
    rows = ask(folder, "SELECT row_number, reason, replayed_at IS NOT NULL FROM quarantined_rows ORDER BY 1")
    assert rows == [(6, "floor", True), (10, "floor", True)]
    assert ask(folder, "SELECT rows_quarantined FROM loads WHERE is_current") == [(0,)]
    assert ask(folder, "SELECT rows, detail FROM quality_checks WHERE outcome = 'replayed'") == [
        (2, "2 held rows let in by the present gates")
    ]
    assert make_plan(load_workspace(folder), environ={}).of("desk") == ()
    assert not run_night(folder, full_refresh=True).has_failed
    assert differing(facts(never_held, "quarantined_rows", "loads"), facts(folder, "quarantined_rows", "loads")) == []


@pytest.mark.slow
def test_an_accepted_row_stays_accepted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_quality(folder, GATES)
    write_data(folder, "desk", HELD)
    assert not run_night(folder).has_failed
    load_id = ask(folder, "SELECT load_id FROM quarantined_rows LIMIT 1")[0][0]
    code, out, _ = command(
        folder, monkeypatch, capsys, "quarantine", "replay", "desk", "--row", f"{load_id}:10", "--accept"
    )
    assert (code, "1 rows of 1 cases are let in." in out) == (0, True)
    assert not run_night(folder).has_failed
    assert ask(folder, "SELECT count(*) FROM events") == [(79,)]
    # the next delivery brings both rows again: one is known, the other is held again
    write_data(folder, "desk", [*HELD, *clean_rows(1, first=30)])
    assert not run_night(folder).has_failed
    assert ask(folder, "SELECT row_number FROM quarantined_rows WHERE replayed_at IS NULL") == [(6,)]
    assert ask(folder, "SELECT count(*) FROM events") == [(83,)]


def test_a_mended_mapping_needs_no_replay(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_data(folder, "desk", changed(CLEAN, 6, at="05.01.2026 10:00"))
    assert not run_night(folder).has_failed
    code, out, _ = command(folder, monkeypatch, capsys, "quarantine", "replay", "desk", "--all")
    assert code == 0
    assert "1 rows were set aside as instant_unreadable: they go in by themselves" in out


def test_the_list_in_every_form(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = changed(changed(HELD, 14, case=""), 18, at="=cmd|' /C calc'!A0")
    set_quality(folder, GATES)
    write_data(folder, "desk", rows)
    with (folder / "data" / "desk.csv").open("a") as file:
        file.write("too,many,columns,in,this,row,\x1b[31m\n")
    assert not run_night(folder).has_failed
    _, out, _ = command(folder, monkeypatch, capsys, "quarantine", "list", "desk", "--format", "json")
    found = json.loads(out)
    assert [(row["reason"], row["row_number"], row["file"]) for row in found] == [
        ("floor", 6, "data/desk.csv"),
        ("floor", 10, "data/desk.csv"),
        ("case_missing", 14, "data/desk.csv"),
        ("instant_unreadable", 18, "data/desk.csv"),
        ("unreadable_row", 81, "data/desk.csv"),
    ]
    assert found[0]["source"] == "tickets"
    _, out, _ = command(
        folder, monkeypatch, capsys, "quarantine", "list", "--format", "csv", "--reason", "instant_unreadable"
    )
    (line,) = list(csv.DictReader(io.StringIO(out)))
    assert line["value"] == "'=cmd|' /C calc'!A0"
    _, out, _ = command(folder, monkeypatch, capsys, "quarantine", "list", "--limit", "2", "--format", "csv")
    assert len(out.splitlines()) == 3
    code, out, _ = command(folder, monkeypatch, capsys, "quarantine", "list")
    assert code == 0
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("list", "dexk"), "dexk"),
        (("replay", "desk"), "which rows are meant?"),
        (("replay", "desk", "--row", "12"), "LOAD:ROW"),
        (("replay", "desk", "--row", "1:x"), "LOAD:ROW"),
    ],
)
def test_what_is_not_meant_is_told(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    says: str,
) -> None:
    code, _, err = command(folder, monkeypatch, capsys, "quarantine", *words)
    assert code == 2
    assert says in err


def test_hostile_values_stand_harmless_in_messages(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b[31m[bold]x[/bold]\u202e'; DROP TABLE held_rows;-- {0} %s\nnext" + "y" * 300
    set_quality(folder, {"unknown_activity": "stop", "after_end": "stop", "distorted_label": "warn"})
    more = [
        ("T0003", hostile, "2026-02-20 10:00:00", "a", "n"),
        ("T0003", "reg\x1bister", "2026-02-20 11:00:00", "a", "n"),
    ]
    write_data(folder, "desk", [*CLEAN, *more])
    code, out, err = command(folder, monkeypatch, capsys, "run", "--direct")
    assert code == 1
    assert "the quality gate unknown_activity stops the night: 2 of 82 rows" in err
    assert "the quality gate after_end stops the night: 2 of 82 rows" in err
    for sign in ("\x1b", "\u202e", "Traceback"):
        assert sign not in out + err
    assert "[bold]x[/bold]" in err
    set_quality(folder, {"unknown_activity": "quarantine"})
    assert not run_night(folder).has_failed
    assert ask(folder, "SELECT value FROM quarantined_rows ORDER BY row_number")[0] == (hostile,)


def test_what_is_wrong_in_the_section_is_told_with_its_line(tmp_path: Path) -> None:
    from pipelines.errors import BadInput

    folder = write_gated(tmp_path, CLEAN)
    wrong = {
        "futur": "stop",
        "floor": "halt",
        "volume": "quarantine",
        "burst": {"times": 1},
        "nulls": {"level": False, "width": -1},
    }
    set_quality(folder, wrong)
    with pytest.raises(BadInput) as caught:
        load_workspace(folder)
    text = "\n".join(str(problem) for problem in caught.value.problems)
    for fragment in (
        "'quality.futur' is not known here. Did you mean 'future'?",
        "'halt' is no level; write off, note, warn, quarantine or stop",
        "has no rows to set aside",
        "quality.burst.times",
        "quality.nulls.width",
        "processes/desk/process.yaml:",
    ):
        assert fragment in text, text


def test_off_is_off_however_yaml_reads_it(tmp_path: Path) -> None:
    folder = write_gated(tmp_path, CLEAN)
    file = folder / "processes" / "desk" / "process.yaml"
    text = file.read_text().replace("quality: {}", "quality: {future: off, volume: {level: warn, history: 8 weeks}}")
    file.write_text(text)
    quality = load_workspace(folder).process("desk").file.quality
    assert quality.future.level == "off"
    assert quality.volume.history.days == 56
    assert config()["quality"] == {}


def test_a_crash_behind_the_ledger_leaves_the_question_asked_twice(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked is written first, what was decided in one transaction behind it."""
    from pipelines.stages import gates

    def cut(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    write_data(folder, "desk", TYPO)
    with monkeypatch.context() as patch:
        patch.setattr(gates, "let_pass", cut)
        with pytest.raises(KeyboardInterrupt):
            run_night(folder)
    assert ask(folder, "SELECT count(*) FROM held_rows", file="warehouse/landing.duckdb") == [(0,)]
    assert not run_night(folder).has_failed
    assert ask(folder, "SELECT row_number, reason FROM held_rows", file="warehouse/landing.duckdb") == [(81, "future")]
    held = ask(folder, "SELECT count(*), count(DISTINCT run_id) FROM quality_checks WHERE outcome = 'held'")
    assert held == [(2, 2)]
    assert ask(folder, "SELECT count(*) FROM cases") == [(20,)]


def test_loads_of_an_earlier_release_are_asked_once(folder: Path) -> None:
    """They stand before the gates as any load that none has passed."""
    with duckdb.connect(str(folder / "warehouse" / "landing.duckdb")) as connection:
        connection.execute("UPDATE landing_loads SET passed_by = NULL")
        connection.execute("DELETE FROM load_figures")
    before = facts(folder)
    plan = make_plan(load_workspace(folder), environ={})
    first = plan.of("desk")[0]
    assert (first.name, first.reason) == ("gates", "loads stand that no gate has passed")
    assert not run_night(folder).has_failed
    assert differing(before, facts(folder)) == []
    assert make_plan(load_workspace(folder), environ={}).of("desk") == ()


def test_a_delivery_without_rows_passes(tmp_path: Path) -> None:
    folder = write_gated(tmp_path, CLEAN, delivery="increment", files="data/desk*.csv")
    assert not run_night(folder).has_failed
    write_data(folder, "desk-2", [])
    assert not run_night(folder).has_failed
    assert ask(folder, "SELECT count(*) FROM cases") == [(20,)]
    assert make_plan(load_workspace(folder), environ={}).of("desk") == ()
