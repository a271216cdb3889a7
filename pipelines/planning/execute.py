"""Doing what a plan says, without Prefect: process after process, one failure leaving the others whole."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pipelines.errors import Problem
from pipelines.planning.ahead import load_ahead
from pipelines.planning.stage import WHOLE, Plan, Refusal, Stage
from pipelines.stages.carry_out import carry_out
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import store_settings
from pipelines.telling import problems_of, raise_if_stopped
from warehouse.mart.ledger import RunRecord, StageRecord, current_as_of, record_run, record_stage
from warehouse.mart.restore import mark_unfinished, restore_process
from warehouse.store import Store, kept_open


class Observer(Protocol):
    """Who wants to follow a run."""

    def stage_started(self, stage: Stage) -> None:
        """A stage begins."""

    def stage_progress(self, stage: Stage, done: int, total: int) -> None:
        """A stage has come this far."""

    def stage_finished(self, stage: Stage, outcome: StageOutcome, seconds: float) -> None:
        """A stage is done."""

    def process_failed(self, process: str, problems: tuple[Problem, ...]) -> None:
        """A process failed; its former results stay."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """A stage that was done."""

    stage: Stage
    outcome: StageOutcome
    seconds: float


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """What became of one process: its stages done, and why it failed, if it did."""

    process: str
    done: tuple[StageResult, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether any stage failed."""
        return bool(self.problems)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of a run, process by process; the last one is the workspace as a whole (publish, report)."""

    run_id: str
    processes: tuple[ProcessResult, ...]

    @property
    def has_failed(self) -> bool:
        """Whether any process failed."""
        return any(process.has_failed for process in self.processes)


def run_stage(night: Night, stage: Stage, *, observer: Observer, is_first: bool = True) -> StageResult:
    """Carry out one stage and note it in the ledger.

    The first stage of a process marks its facts as unfinished; the mark stands until the whole run is recorded, so that
    later stages (`is_first` False) need not open the store to set it again.
    """
    observer.stage_started(stage)
    started = time.perf_counter()
    if is_first and stage.process != WHOLE:
        with Store(store_settings(night.workspace)) as store:
            mark_unfinished(store, stage.process, run_id=night.run_id)
    told = replace(night, progress=lambda done, total: observer.stage_progress(stage, done, total))
    outcome = carry_out(told, stage)
    seconds = time.perf_counter() - started
    with Store(store_settings(night.workspace)) as store:
        record_stage(
            store,
            StageRecord(
                run_id=night.run_id,
                process=stage.process,
                stage=stage.name,
                reason=stage.reason,
                fingerprint=stage.fingerprint,
                rows=outcome.rows,
                seconds=seconds,
                peak_bytes=_peak_bytes(),
            ),
        )
    observer.stage_finished(stage, outcome, seconds)
    return StageResult(stage, outcome, seconds)


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def record_process(
    night: Night, result: ProcessResult, *, stages: tuple[Stage, ...], finished_at: datetime
) -> tuple[Problem, ...]:
    """Note a run of a process in the ledger; problems where even that could not be written."""
    outcomes = [done.outcome for done in result.done]
    quarantined = [outcome.rows_quarantined for outcome in outcomes if outcome.rows_quarantined is not None]
    reason = "; ".join(f"{stage.name}: {stage.reason}" for stage in stages)
    try:
        with Store(store_settings(night.workspace)) as store:
            record_run(
                store,
                RunRecord(
                    run_id=night.run_id,
                    process=result.process,
                    as_of=current_as_of(store, result.process),
                    started_at=night.started_at,
                    finished_at=finished_at,
                    status="failed" if result.has_failed else "done",
                    reason="; ".join(str(problem) for problem in result.problems) if result.has_failed else reason,
                    rows_landed=sum(outcome.rows_landed for outcome in outcomes),
                    rows_quarantined=quarantined[-1] if quarantined else 0,
                    cases_touched=sum(outcome.cases_touched for outcome in outcomes),
                    variants_new=sum(outcome.variants_new for outcome in outcomes),
                    asked_as_of=night.as_of,
                    undoes=night.undoes,
                ),
            )
    except Exception as error:  # noqa: BLE001  the others go on even where the ledger can't be written
        raise_if_stopped(error)
        return problems_of(error)
    return ()


def run_process(
    night: Night, process: str, stages: tuple[Stage, ...], *, observer: Observer, clock: Callable[[], datetime]
) -> ProcessResult:
    """All stages of one process; the first failure ends it and is told, never raised."""
    with kept_for(night, process):
        return _run_process(night, process, stages, observer=observer, clock=clock)


def kept_for(night: Night, process: str) -> AbstractContextManager[None]:
    """The files kept open for the stages of one process; publishing copies them, and needs them closed."""
    return nullcontext() if process == WHOLE else kept_open(store_settings(night.workspace))


def _run_process(
    night: Night, process: str, stages: tuple[Stage, ...], *, observer: Observer, clock: Callable[[], datetime]
) -> ProcessResult:
    done: list[StageResult] = []
    try:
        for stage in stages:
            done.append(run_stage(night, stage, observer=observer, is_first=not done))
        result = ProcessResult(process, tuple(done))
    except Exception as error:  # noqa: BLE001  one process's failure must not take the others with it
        raise_if_stopped(error)
        result = failed_process(night, process, tuple(done), problems_of(error), observer=observer)
    if process != WHOLE:
        unwritten = record_process(night, result, stages=stages, finished_at=clock())
        if unwritten and not result.has_failed:
            result = replace(result, problems=unwritten)
            observer.process_failed(process, unwritten)
    return result


def failed_process(
    night: Night, process: str, done: tuple[StageResult, ...], problems: tuple[Problem, ...], *, observer: Observer
) -> ProcessResult:
    """The result of a process that failed, told and with its former facts put back."""
    if process != WHOLE:
        problems = (*problems, *put_back(night, process))
    observer.process_failed(process, problems)
    return ProcessResult(process, done, problems)


def put_back(night: Night, process: str) -> tuple[Problem, ...]:
    """Undo what a failed process left half-way in the mart; problems where that could not be done."""
    settings = store_settings(night.workspace)
    if not settings.mart.exists():
        return ()
    try:
        with Store(settings) as store:
            restore_process(store, process, night.workspace.path(night.workspace.settings.warehouse.snapshot))
    except Exception as error:  # noqa: BLE001  the others go on; publishing tries once more
        raise_if_stopped(error)
        return problems_of(error)
    return ()


def refused(refusal: Refusal, *, observer: Observer) -> ProcessResult:
    """The result of a process that could not even be planned."""
    observer.process_failed(refusal.process, refusal.problems)
    return ProcessResult(refusal.process, (), refusal.problems)


def closing_stages(plan: Plan, results: Sequence[ProcessResult]) -> tuple[Stage, ...]:
    """Publish and report; nothing where every process failed, for then the snapshot stays as it is, byte for byte."""
    has_news = plan.is_publish_due or not results or any(not result.has_failed for result in results)
    return plan.of(WHOLE) if has_news else ()


def execute(plan: Plan, night: Night, *, observer: Observer, clock: Callable[[], datetime]) -> RunResult:
    """Carry out a plan: each process, then publish and report."""
    load_ahead(plan)
    results = [refused(refusal, observer=observer) for refusal in plan.refusals]
    for process in plan.processes:
        stages = plan.of(process)
        if stages:
            results.append(run_process(night, process, stages, observer=observer, clock=clock))
    closing = closing_stages(plan, results)
    if closing:
        results.append(run_process(night, WHOLE, closing, observer=observer, clock=clock))
    return RunResult(run_id=night.run_id, processes=tuple(results))
