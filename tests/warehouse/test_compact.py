"""Compacting: smaller files, the same rows, never a third state."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.builders.events import Delivery, a_process, events_source, land_all, landed_store, settings_in
from tests.property.random_nights import derive, facts
from tests.warehouse.test_migrations import _shape
from warehouse import compact
from warehouse.compact import compact_store, dead_space
from warehouse.errors import WarehouseError
from warehouse.specification import CaseSpec
from warehouse.store import Store

PROCESS = a_process(events_source(key=("id",), delivery="increment"), case=CaseSpec(end_activities=("Z",)))


def rows(first: int, count: int, agent: str) -> list[dict[str, str | None]]:
    return [
        {
            "id": f"{n}",
            "case": f"c{n // 3}",
            "activity": "ABZ"[n % 3],
            "done": f"2026-01-{1 + n % 20:02} 0{n % 3}:00:00",
        }
        | {"agent": agent, "team": None}
        for n in range(first, first + count)
    ]


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights that each correct most rows: what the first two made is dead."""
    place = tmp_path_factory.mktemp("nights")
    with landed_store(place, PROCESS, [Delivery("events", rows(0, 30_000, "ann"))]) as store:
        derive(store, PROCESS, None, anew=False)
    for agent in ("bob", "eve"):
        with Store(settings_in(place)) as store:
            land_all(store, PROCESS, [Delivery("events", rows(300, 25_000, agent))])
            derive(store, PROCESS, None, anew=False)
    return place


@pytest.fixture
def folder(three_nights: Path, tmp_path: Path) -> Path:
    """The nights behind it, in a copy for one test to compact."""
    return Path(shutil.copytree(three_nights, tmp_path, dirs_exist_ok=True))


def sizes(folder: Path) -> list[int]:
    settings = settings_in(folder)
    return [settings.landing.stat().st_size, settings.mart.stat().st_size]


@pytest.mark.slow
def test_the_files_shrink_and_hold_the_same(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_in(folder)
    shutil.copytree(folder, tmp_path_factory.getbasetemp() / "untouched")
    with Store(settings) as store:
        before, dead = facts(store), dead_space(store)
    layouts = [_shape(settings.landing), _shape(settings.mart)]
    done = compact_store(settings)
    assert [each.bytes_after for each in done] == sizes(folder)
    assert done[1].bytes_after < 0.7 * done[1].bytes_before
    assert [_shape(settings.landing), _shape(settings.mart)] == layouts
    assert not list(folder.rglob("*.compact*"))
    with Store(settings) as store:
        assert facts(store) == before
        assert dead.share > 0.3
        assert dead_space(store).share < 0.1
        for table in ("events", "instances", "cases"):
            codes = [row[0] for row in store.fetch_sql("t", f"SELECT case_code FROM mart.p1.{table}")]
            assert codes == sorted(codes)
    # nights go on from it as they would have without
    after = []
    for place in (folder, tmp_path_factory.getbasetemp() / "untouched"):
        with Store(settings_in(place)) as store:
            land_all(store, PROCESS, [Delivery("events", rows(0, 10, "zoe"))])
            derive(store, PROCESS, None, anew=False)
            after.append(facts(store))
    assert after[0] == after[1] != before


def test_a_crash_at_any_step_leaves_old_or_new(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(folder)
    with Store(settings) as store:
        before = facts(store)
    sizes_before = sizes(folder)

    def full(_path: Path, copy: Path, *_rest: object) -> None:
        copy.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compact, "_write_copy", full)
    with pytest.raises(WarehouseError, match="Make room"):
        compact_store(settings)
    monkeypatch.undo()
    assert sizes(folder) == sizes_before
    # a stray copy of a process that was killed is overwritten
    shutil.copyfile(settings.landing, settings.mart.with_name(settings.mart.name + ".compact"))
    compact_store(settings)
    with Store(settings) as store:
        assert facts(store) == before


def test_a_file_that_somebody_has_open_is_left_alone(folder: Path) -> None:
    before = sizes(folder)
    with duckdb.connect(str(settings_in(folder).mart)), pytest.raises(WarehouseError):
        compact_store(settings_in(folder))
    assert sizes(folder) == before
