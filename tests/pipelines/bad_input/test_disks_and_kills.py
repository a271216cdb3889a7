"""Full disks, folders that can't be written, runs beside each other, and kills at any instant."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest

from pipelines.planning.alone import alone
from pipelines.planning.make_plan import make_plan
from pipelines.workspace.load import load_workspace
from tests.builders.night import run_night
from tests.builders.workspaces import ROWS, write_data, write_settings
from tests.pipelines.bad_input.nights import SNAPSHOT, assert_told, changed, copy_of, facts_of
from warehouse.errors import WarehouseError

BODY = tuple(
    (f"N{case:04}", step, f"2026-04-{case % 28 + 1:02} {9 + place:02}:00:{case % 60:02}", "agent", "x" * 200)
    for case in range(3_000)
    for place, step in enumerate(("Register", "Examine", "Resolve", "Close"))
)


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli.app", "run", "--direct", "--workspace", str(folder), *words]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder), capture_output=True, text=True, check=False)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB, where such a thing can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can't be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


@pytest.mark.parametrize(
    ("what", "settings"),
    [
        pytest.param("landing", '[warehouse]\nlanding = "small/landing.duckdb"\n', marks=pytest.mark.slow),
        pytest.param("mart", '[warehouse]\nmart = "small/mart.duckdb"\n', marks=pytest.mark.slow),
        pytest.param("snapshot", '[warehouse]\nsnapshot = "small/asrun.duckdb"\n', marks=pytest.mark.slow),
        pytest.param("report", '[report]\nfolder = "small"\n', marks=pytest.mark.slow),
    ],
)
def test_a_full_disk_keeps_last_nights_results(pair: Path, small_disk: Path, what: str, settings: str) -> None:
    write_settings(pair, settings)
    small = pair / "small"
    small.mkdir()
    subprocess.run(["mount", "--bind", str(small_disk), str(small)], check=True)
    try:
        assert run(pair).returncode == 0
        snapshot = small / "asrun.duckdb" if what == "snapshot" else pair / SNAPSHOT
        where = snapshot.relative_to(pair).as_posix()
        before = facts_of(pair, "alpha", file=where)
        write_data(pair, "alpha", (*ROWS, *BODY[:400]))
        free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
        (small / "filler").write_bytes(bytes(max(0, free - 20_000)))
        left = run(pair)
        assert left.returncode == 1
        assert "Traceback" not in left.stderr
        assert "did not foresee" not in left.stderr, left.stderr
        assert any(word in left.stderr for word in ("No space left", "could not be written", "space")), left.stderr
        if what != "report":
            assert changed(before, facts_of(pair, "alpha", file=where)) == []
        (small / "filler").unlink()
        again = run(pair)
        assert again.returncode == 0, again.stderr
        assert len(facts_of(pair, "alpha", file=where)["cases"]) == 112
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


def test_a_disk_that_can_only_be_read_keeps_last_nights_results(pair: Path, small_disk: Path) -> None:
    write_settings(pair, '[warehouse]\nsnapshot = "small/asrun.duckdb"\n')
    small = pair / "small"
    small.mkdir()
    subprocess.run(["mount", "--bind", str(small_disk), str(small)], check=True)
    try:
        assert not run_night(pair).has_failed
        before = facts_of(pair, "alpha", file="small/asrun.duckdb")
        write_data(pair, "alpha", (*ROWS, *BODY[:8]))
        subprocess.run(["mount", "-o", "remount,bind,ro", str(small)], check=True)
        failed = [result for result in run_night(pair).processes if result.has_failed]
        assert [result.process for result in failed] == [""]
        assert_told(failed[0].problems, "could not be published: Read-only file system", "small/asrun.duckdb")
        assert changed(before, facts_of(pair, "alpha", file="small/asrun.duckdb")) == []
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


@pytest.mark.parametrize("what", ["warehouse", "published", "published/report"])
@pytest.mark.slow
def test_a_folder_that_is_a_file_is_told(pair: Path, what: str) -> None:
    """Also root can't write there, whatever the rights say."""
    name = {"warehouse": "mart", "published": "snapshot"}.get(what)
    (pair / "block").write_text("not a folder")
    settings = f'[warehouse]\n{name} = "block/x.duckdb"\n' if name else '[report]\nfolder = "block/pages"\n'
    write_settings(pair, settings)
    left = run(pair)
    assert left.returncode == 1
    assert "block" in left.stderr
    assert "Traceback" not in left.stderr
    assert "did not foresee" not in left.stderr, left.stderr


def test_a_folder_without_the_right_to_write_is_told(pair: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    before = facts_of(pair, "alpha")
    write_data(pair, "alpha", (*ROWS, *BODY[:8]))
    (pair / "published").chmod(0o500)
    left = run(pair)
    (pair / "published").chmod(0o700)
    assert left.returncode == 1
    assert "Permission denied" in left.stderr
    assert changed(before, facts_of(pair, "alpha")) == []


def test_a_second_run_is_turned_away_and_the_snapshot_stays_open(pair: Path) -> None:
    with alone(load_workspace(pair)):
        left = run(pair)
        assert len(facts_of(pair, "alpha")["cases"]) == 12
    assert left.returncode == 1
    assert f"a run of process {os.getpid()} holds the warehouse" in left.stderr
    assert run(pair).returncode == 0


def test_a_store_held_by_another_program_is_told(pair: Path) -> None:
    mart = pair / "warehouse" / "mart.duckdb"
    script = f"import duckdb, time; c = duckdb.connect({str(mart)!r}); print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(WarehouseError) as caught:
                make_plan(load_workspace(pair), environ={})
            assert_told(caught.value.problems, f"the file is held by process {holder.pid}", "mart.duckdb")  # type: ignore[arg-type]
        finally:
            holder.kill()


def test_a_run_that_is_stopped_says_so(pair: Path) -> None:
    write_data(pair, "alpha", (*ROWS, *BODY))
    with subprocess.Popen(command(pair), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 1
    assert told.strip() == "Stopped; the last published results stay in place."


# a stage that is a query of some seconds, and a command line around it
LONG_QUERY = """
import sys, duckdb
from pipelines.cli import app
from pipelines.stages import carry_out

def query(night, stage):
    print("begun", flush=True)
    duckdb.connect().execute("SELECT sum(hash(n)) FROM range(300_000_000) AS r(n)")

carry_out._STAGES["pull"] = query
sys.argv = ["asrun", "run", "--workspace", sys.argv[1], *sys.argv[2:]]
app.main()
"""


@pytest.mark.parametrize("words", [("--direct",), pytest.param((), marks=pytest.mark.slow)])
def test_a_run_that_is_stopped_in_a_query_says_so(pair: Path, words: tuple[str, ...]) -> None:
    """DuckDB mostly takes note of the signal itself, and gives an error of another kind."""
    write_data(pair, "alpha", (*ROWS, *BODY))
    script = [sys.executable, "-c", LONG_QUERY, str(pair), *words]
    with subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        while "begun" not in running.stdout.readline():
            assert running.poll() is None
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        try:
            _, told = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 1
    assert told.strip().splitlines()[-1] == "Stopped; the last published results stay in place."
    assert "did not foresee" not in told


@pytest.mark.slow
def test_kills_at_any_instant_leave_the_facts_of_one_night_or_the_other(pair_template: Path, tmp_path: Path) -> None:
    """Five times killed at a random instant: the snapshot opens throughout and shows the old facts or the new."""
    calm = copy_of(pair_template, tmp_path / "calm")
    rows = (*ROWS, *BODY)
    for name in ("alpha", "beta"):
        write_data(calm, name, rows)
    started = time.monotonic()
    assert run(calm).returncode == 0
    whole = time.monotonic() - started
    wanted: dict[str, Mapping[str, list[str]]] = {
        name: facts_of(calm, name, of_arrival=False) for name in ("alpha", "beta")
    }
    folder = copy_of(pair_template, tmp_path / "killed")
    former = {name: facts_of(folder, name, of_arrival=False) for name in ("alpha", "beta")}
    for name in ("alpha", "beta"):
        write_data(folder, name, rows)
    chance = random.Random(7)
    for _ in range(5):
        with subprocess.Popen(command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            time.sleep(chance.uniform(0.3, 0.95) * whole)
            with duckdb.connect(str(folder / SNAPSHOT), read_only=True) as reader:
                assert reader.execute("SELECT count(*) > 0 FROM cases").fetchone() == (True,)
            running.kill()
        for name in ("alpha", "beta"):
            shown = facts_of(folder, name, of_arrival=False)
            assert changed(former[name], shown) == [] or changed(wanted[name], shown) == []  # type: ignore[arg-type]
    last = run(folder)
    assert last.returncode == 0, last.stderr
    for name in ("alpha", "beta"):
        assert changed(wanted[name], facts_of(folder, name, of_arrival=False)) == []  # type: ignore[arg-type]
    assert not run_night(folder).processes, "nothing is left to do"
