"""One stage of a plan carried out: the function that both ways of running call."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.planning.stage import Stage, StageName
from pipelines.stages.discover import discover
from pipelines.stages.gates import pass_gates
from pipelines.stages.hotspots import find_hotspots
from pipelines.stages.judge import judge
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.stages.publish import publish, report
from pipelines.stages.pull import pull
from pipelines.stages.shape import shape_log

_STAGES: dict[StageName, Callable[[Night, Stage], StageOutcome]] = {
    "pull": lambda night, stage: pull(night, stage.process, stage.files, interval=stage.interval),
    "gates": lambda night, stage: pass_gates(night, stage.process),
    "shape": lambda night, stage: shape_log(night, stage.process, anew=stage.anew, interval=stage.interval),
    "discover": lambda night, stage: discover(night, stage.process),
    "judge": lambda night, stage: judge(night, stage.process, anew=stage.anew),
    "hotspots": lambda night, stage: find_hotspots(night, stage.process, anew=stage.anew),
    "publish": lambda night, _: publish(night),
    "report": lambda night, _: report(night),
}


def carry_out(night: Night, stage: Stage) -> StageOutcome:
    """Do what a stage says."""
    return _STAGES[stage.name](night, stage)
