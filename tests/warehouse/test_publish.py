"""Publishing: the old snapshot or the new one, whatever happens, and nobody waits for anybody."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.builders.events import Delivery, a_process, land_all, settings_in
from warehouse.archive import ArchiveSettings
from warehouse.errors import WarehouseError
from warehouse.log.shape import shape
from warehouse.mart.ledger import record_publication, set_generation
from warehouse.mart.macros import make_macros
from warehouse.publish import publish_snapshot
from warehouse.store import Store

ROWS = [{"case": f"c{n}", "activity": "X", "done": "2026-01-01", "agent": None, "team": None} for n in range(500)]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def mart(tmp_path: Path) -> Path:
    settings = settings_in(tmp_path / "work")
    process = a_process()
    with Store(settings) as store:
        land_all(store, process, [Delivery("events", ROWS)])
        shape(store, process, as_of=None)
        set_generation(store, 1)
    return settings.mart


def set_to(mart: Path, generation: int) -> None:
    with Store(settings_in(mart.parent)) as store:
        set_generation(store, generation)


def generation_of(snapshot: Path) -> int:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        row = connection.execute("SELECT generation FROM schema_info").fetchone()
        assert row is not None
        assert connection.execute("SELECT count(*) FROM cases").fetchone() == (500,)
    return int(row[0])


def test_the_snapshot_is_the_mart_byte_for_byte(mart: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "published" / "deep" / "asrun.duckdb"
    assert publish_snapshot(mart, snapshot) == mart.stat().st_size
    assert snapshot.read_bytes() == mart.read_bytes()
    assert [path.name for path in snapshot.parent.iterdir()] == ["asrun.duckdb"]
    assert generation_of(snapshot) == 1


def test_views_hold_under_any_name_of_the_file(mart: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "what a name-2026.duckdb"
    publish_snapshot(mart, snapshot)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{snapshot}' AS other (READ_ONLY)")
        for name in ("events", "activity_instances", "cases"):
            assert connection.execute(f"SELECT count(*) FROM other.main.{name}").fetchone() == (500,)


READER = """
import sys, threading, time, pathlib, duckdb
snapshot, stop, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
seen, failures, lock = [], [], threading.Lock()

def once():
    # each opens an instance of its own, as programs of their own would
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{snapshot}' AS s (READ_ONLY)")
        row = connection.execute(
            "SELECT (SELECT generation FROM s.schema_info), (SELECT max(published_at) FROM s.publications), "
            "count(*), count(DISTINCT case_id) FROM s.cases"
        ).fetchone()
        again = connection.execute("SELECT generation FROM s.schema_info").fetchone()[0]
        # one generation whole: its own number in every table, however long the reader stays
        assert row[2:] == (500, 500) and row[0] == again == row[1].minute * 60 + row[1].second, (row, again)
        connection.execute("USE s")
        assert connection.execute("SELECT closed_cases FROM conformance_rate('desk')").fetchone() is not None
        return row[0]

def read():
    mine = []
    try:
        while not stop.exists():
            mine.append(once())
            time.sleep(0.01)
        assert mine == sorted(mine), mine
    except BaseException as error:
        failures.append(repr(error))
    with lock:
        seen.extend(mine)

print("ready", flush=True)
workers = [threading.Thread(target=read) for _ in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
assert not failures, failures
print(len(seen), len(set(seen)), flush=True)
"""


@pytest.mark.parametrize(
    ("nights", "least_reads"), [(5, 40), pytest.param(26, 200, marks=pytest.mark.slow)], ids=["few", "hundreds"]
)
def test_reads_while_it_is_published(mart: Path, tmp_path: Path, nights: int, least_reads: int) -> None:
    """Two programs with three threads each read without a pause while nights are published and kept."""
    snapshot, stop = tmp_path / "asrun.duckdb", tmp_path / "stop"
    archive = ArchiveSettings(tmp_path / "archive", keep_days=3, keep_monthly=0)

    def publish(number: int) -> None:
        instant = datetime(2026, 1, 1, 0, number // 60, number % 60, tzinfo=UTC)
        with Store(settings_in(mart.parent)) as store:
            with store.transaction("mart"):
                make_macros(store.connection)
            record_publication(store, run_id=str(number), published_at=instant)
            set_generation(store, number)
        publish_snapshot(mart, snapshot, archive=archive)

    publish(1)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(snapshot), str(stop), "3"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        published = 1
        for number in range(2, nights + 1):
            publish(number)
            published += 1
    finally:
        stop.touch()
        answers = [(reader, *reader.communicate(timeout=60)) for reader in readers]
    reads, generations = 0, []
    for reader, out, errors in answers:
        assert reader.returncode == 0, errors
        count, different = map(int, out.split())
        reads += count
        generations.append(different)
    assert published == nights
    assert reads >= least_reads, reads
    assert min(generations) > nights // 5, generations
    assert generation_of(snapshot) == nights


def test_a_reader_that_stays_goes_on_with_the_file_that_it_opened(mart: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "asrun.duckdb"
    publish_snapshot(mart, snapshot)
    failures: list[BaseException] = []
    stop = threading.Event()
    connection = duckdb.connect(str(snapshot), read_only=True)

    def read() -> None:
        try:
            while not stop.is_set():
                row = connection.execute("SELECT max(generation), count(*) FROM schema_info, cases").fetchone()
                assert row == (1, 500)
        except (AssertionError, duckdb.Error) as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for number in range(2, 12):
            set_to(mart, number)
            publish_snapshot(mart, snapshot)
    finally:
        stop.set()
        thread.join()
        connection.close()
    assert failures == []
    assert generation_of(snapshot) == 11


def test_a_stale_log_of_a_former_file_goes_away(mart: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "asrun.duckdb"
    publish_snapshot(mart, snapshot)
    wal = snapshot.with_name("asrun.duckdb.wal")
    wal.write_bytes(b"left by a program that opened the snapshot for writing")
    set_to(mart, 2)
    publish_snapshot(mart, snapshot)
    assert not wal.exists()
    assert generation_of(snapshot) == 2


def test_a_stray_copy_of_a_crash_is_no_obstacle(mart: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "asrun.duckdb"
    (tmp_path / "asrun.duckdb.new").write_bytes(b"half a file")
    publish_snapshot(mart, snapshot)
    assert generation_of(snapshot) == 1
    assert not (tmp_path / "asrun.duckdb.new").exists()


def test_a_mart_with_changes_that_are_not_in_it_is_not_published(mart: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "asrun.duckdb"
    publish_snapshot(mart, snapshot)
    before = snapshot.read_bytes()
    mart.with_name(mart.name + ".wal").write_bytes(b"x")
    with pytest.raises(WarehouseError, match="checkpointed"):
        publish_snapshot(mart, snapshot)
    assert snapshot.read_bytes() == before


def test_no_mart_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="could not be published"):
        publish_snapshot(tmp_path / "none.duckdb", tmp_path / "asrun.duckdb")
    assert not (tmp_path / "asrun.duckdb").exists()


def test_a_folder_where_the_snapshot_should_be(mart: Path, tmp_path: Path) -> None:
    (tmp_path / "asrun.duckdb").mkdir()
    with pytest.raises(WarehouseError, match="could not be published"):
        publish_snapshot(mart, tmp_path / "asrun.duckdb")
    assert not (tmp_path / "asrun.duckdb.new").exists()


def test_analysts_may_read_what_the_night_wrote(mart: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "asrun.duckdb"
    publish_snapshot(mart, snapshot)
    wanted = 0o666 & ~_umask()
    assert stat.S_IMODE(snapshot.stat().st_mode) == wanted


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


LIMITED = """
import resource, sys, json
from pathlib import Path
from warehouse.errors import WarehouseError
from warehouse.publish import publish_snapshot
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    publish_snapshot(Path(sys.argv[1]), Path(sys.argv[2]))
except WarehouseError as error:
    print(json.dumps(str(error)))
"""


def test_a_file_that_may_not_grow_keeps_last_nights(mart: Path, tmp_path: Path) -> None:
    """As a full disk, without the rights to make one: the copy can't be written to its end."""
    snapshot = tmp_path / "asrun.duckdb"
    publish_snapshot(mart, snapshot)
    set_to(mart, 2)
    assert mart.stat().st_size > 100_000
    answer = subprocess.run(
        [sys.executable, "-c", LIMITED, str(mart), str(snapshot)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "Last night's stays in place" in json.loads(answer.stdout)
    assert generation_of(snapshot) == 1
    assert not snapshot.with_name("asrun.duckdb.new").exists()


@pytest.fixture
def small_disk(tmp_path: Path, mart: Path) -> Iterator[Path]:
    """A file system with room for one and a half snapshots."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = mart.stat().st_size * 3 // 2
    try:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no mount program")
    if made.returncode != 0:
        pytest.skip(f"a small file system can't be mounted: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_last_nights(mart: Path, small_disk: Path) -> None:
    snapshot = small_disk / "asrun.duckdb"
    publish_snapshot(mart, snapshot)
    set_to(mart, 2)
    with pytest.raises(WarehouseError, match="Make room"):
        publish_snapshot(mart, snapshot)
    assert generation_of(snapshot) == 1
    assert [path.name for path in small_disk.iterdir()] == ["asrun.duckdb"]


KILLED = textwrap.dedent(
    """
    import os, shutil, signal, sys
    from pathlib import Path
    import warehouse.copying as copying
    import warehouse.publish as publish
    at = sys.argv[3]
    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)
    if at == "copy":
        def half(read, written, *_):
            os.pwrite(written, os.pread(read, 50_000, 0), 0)
            die()
        copying.os.copy_file_range = half
    elif at == "fsync":
        copying.os.fsync = die
    elif at == "replace":
        Path.replace = die
    publish.publish_snapshot(Path(sys.argv[1]), Path(sys.argv[2]))
    """
)


@pytest.mark.parametrize("at", ["copy", "fsync", "replace"])
def test_killed_at_any_step_the_old_one_stands(mart: Path, tmp_path: Path, at: str) -> None:
    snapshot = tmp_path / "asrun.duckdb"
    publish_snapshot(mart, snapshot)
    set_to(mart, 2)
    answer = subprocess.run(
        [sys.executable, "-c", KILLED, str(mart), str(snapshot), at], capture_output=True, cwd=ROOT, check=False
    )
    assert answer.returncode == -9
    assert generation_of(snapshot) == 1
    publish_snapshot(mart, snapshot)
    assert generation_of(snapshot) == 2
    assert [path.name for path in tmp_path.glob("asrun*")] == ["asrun.duckdb"]
