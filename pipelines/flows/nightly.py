"""The nightly flow: a subflow per process, a task per stage of the plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.concurrency.sync import concurrency

from pipelines.errors import Problem
from pipelines.planning.ahead import load_ahead
from pipelines.planning.execute import (
    Observer,
    ProcessResult,
    RunResult,
    StageResult,
    closing_stages,
    failed_process,
    kept_for,
    record_process,
    refused,
    run_stage,
)
from pipelines.planning.stage import WHOLE, Plan, Stage
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.telling import problems_of, raise_if_stopped

WAREHOUSE_LIMIT = "asrun-warehouse"


class FlowObserver:
    """Tells Prefect how far a stage is, and passes everything on to the one who follows the run."""

    def __init__(self, follower: Observer | None) -> None:
        self._follower = follower
        self._artifact: Any = None

    def stage_started(self, stage: Stage) -> None:
        """A progress artifact for the stage."""
        self._artifact = create_progress_artifact(
            progress=0.0, description=f"{stage.process or 'workspace'} {stage.name}: {stage.reason}"
        )
        if self._follower is not None:
            self._follower.stage_started(stage)

    def stage_progress(self, stage: Stage, done: int, total: int) -> None:
        """Each tenth of the way is worth a word to the server."""
        if total and done * 10 // total != (done - 1) * 10 // total:
            update_progress_artifact(artifact_id=self._artifact, progress=100.0 * done / total)
        if self._follower is not None:
            self._follower.stage_progress(stage, done, total)

    def stage_finished(self, stage: Stage, outcome: StageOutcome, seconds: float) -> None:
        """Done."""
        update_progress_artifact(artifact_id=self._artifact, progress=100.0)
        logger = get_run_logger()
        logger.info("%s %s: %s (%.1f s)", stage.process, stage.name, outcome.note, seconds)
        for warning in outcome.warnings:
            logger.warning("%s: %s", stage.process, warning)
        if self._follower is not None:
            self._follower.stage_finished(stage, outcome, seconds)

    def process_failed(self, process: str, problems: tuple[Problem, ...]) -> None:
        """Failed."""
        if self._follower is not None:
            self._follower.process_failed(process, problems)


class StageFailedError(Exception):
    """A stage failed; `problems` say why. Prefect shows the message, asrun the problems."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@task(name="stage", task_run_name="{stage.name}", cache_policy=NO_CACHE, persist_result=False)
def stage_task(night: Any, stage: Any, observer: Any) -> StageResult:
    """One stage of the plan."""
    try:
        return run_stage(night, stage, observer=observer)
    except Exception as error:  # noqa: BLE001  whatever it is, Prefect gets it in words
        raise_if_stopped(error)
        raise StageFailedError(problems_of(error)) from None


@flow(name="process", persist_result=False, validate_parameters=False)
def process_flow(night: Any, stages: Any, observer: Any, done: Any) -> None:
    """All stages of one process, in order; what is done is added to `done` as it goes."""
    for stage in stages:
        done.append(stage_task(night, stage, observer))


@flow(name="nightly", flow_run_name="nightly {night.run_id}", persist_result=False, validate_parameters=False)
def nightly_flow(night: Any, plan: Any, follower: Any, clock: Any, results: Any) -> State[Any]:
    """The plan as a flow run: each process as a subflow, then publish and report; failed if any process failed.

    Takes what `run_through_prefect` takes; Prefect would build a validator from narrower types.
    """
    from prefect.states import Completed, Failed

    load_ahead(plan)
    _ensure_limit()
    observer = FlowObserver(follower)
    results.extend(refused(refusal, observer=observer) for refusal in plan.refusals)
    # one night at a time may hold the warehouse, whatever else the server runs
    with concurrency(WAREHOUSE_LIMIT, occupy=1, timeout_seconds=6 * 3600):
        for process in (*plan.processes, WHOLE):
            stages = plan.of(process) if process != WHOLE else closing_stages(plan, results)
            if stages:
                with kept_for(night, process):
                    results.append(_process(night, process, stages, observer, clock))
    create_markdown_artifact(markdown=summary(results), key="asrun-night", description="What the night did")
    failed = [result.process or "workspace" for result in results if result.has_failed]
    if failed:
        return Failed(message=f"failed: {', '.join(failed)}; the others' results are published")
    return Completed(message=f"{sum(len(result.done) for result in results)} stages done")


def _process(
    night: Night, process: str, stages: tuple[Stage, ...], observer: FlowObserver, clock: Callable[[], datetime]
) -> ProcessResult:
    done: list[StageResult] = []
    named = process_flow.with_options(flow_run_name=process or "publish")
    state = named(night, stages, observer, done, return_state=True)
    result = ProcessResult(process, tuple(done))
    if not state.is_completed():
        error = state.result(raise_on_failure=False)
        problems = error.problems if isinstance(error, StageFailedError) else problems_of(_as_exception(error))
        result = failed_process(night, process, tuple(done), problems, observer=observer)
    if process != WHOLE:
        unwritten = record_process(night, result, stages=stages, finished_at=clock())
        if unwritten and not result.has_failed:
            observer.process_failed(process, unwritten)
            return ProcessResult(process, tuple(done), unwritten)
    return result


def _as_exception(error: object) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(str(error))


def _ensure_limit() -> None:
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(WAREHOUSE_LIMIT, 1)


def summary(results: list[ProcessResult]) -> str:
    """The night in a markdown table."""
    rows = ["| process | stage | rows | seconds | what |", "|---|---|---:|---:|---|"]
    for result in results:
        rows += [
            f"| {result.process or '(workspace)'} | {done.stage.name} | {done.outcome.rows} "
            f"| {done.seconds:.1f} | {done.outcome.note} |"
            for done in result.done
        ]
        rows += [f"| {result.process or '(workspace)'} | **failed** | | | {problem} |" for problem in result.problems]
    return "\n".join(rows)


def run_through_prefect(
    plan: Plan, night: Night, *, follower: Observer | None, clock: Callable[[], datetime]
) -> RunResult:
    """Carry out a plan as a Prefect flow run: on the configured server, else on a temporary one."""
    results: list[ProcessResult] = []
    nightly_flow(night, plan, follower, clock, results, return_state=True)
    return RunResult(run_id=night.run_id, processes=tuple(results))
