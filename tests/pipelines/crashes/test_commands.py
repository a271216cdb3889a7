"""The operator's commands killed at any point: said again, they end as if nobody had disturbed them.

Each round is one seed: it chooses the point (a statement or an act on a file) of the command and the instant before,
in or behind it. What is said again is the same command; after an undoing that is already in force, what its message
tells: the next run. A replay is taken in by the run after it, as its own message tells.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.builders.traces import traces
from tests.pipelines.crashes.dying_run import COMMAND, RUN, Order
from tests.pipelines.crashes.two_desks import (
    LANDING,
    Facts,
    Nights,
    bring,
    differences,
    facts,
    files,
    night_of,
    order_for,
    write_desks,
)

CASE = "CASEZZ-13"
NUMBER = 3  # the commands are said when a third night would begin
COMMANDS: dict[str, tuple[str, ...]] = {
    "undo": ("undo", f"{night_of(2):%Y%m%dT%H%M%S.%fZ}", "--yes", "--direct"),
    "compact": ("compact",),
    "forget": ("forget", "alpha", CASE, "--yes"),
    "replay": ("quarantine", "replay", "beta", "--all", "--accept"),
}
# the key of forgotten names is drawn by chance
BY_CHANCE = {"main.forgotten_keys", "main.landing_secret"}
LEDGERS = {"main.stage_states", "main.discovered_models", "main.deviation_sightings"}


@dataclass(frozen=True)
class Calm:
    """The workspace before the commands, and after each of them where nobody disturbed it."""

    nights: Nights
    before: Path
    folders: dict[str, Path]
    points: dict[str, list[float]]


def ordered(folder: Path, words: tuple[str, ...], *, attempt: int = 0) -> Order:
    return replace(order_for(folder, NUMBER, attempt=attempt), words=words)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calm]:
    place = tmp_path_factory.mktemp("commands")
    folder = write_desks(place / "w")
    config = folder / "processes" / "beta" / "process.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}quality:\n  unknown_activity: {{level: quarantine, most: 1.0}}\n", encoding="utf-8")
    with Nights() as nights:
        for number in (1, 2):
            bring(folder, number)
            data = folder / "data" / "alpha.csv"
            data.write_text(data.read_text(encoding="utf-8").replace("A13,", f"{CASE},"), encoding="utf-8")
            ran = nights.run(order_for(folder, number))
            assert ran.code == 0, ran.told
        found = Calm(nights, folder, {}, {})
        for name, words in COMMANDS.items():
            after = place / name
            shutil.copytree(folder, after)
            ran = nights.run(ordered(after, words))
            assert ran.code == 0, ran.told
            found.points[name] = ran.seconds["", COMMAND]
            finish(found, after, name, attempt=1)
            found.folders[name] = after
        yield found


def finish(calm: Calm, folder: Path, name: str, *, attempt: int) -> None:
    """What follows a command that went well."""
    if name == "replay":
        ran = calm.nights.run(ordered(folder, RUN, attempt=attempt))
        assert ran.code == 0, ran.told


def say_again(calm: Calm, folder: Path, name: str) -> None:
    """The command once more; what is over by then says so, and where it tells what to do, that is done."""
    ran = calm.nights.run(ordered(folder, COMMANDS[name], attempt=2))
    if ran.code == 2 and name == "undo":
        assert "asrun run does the rest" in " ".join(ran.told.split()), ran.told
        ran = calm.nights.run(ordered(folder, RUN, attempt=3))
    if ran.code == 2 and name == "forget":
        assert "knows no such" in " ".join(ran.told.split()), ran.told
        return
    assert ran.code == 0, ran.told
    finish(calm, folder, name, attempt=3)


def compared(folder: Path, *, file: str | None = None) -> Facts:
    found = facts(folder, NUMBER) if file is None else facts(folder, NUMBER, file=file)
    return {name: rows for name, rows in found.items() if name not in BY_CHANCE | LEDGERS}


def one_round(calm: Calm, folder: Path, name: str, seed: int) -> None:
    chance = random.Random(f"{name} {seed}")
    shutil.copytree(calm.before, folder)
    points = calm.points[name]
    point = chance.randrange(len(points))
    after = chance.choice((0.0, chance.random(), chance.random(), 1.0))
    order = replace(ordered(folder, COMMANDS[name]), stage=COMMAND, point=point, after=after, seconds=points[point])
    ran = calm.nights.run(order)
    assert ran.code == -9, (order, ran.code, ran.told)
    facts(folder, NUMBER)  # the snapshot opens, whatever happened
    say_again(calm, folder, name)
    twin = calm.folders[name]
    assert differences(compared(twin), compared(folder)) == [], order
    assert differences(compared(twin, file=LANDING), compared(folder, file=LANDING)) == [], order
    assert files(folder) == files(twin), order
    if name == "forget":
        assert traces(folder, CASE) == []


@pytest.mark.slow
def test_the_commands_do_something(calm: Calm) -> None:
    """The rounds below say nothing unless each command but compacting changes facts."""
    before = compared(calm.before)
    for name, folder in calm.folders.items():
        assert bool(differences(before, compared(folder))) == (name != "compact"), name
    assert traces(calm.before, CASE)
    assert traces(calm.folders["forget"], CASE) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_any_instant_of_a_command(calm: Calm, tmp_path: Path, name: str, seed: int) -> None:
    one_round(calm, tmp_path / "w", name, seed)


@pytest.mark.soak
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("seed", range(1000, 1040))
def test_forty_kills_of_each_command(calm: Calm, tmp_path: Path, name: str, seed: int) -> None:
    one_round(calm, tmp_path / "w", name, seed)
    shutil.rmtree(tmp_path)
