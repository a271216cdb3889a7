"""Sources that go or change halfway, clocks that are set back, two runs at once, and disks that fill at each stage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.planning import execute
from pipelines.planning.alone import alone
from pipelines.planning.execute import RunResult
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.stages import pull
from pipelines.workspace.load import load_workspace
from tests.builders.night import SilentObserver, run_night
from tests.builders.workspaces import ROWS, csv_text, write_data, write_workspace
from tests.pipelines.bad_input.nights import SNAPSHOT, Facts, assert_told, changed, facts_of, result_of

STAGES = ("pull", "gates", "shape", "discover", "judge", "hotspots", "publish", "report")
MORE = tuple((f"N{case}", *row[1:]) for case in range(400) for row in ROWS[:4])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_workspace(tmp_path_factory.mktemp("pair") / "w", "alpha", "beta")
    assert not night_at(folder, datetime(2026, 3, 2, 2, tzinfo=UTC)).has_failed
    return folder


@pytest.fixture
def pair(template: Path, tmp_path: Path) -> Path:
    """Two processes, `alpha` and `beta`, published in the night of March 2nd."""
    shutil.copytree(template, tmp_path / "w")
    return tmp_path / "w"


def night_at(folder: Path, instant: datetime, *, between: Callable[[], object] = lambda: None) -> RunResult:
    """A night at this instant; `between` happens after the plan and before the first stage."""
    workspace = load_workspace(folder)
    plan = make_plan(workspace, environ={})
    between()
    night = new_night(workspace, as_of=None, clock=lambda: instant)
    return execute.execute(plan, night, observer=SilentObserver(), clock=lambda: instant)


def landed(folder: Path) -> list[Any]:
    with duckdb.connect(str(folder / "warehouse/landing.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT content_hash, rows_landed FROM landing_loads ORDER BY load_id").fetchall()


SECOND = datetime(2026, 3, 3, 2, tzinfo=UTC)


def test_a_file_that_goes_between_plan_and_pull_is_told(pair: Path) -> None:
    before, rows = facts_of(pair, "alpha"), landed(pair)
    data = write_data(pair, "alpha", (*ROWS, *MORE[:8]))
    ran = night_at(pair, SECOND, between=data.unlink)
    assert_told(result_of(ran, "alpha").problems, "can't be read: No such file or directory", "data/alpha.csv")
    assert changed(before, facts_of(pair, "alpha")) == []
    assert landed(pair) == rows
    write_data(pair, "alpha", (*ROWS, *MORE[:8]))
    assert not night_at(pair, SECOND).has_failed
    assert len(facts_of(pair, "alpha")["cases"]) == 14


@pytest.mark.parametrize("kept", [0.5, 0.0])
def test_a_file_that_is_cut_between_plan_and_pull_lands_nothing(pair: Path, kept: float) -> None:
    before, rows = facts_of(pair, "alpha"), landed(pair)
    data = write_data(pair, "alpha", (*ROWS, *MORE))
    ran = night_at(pair, SECOND, between=lambda: os.truncate(data, int(data.stat().st_size * kept)))
    assert result_of(ran, "alpha").has_failed
    if kept:
        assert_told(result_of(ran, "alpha").problems, "changed while it was read", "data/alpha.csv")
    assert changed(before, facts_of(pair, "alpha")) == []
    assert landed(pair) == rows
    write_data(pair, "alpha", (*ROWS, *MORE))
    assert not night_at(pair, SECOND).has_failed
    assert len(facts_of(pair, "alpha")["cases"]) == 412


def test_a_file_that_is_written_while_it_is_read_lands_nothing(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staged and looked at, then cut: DuckDB reads another file than the one that was hashed."""
    before, rows = facts_of(pair, "alpha"), landed(pair)
    data = write_data(pair, "alpha", (*ROWS, *MORE))
    content = pull._content

    def cut(staged: Any) -> Any:
        os.truncate(data, data.stat().st_size // 2)
        return content(staged)

    monkeypatch.setattr(pull, "_content", cut)
    ran = night_at(pair, SECOND)
    assert_told(result_of(ran, "alpha").problems, "data/alpha.csv")
    assert changed(before, facts_of(pair, "alpha")) == []
    assert landed(pair) == rows


def test_the_same_bytes_written_anew_while_they_are_read_are_no_change(pair: Path) -> None:
    rows = (*ROWS, *MORE[:8])
    data = write_data(pair, "alpha", rows)
    assert not night_at(pair, SECOND, between=lambda: data.write_text(csv_text(rows), encoding="utf-8")).has_failed
    assert len(facts_of(pair, "alpha")["cases"]) == 14


@pytest.mark.slow
def test_a_clock_that_was_set_back_changes_no_fact(pair: Path, tmp_path: Path) -> None:
    """Nights on March 2nd, on February 27th, and on March 3rd: facts as of nights in order, the ledger in order."""
    straight = tmp_path / "straight"
    shutil.copytree(pair, straight)
    for folder, second in (
        (pair, datetime(2026, 2, 27, 2, tzinfo=UTC)),
        (straight, datetime(2026, 3, 2, 3, tzinfo=UTC)),
    ):
        for instant, more in ((second, MORE[:8]), (SECOND, MORE[:16])):
            write_data(folder, "alpha", (*ROWS, *more))
            assert not night_at(folder, instant).has_failed
    one, other = (facts_of(folder, "alpha", of_arrival=False) for folder in (pair, straight))
    assert changed(one, other) == []
    assert len(one["cases"]) == 16
    for column in ("change", "fingerprint"):
        assert models(pair, column) == models(straight, column)
    with duckdb.connect(str(pair / SNAPSHOT), read_only=True) as reader:
        assert reader.execute("SELECT count(*), count(DISTINCT run_id) FROM publications").fetchone() == (3, 3)
        assert reader.execute("SELECT count(*) FROM runs WHERE process = 'alpha' AND status = 'done'").fetchone() == (
            3,
        )
    kept = sorted(path.name[:14] for path in (pair / "published" / "archive").iterdir())
    assert kept == ["asrun-20260227", "asrun-20260302"], "none was put in another's place"
    assert night_at(pair, datetime(2026, 1, 1, tzinfo=UTC)).processes == (), "nothing is left to do"


def models(folder: Path, column: str) -> list[Any]:
    with duckdb.connect(str(folder / SNAPSHOT), read_only=True) as reader:
        sql = f"SELECT {column} FROM discovered_models WHERE process = 'alpha' ORDER BY 1"
        return reader.execute(sql).fetchall()


@pytest.mark.slow
def test_a_clock_that_stands_still_changes_no_fact(pair: Path) -> None:
    """Two nights with the very same instant, and so the same id."""
    write_data(pair, "alpha", (*ROWS, *MORE[:8]))
    ran = night_at(pair, datetime(2026, 3, 2, 2, tzinfo=UTC))
    assert not ran.has_failed, ran
    assert len(facts_of(pair, "alpha")["cases"]) == 14


@pytest.mark.slow
def test_of_two_runs_started_at_once_one_does_the_work(pair: Path, tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    shutil.copytree(pair, calm)
    for folder in (pair, calm):
        write_data(folder, "alpha", (*ROWS, *MORE))
    words = [sys.executable, "-m", "pipelines.cli.app", "run", "--direct", "-w", str(pair)]
    runs = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = sorted((run.communicate(timeout=300)[1], run.returncode) for run in runs)
    assert not run_night(calm).has_failed
    codes = sorted(code for _, code in ended)
    # the later one is turned away, or comes when all is done and finds nothing to do
    assert codes in ([0, 1], [0, 0]), ended
    for told, code in ended:
        assert "Traceback" not in told
        assert code == 0 or "holds the warehouse" in told, told
    one, other = (facts_of(folder, "alpha", of_arrival=False) for folder in (pair, calm))
    assert changed(one, other) == []
    assert len(landed(pair)) == len(landed(calm)) == 3
    with alone(load_workspace(pair)):
        pass


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MB, where such a thing can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(place)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can't be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


@pytest.fixture(scope="module")
def with_more(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """The facts of the second night where there is room."""
    folder = tmp_path_factory.mktemp("calm") / "w"
    shutil.copytree(template, folder)
    write_data(folder, "alpha", (*ROWS, *MORE))
    assert not night_at(folder, SECOND).has_failed
    return facts_of(folder, "alpha", of_arrival=False)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_disk_that_fills_as_a_stage_begins(
    template: Path, small_disk: Path, with_more: Facts, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """The whole workspace lies on the disk: what the stage can't write is told, and last night's facts stay."""
    folder = small_disk / "w"
    shutil.copytree(template, folder)
    before = facts_of(folder, "alpha")
    write_data(folder, "alpha", (*ROWS, *MORE))
    filler = small_disk / "filler"
    carry_out = execute.carry_out

    def filled(night: Any, due: Any) -> Any:
        if due.name == stage:
            with filler.open("wb") as file:
                free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
                file.write(bytes(max(0, free - 4_096)))
        return carry_out(night, due)

    monkeypatch.setattr(execute, "carry_out", filled)
    ran = night_at(folder, SECOND)
    told = [problem for result in ran.processes for problem in result.problems]
    text = "\n".join(map(str, told))
    assert "Traceback" not in text
    assert "did not foresee" not in text, text
    assert any(word in text for word in ("No space left", "could not be written", "space")), text
    filler.unlink()
    monkeypatch.undo()
    shown = facts_of(folder, "alpha", of_arrival=False)
    if stage != "report":
        assert changed(before, facts_of(folder, "alpha")) == []
    assert len(shown["cases"]) == (412 if stage == "report" else 12)
    assert not night_at(folder, datetime(2026, 3, 3, 3, tzinfo=UTC)).has_failed
    assert changed(with_more, facts_of(folder, "alpha", of_arrival=False)) == []
