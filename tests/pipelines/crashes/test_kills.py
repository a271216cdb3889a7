"""Killed with SIGKILL at a random point of each stage: old facts or new ones, and then as if nothing had happened.

Each round is one seed: it chooses the night, the process, the point (a statement or an act on a file) within the
stage, and the instant before, in or behind it. Some rounds kill the second try as well; some have no second try, for
the next night comes first.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.pipelines.crashes.dying_run import Order
from tests.pipelines.crashes.two_desks import (
    LANDING,
    NIGHTS,
    SNAPSHOT,
    Facts,
    Nights,
    bring,
    differences,
    facts,
    files,
    order_for,
    write_desks,
)
from warehouse.reading.snapshot import Snapshot

STAGES = ("pull", "gates", "shape", "discover", "judge", "hotspots", "publish", "report")
# what depends on which night brought a row, and on when a finding was first seen
OF_ARRIVAL = frozenset({"load_id", "row_number", "run_id", "first_seen", "last_seen", "resolved_at"})
OF_ARRIVAL_TABLES = ("main.loads", "main.stage_states", "main.discovered_models", "main.deviation_sightings")


@dataclass(frozen=True)
class Calm:
    """Nights that nobody disturbed: what stood after each, and the points that each passed."""

    nights: Nights
    folders: dict[int, Path]
    published: dict[int, Facts]
    landed: dict[int, Facts]
    seconds: dict[int, dict[tuple[str, str], list[float]]]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calm]:
    place = tmp_path_factory.mktemp("calm")
    folder = write_desks(place / "w")
    with Nights() as nights:
        found = Calm(nights, {0: place / "night0"}, {0: {}}, {0: {}}, {})
        shutil.copytree(folder, found.folders[0])
        for number in range(1, NIGHTS + 1):
            bring(folder, number)
            ran = nights.run(order_for(folder, number))
            assert ran.code == 0, ran.told
            found.seconds[number] = ran.seconds
            found.published[number] = facts(folder, number)
            found.landed[number] = facts(folder, number, file=LANDING)
            found.folders[number] = place / f"night{number}"
            shutil.copytree(folder, found.folders[number])
        yield found


@pytest.fixture(scope="module")
def kills() -> Iterator[Counter[str]]:
    """The kills by stage, printed at the end of the module."""
    counted: Counter[str] = Counter()
    yield counted
    print(json.dumps({"kills": sum(counted.values()), "by stage": dict(sorted(counted.items()))}))


def a_kill(calm: Calm, folder: Path, number: int, stage: str, chance: random.Random, *, attempt: int = 0) -> Order:
    """A run that dies at a random instant of this stage."""
    process = "" if stage in {"publish", "report"} else chance.choice(("alpha", "beta"))
    passed = calm.seconds[number][process, stage]
    point = chance.randrange(len(passed))
    after = chance.choice((0.0, chance.random(), chance.random(), 1.0))
    order = order_for(folder, number, attempt=attempt)
    return replace(order, process=process, stage=stage, point=point, after=after, seconds=passed[point])


def killed(calm: Calm, folder: Path, order: Order, number: int, former: int) -> None:
    """Run to the death; the snapshot then opens and shows the facts of the former night, or of this one."""
    ran = calm.nights.run(order)
    assert ran.code == -9, (order, ran.code, ran.told)
    if not (folder / SNAPSHOT).exists():
        assert former == 0, (order, "the snapshot is gone")
        return
    with Snapshot(folder / SNAPSHOT) as snapshot:
        assert snapshot.product
    shown = facts(folder, number)
    if differences(facts_of_former(calm, former, number), shown):
        assert differences(calm.published[number], shown) == [], order


def facts_of_former(calm: Calm, former: int, number: int) -> Facts:
    """The facts of the former night; none where there was none."""
    assert number > former
    return calm.published[former]


@pytest.mark.slow
def test_the_nights_do_something(calm: Calm) -> None:
    """The rounds below say nothing unless each night changes facts, corrects, deletes, and lets old cases go."""
    for number in range(1, NIGHTS + 1):
        assert set(calm.seconds[number]) == {
            *((process, stage) for process in ("alpha", "beta") for stage in STAGES[:6]),
            ("", "publish"),
            ("", "report"),
        }
        assert differences(calm.published[number - 1], calm.published[number])
    assert any("|D" in row for rows in calm.landed[2].values() for row in rows)
    assert calm.landed[4]["main.forgettings"] != [""]
    again = calm.nights.run(order_for(calm.folders[4], 4))
    assert (again.code, again.seconds) == (0, {}), again.told


def one_round(calm: Calm, kills: Counter[str], folder: Path, seed: int, record: Callable[[str, object], None]) -> None:
    """One seed: kills, then a run that is left alone."""
    chance = random.Random(seed)
    stage = STAGES[seed % len(STAGES)]
    number = chance.randrange(1, NIGHTS + 1)
    shutil.copytree(calm.folders[number - 1], folder)
    bring(folder, number)
    order = a_kill(calm, folder, number, stage, chance)
    done = [order]
    killed(calm, folder, order, number, number - 1)
    kills[stage] += 1
    attempt = 1
    if chance.random() < 0.3:
        second = a_kill(calm, folder, number, "publish", chance, attempt=attempt)
        # the second try does what the first has left: whether it comes to this point is not known before
        ran = calm.nights.run(second)
        assert ran.code in {0, -9}, (seed, second, ran.told)
        kills["publish"] += ran.code == -9
        done.append(second)
        attempt += 1
    record("kills", json.dumps([(each.process, each.stage, each.point, round(each.after, 3)) for each in done]))
    if number < NIGHTS and chance.random() < 0.3:
        _next_night(calm, folder, number + 1, seed, order)
        return
    last = calm.nights.run(order_for(folder, number, attempt=attempt))
    assert last.code == 0, (seed, order, last.told)
    assert differences(calm.published[number], facts(folder, number)) == [], (seed, order)
    assert differences(calm.landed[number], facts(folder, number, file=LANDING)) == [], (seed, order)
    assert files(folder) == files(calm.folders[number]), (seed, order)


def _added_up(ledger: list[str]) -> list[str]:
    """The totals of a ledger of removals by process and kind; its columns are those of the view `forgotten`."""
    totals: Counter[str] = Counter()
    for row in filter(None, ledger):
        _, process, kind, _, *counts = row.split("|")
        totals.update({f"{process}|{kind}|{place}": int(count) for place, count in enumerate(counts)})
    return [f"{name}|{count}" for name, count in sorted(totals.items())]


def _next_night(calm: Calm, folder: Path, number: int, seed: int, order: Order) -> None:
    """No second try: the next night finds what two nights brought."""
    bring(folder, number)
    last = calm.nights.run(order_for(folder, number))
    assert last.code == 0, (seed, order, last.told)

    def lasting(of: Path) -> Facts:
        found = facts(of, number, without=OF_ARRIVAL)
        found["main.deviations"] = [row for row in found["main.deviations"] if not row.endswith("|resolved")]
        found["main.deviation_totals"] = [row for row in found["main.deviation_totals"] if "|resolved|" not in row]
        # what was too old went in one night or in two: the ledger adds up to the same
        for name in ("main.forgotten", "main.forgettings"):
            if name in found:
                found[name] = _added_up(found[name])
        return {name: rows for name, rows in found.items() if name not in OF_ARRIVAL_TABLES}

    assert differences(lasting(calm.folders[number]), lasting(folder)) == [], (seed, order)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_kill_at_any_instant_of_each_stage(
    seed: int, calm: Calm, kills: Counter[str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    one_round(calm, kills, tmp_path / "w", seed, record_property)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_two_hundred_kills(
    seed: int, calm: Calm, kills: Counter[str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    one_round(calm, kills, tmp_path / "w", seed, record_property)
    shutil.rmtree(tmp_path)
