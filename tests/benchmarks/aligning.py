"""What aligning is measured on: real logs with inductive models, and noisy parallel blocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Measured, run_task

SECONDS_OF_PM4PY = 25.0
NEW_SHARE = 0.01
BLOCK_TRACES = 500


@dataclass(frozen=True, slots=True)
class Race:
    """A log and a model: `judged` names them in tests.real.judging, or `width` is that of a parallel block."""

    name: str
    label: str
    judged: str | None = None
    width: int = 0


RACES = (
    Race("bpic2012", "bpic2012, lifecycle COMPLETE; IMf 0.2 of 80% of the cases", "bpic2012_imf"),
    Race("bpic2015_1", "bpic2015_1; IMf 0.2 of 10% of the cases", "bpic2015_1_imf"),
    Race(
        "bpic2019_variants",
        "bpic2019_variants, all; IMf 0.2 of 500 by chance up to 30 events",
        "bpic2019_variants_imf",
    ),
    *(
        Race(f"block_{width}", f"parallel block of {width}, 500 noisy variants", width=width)
        for width in (10, 12, 14, 16)
    ),
)


@dataclass(frozen=True, slots=True)
class RaceResult:
    """Seconds and peaks of the product and its peers on one log and model; costs are compared where both say one."""

    race: Race
    variants: int
    states: int
    ours: Measured
    r4pm: Measured
    pm4py: Measured
    second_night: Measured
    precision: Measured | None
    precision_by_pm4py: Measured | None
    unsolved: tuple[int, ...]
    different: int

    @property
    def whole(self) -> float:
        """Encoding, automaton and moves."""
        return sum(self.ours.told["parts"].values())

    @property
    def moves(self) -> float:
        """Moves alone."""
        return float(self.ours.told["parts"]["moves"])

    @property
    def r4pm_whole(self) -> float:
        """Encoding and moves by r4pm."""
        return sum(self.r4pm.told["parts"].values())

    @property
    def r4pm_moves(self) -> float:
        """Moves by r4pm."""
        return float(self.r4pm.told["parts"]["moves"])

    @property
    def pm4py_whole(self) -> float:
        """pm4py, in proportion to the variants that it came to."""
        return self.pm4py.seconds * self.variants / max(1, self.pm4py.told["aligned"])


def prepare(race: Race, folder: Path) -> dict[str, str]:
    """Write the words and the model where every task finds them."""
    import pm4py

    from tests.mining.blocks import noisy_traces
    from tests.real.judging import JUDGED, net_of, words_of

    words_path, model_path = folder / f"{race.name}.json", folder / f"{race.name}.pnml"
    if race.judged is None:
        words = noisy_traces(race.width, BLOCK_TRACES, 1)
        pm4py.write_pnml(*block_net(race.width), str(model_path))
    else:
        judged = replace(JUDGED[race.judged], first=None)
        words = list(words_of(judged))
        pm4py.write_pnml(*net_of(judged), str(model_path))
    words_path.write_text(json.dumps(words), encoding="utf-8")
    return {"words": str(words_path), "model": str(model_path)}


def block_net(width: int) -> tuple[Any, Any, Any]:
    """A block of steps in any order, between a silent split and a silent join."""
    import pm4py
    from pm4py.objects.process_tree.obj import Operator, ProcessTree

    tree = ProcessTree(operator=Operator.PARALLEL)
    tree.children = [ProcessTree(label=f"T{number:02d}", parent=tree) for number in range(width)]
    net, initial, final = pm4py.convert_to_petri_net(tree)
    return net, initial, final


def measure_race(race: Race, folder: Path, tell: Callable[[str], None]) -> RaceResult:
    """All tasks of a race, each in a process of its own, one after the other."""
    tell(f"{race.label}: reading")
    files = prepare(race, folder)
    width = {"width": race.width}
    tell(f"{race.label}: asrun")
    ours = run_task("align_all", **files, **width)
    tell(f"{race.label}: a second night")
    second = run_task("align_second_night", **files, **width, share=NEW_SHARE)
    tell(f"{race.label}: r4pm")
    r4pm = run_task("align_by_r4pm", **files)
    tell(f"{race.label}: pm4py")
    pm4py = run_task("align_by_pm4py", **files, seconds=SECONDS_OF_PM4PY)
    mine, theirs = ours.told["costs"], r4pm.told["costs"]
    by_pm4py = {int(number): cost for number, cost in pm4py.told["costs"].items()}
    different = sum(other is not None and other != cost for cost, other in zip(mine, theirs, strict=True))
    different += sum(mine[number] != cost for number, cost in by_pm4py.items() if cost is not None)
    precision = precision_by_pm4py = None
    if race.judged is not None:
        tell(f"{race.label}: precision")
        precision = run_task("precision", **files, variants=PRECISION_VARIANTS)
        precision_by_pm4py = run_task("precision_by_pm4py", **files, variants=PRECISION_VARIANTS)
    return RaceResult(
        race=race,
        variants=len(mine),
        states=ours.told["states"],
        ours=ours,
        r4pm=r4pm,
        pm4py=pm4py,
        second_night=second,
        precision=precision,
        precision_by_pm4py=precision_by_pm4py,
        unsolved=tuple(number for number, cost in enumerate(theirs) if cost is None),
        different=different + sum(cost is None for cost in mine),
    )


PRECISION_VARIANTS = 60
"""So many, by chance, up to 30 events long: pm4py aligns each of their prefixes."""
