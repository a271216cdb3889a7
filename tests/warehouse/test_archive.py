"""Snapshots of earlier nights: kept cheaply, thinned out by day and month, found by day, whatever crashes."""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.builders.events import settings_in
from warehouse import archive as archive_module
from warehouse.archive import (
    ArchiveSettings,
    KeptSnapshot,
    archived_snapshots,
    chosen_to_stay,
    kept_snapshots,
    published_at,
    snapshot_of_day,
)
from warehouse.errors import WarehouseError
from warehouse.mart.ledger import record_publication, set_generation
from warehouse.migrations import layout
from warehouse.publish import publish_snapshot
from warehouse.reading.adhoc import run_query
from warehouse.store import Store

ROOT = Path(__file__).parents[2]
SHANGHAI = "Asia/Shanghai"
FIRST = datetime(2026, 11, 1, 2, 0, tzinfo=ZoneInfo(SHANGHAI)).astimezone(UTC)


def mart_at(folder: Path, instant: datetime, generation: int) -> Path:
    """A mart that is about to be published at an instant."""
    settings = settings_in(folder / "work")
    with Store(settings) as store:
        record_publication(store, run_id=instant.isoformat(), published_at=instant)
        set_generation(store, generation)
    return settings.mart


def publish(folder: Path, instant: datetime, generation: int, **settings: int) -> Path:
    snapshot = folder / "published" / "asrun.duckdb"
    archive = ArchiveSettings(folder / "published" / "archive", time_zone=SHANGHAI, **settings)
    publish_snapshot(mart_at(folder, instant, generation), snapshot, archive=archive)
    return snapshot


def generation_of(path: Path) -> int:
    (row,) = run_query(path, "SELECT generation FROM schema_info").to_pylist()
    return int(row["generation"])


def test_each_publish_keeps_the_former(tmp_path: Path) -> None:
    for night in range(5):
        snapshot = publish(tmp_path, FIRST + timedelta(days=night), night)
        if night == 3:
            shared = snapshot.stat().st_ino
    folder = snapshot.parent / "archive"
    assert [path.name for path in sorted(folder.iterdir())] == [
        f"asrun-{FIRST + timedelta(days=night):%Y%m%dT%H%M%S.%fZ}.duckdb" for night in range(4)
    ]
    assert [generation_of(each.path) for each in kept_snapshots(snapshot, folder)] == [0, 1, 2, 3, 4]
    assert archived_snapshots(snapshot, folder)[-1].path.stat().st_ino == shared  # no byte was copied


def test_what_was_reported_on_a_day(tmp_path: Path) -> None:
    for night, days in enumerate((0, 1, 2, 5)):
        snapshot = publish(tmp_path, FIRST + timedelta(days=days), night)
    folder = snapshot.parent / "archive"

    def on(day: date, zone: str = SHANGHAI) -> int:
        return generation_of(snapshot_of_day(snapshot, folder, day, time_zone=zone).path)

    assert [on(date(2026, 11, day)) for day in range(1, 9)] == [0, 1, 2, 2, 2, 3, 3, 3]
    assert on(date(2026, 11, 1), "UTC") == 1  # two in the morning in Shanghai is still the day before in UTC
    with pytest.raises(WarehouseError, match=r"no snapshot of 2026-10-31 .* oldest was published 2026-11-01 02:00"):
        on(date(2026, 10, 31))
    with pytest.raises(WarehouseError, match="there is none at all"):
        snapshot_of_day(tmp_path / "none.duckdb", tmp_path / "nowhere", date(2026, 1, 1), time_zone="UTC")


def test_the_last_of_each_day_and_month_stays(tmp_path: Path) -> None:
    late = FIRST + timedelta(days=25)
    for night in range(8):
        instant = late + timedelta(days=night // 2, hours=5 * (night % 2))  # twice a day
        snapshot = publish(tmp_path, instant, night, keep_days=3, keep_monthly=2)
    found = [generation_of(each.path) for each in kept_snapshots(snapshot, snapshot.parent / "archive")]
    assert found == [3, 5, 7]
    for night in range(8, 13):  # from 30 November to 4 December
        snapshot = publish(tmp_path, late + timedelta(days=night - 4), night, keep_days=3, keep_monthly=2)
    found = [generation_of(each.path) for each in kept_snapshots(snapshot, snapshot.parent / "archive")]
    assert found == [8, 10, 11, 12]


def test_none_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    for night in range(3):
        snapshot = publish(tmp_path, FIRST + timedelta(days=night), night)
    assert len(archived_snapshots(snapshot, snapshot.parent / "archive")) == 2
    publish(tmp_path, FIRST + timedelta(days=3), 3, keep_days=0, keep_monthly=0)
    assert list((snapshot.parent / "archive").iterdir()) == []


@pytest.mark.parametrize("seed", range(20))
def test_retention_agrees_with_a_plain_twin(seed: int) -> None:
    chance = random.Random(seed)
    zone = ZoneInfo("Europe/Berlin")
    instants = sorted(FIRST + timedelta(hours=chance.randrange(24 * 500)) for _ in range(chance.randrange(120)))
    kept = tuple(KeptSnapshot(Path(f"{number}"), instant, 1) for number, instant in enumerate(instants))
    days, months = chance.randrange(6), chance.randrange(6)
    found = chosen_to_stay(kept, ArchiveSettings(Path(), days, months, "Europe/Berlin"))
    wanted = set()
    for form, count in (("%Y-%m-%d", days), ("%Y-%m", months)):
        seen: list[str] = []
        for each in reversed(kept):
            label = each.published_at.astimezone(zone).strftime(form)
            if label not in seen:
                seen.append(label)
                if len(seen) <= count:
                    wanted.add(each.path)
    assert {each.path for each in found} == wanted


def test_without_hard_links_it_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(archive_module.os, "link", refuse)
    for night in range(3):
        snapshot = publish(tmp_path, FIRST + timedelta(days=night), night)
    found = kept_snapshots(snapshot, snapshot.parent / "archive")
    assert [generation_of(each.path) for each in found] == [0, 1, 2]
    assert not any(path.name.endswith("incoming") for path in (snapshot.parent / "archive").iterdir())


def test_an_archive_that_cannot_be_written_publishes_nothing(tmp_path: Path) -> None:
    snapshot = publish(tmp_path, FIRST, 0)
    (snapshot.parent / "archive").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(WarehouseError, match="could not be kept"):
        publish(tmp_path, FIRST + timedelta(days=1), 1)
    assert generation_of(snapshot) == 0
    assert sorted(path.name for path in snapshot.parent.iterdir()) == ["archive", "asrun.duckdb"]


def test_a_snapshot_of_an_older_layout_is_kept_and_read_as_far_as_it_goes(tmp_path: Path) -> None:
    snapshot = tmp_path / "published" / "asrun.duckdb"
    snapshot.parent.mkdir()
    with duckdb.connect(str(snapshot)) as connection:
        connection.execute(layout("mart", up_to=1))
        connection.execute("INSERT INTO schema_info VALUES (1, 'asrun', 7)")
        connection.execute("INSERT INTO runs (run_id, started_at) VALUES ('x', '2026-10-31 00:00:00+00')")
    assert published_at(snapshot) == datetime(2026, 10, 31, tzinfo=UTC)
    publish(tmp_path, FIRST, 8)
    found = snapshot_of_day(snapshot, snapshot.parent / "archive", date(2026, 10, 31), time_zone=SHANGHAI)
    assert found.path.name == "asrun-20261031T000000.000000Z.duckdb"
    assert generation_of(found.path) == 7
    with pytest.raises(WarehouseError, match="publications does not exist"):
        run_query(found.path, "SELECT * FROM publications")


def test_strangers_in_the_archive_are_left_alone(tmp_path: Path) -> None:
    for night in range(2):
        snapshot = publish(tmp_path, FIRST + timedelta(days=night), night)
    folder = snapshot.parent / "archive"
    for name in ("notes.txt", "asrun-before-the-audit.duckdb", "asrun-20261301T000000.000000Z.duckdb"):
        (folder / name).write_bytes(b"mine")
    publish(tmp_path, FIRST + timedelta(days=2), 2, keep_days=1, keep_monthly=0)
    assert sorted(path.name for path in folder.iterdir()) == [
        "asrun-20261301T000000.000000Z.duckdb",
        "asrun-before-the-audit.duckdb",
        "notes.txt",
    ]


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    import warehouse.archive as archive
    import warehouse.publish as publish
    at = int(sys.argv[4])
    calls = 0
    def dying(real):
        def call(*args, **kwargs):
            global calls
            calls += 1
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)
        return call
    os.link, Path.replace, Path.unlink = dying(os.link), dying(Path.replace), dying(Path.unlink)
    archive.sync_folder = publish.sync_folder = dying(publish.sync_folder)
    settings = archive.ArchiveSettings(Path(sys.argv[3]), keep_days=3, keep_monthly=0, time_zone="Asia/Shanghai")
    publish.publish_snapshot(Path(sys.argv[1]), Path(sys.argv[2]), archive=settings)
    """
)


@pytest.mark.slow
def test_killed_between_any_two_steps_the_next_publish_tidies(tmp_path: Path) -> None:
    at, killed, nights = 0, 0, 3
    for night in range(nights):
        snapshot = publish(tmp_path, FIRST + timedelta(days=night), night, keep_days=3, keep_monthly=0)
    folder = snapshot.parent / "archive"
    ever = [0, 1, 2]
    while True:
        at += 1
        mart = mart_at(tmp_path, FIRST + timedelta(days=nights), nights)
        arguments = [str(mart), str(snapshot), str(folder), str(at)]
        done = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode in {0, -9}, done.stderr
        if generation_of(snapshot) != ever[-1]:  # the new one, then
            ever.append(nights)
        # nothing is lost: the present one and those before it are there
        kept = kept_snapshots(snapshot, folder)
        assert [generation_of(each.path) for each in kept][-2:] == ever[-2:]
        nights += 1
        publish(tmp_path, FIRST + timedelta(days=nights), nights, keep_days=3, keep_monthly=0)
        ever.append(nights)
        nights += 1
        assert [generation_of(each.path) for each in kept_snapshots(snapshot, folder)] == ever[-3:]
        assert len(list(folder.iterdir())) == 2
        assert sorted(path.name for path in snapshot.parent.iterdir()) == ["archive", "asrun.duckdb"]
        if done.returncode == 0:
            break
        killed += 1
    assert killed >= 8
