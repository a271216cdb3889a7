"""A standard version compiled: the flow for the core, versions, clauses and limits for the store."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mining.errors import MiningError
from mining.standard import ActivityMatch, FlowStandard, match_activities, standard_from_bpmn, standard_from_pnml
from pipelines.compiling.flow_text import flow_text
from pipelines.compiling.timers import TimerLimit, timer_limits
from pipelines.errors import BadInput, Problem
from pipelines.planning.stage import digest
from pipelines.sentences.catalogue import Language, duration_text, sentence
from pipelines.telling import few_names
from pipelines.workspace.load import Process, StandardVersion
from pipelines.workspace.standard_file import Limit, StepDetails
from warehouse.specification import ClauseSpec, LimitSpec, StandardSpec


@dataclass(frozen=True, slots=True)
class CompiledStandard:
    """One version, ready to judge: its flow, the step of each log activity, and what the store publishes of it."""

    version: StandardVersion
    flow: FlowStandard
    match: ActivityMatch
    spec: StandardSpec
    clauses: tuple[ClauseSpec, ...]
    limits: tuple[LimitSpec, ...]

    def clause(self, clause_id: str) -> ClauseSpec:
        """The clause of this id."""
        return next(clause for clause in self.clauses if clause.clause_id == clause_id)


def read_flow(version: StandardVersion) -> FlowStandard:
    """The flow of a version; `BadInput` where the drawing can't be honoured."""
    try:
        if version.flow_name.endswith(".pnml"):
            return standard_from_pnml(
                version.flow_text,
                source=version.flow_name,
                silent=version.file.silent,
                allow_unsound=version.file.unsound == "warn",
            )
        return standard_from_bpmn(
            version.flow_text,
            source=version.flow_name,
            silent=version.file.silent,
            participant=version.file.participant,
            observed=version.file.activities.values(),
            others=version.called_flows,
            allow_unsound=version.file.unsound == "warn",
        )
    except MiningError as error:
        raise BadInput(*(Problem(problem.what, problem.where, problem.todo) for problem in error.problems)) from error


def compile_standards(process: Process, activities: Sequence[str]) -> tuple[CompiledStandard, ...]:
    """All approved versions of a process against the activities of its log, oldest first.

    Raises `BadInput` with everything that is wrong in any of them.
    """
    problems: list[Problem] = []
    compiled = []
    approved = process.approved_standards
    for index, version in enumerate(approved):
        until = approved[index + 1] if index + 1 < len(approved) else None
        try:
            compiled.append(compile_standard(process, version, until, activities))
        except BadInput as error:
            problems.extend(error.problems)
    if problems:
        raise BadInput(*problems)
    return tuple(compiled)


def compile_standard(
    process: Process, version: StandardVersion, until: StandardVersion | None, activities: Sequence[str]
) -> CompiledStandard:
    """One version against the activities of a log; `until` is the version that follows it."""
    flow = read_flow(version)
    file = version.file
    match = match_activities(flow, activities, mapping=file.activities, ignore=file.ignore)
    problems = [
        Problem(problem.what, version.document.where(("activities",)), problem.todo) for problem in match.problems
    ]
    problems += _unknown_names(version, flow, match)
    if not set(match.steps) - {None} and activities:
        problems.append(
            Problem(
                "no activity of the log is a step of the flow.",
                version.document.where(("activities",)),
                f"Map them under 'activities'. The log has: {few_names(activities)}. "
                f"The flow has: {few_names(flow.labels)}.",
            )
        )
    if problems:
        raise BadInput(*problems)
    timers, _ = timer_limits(flow)
    return CompiledStandard(
        version=version,
        flow=flow,
        match=match,
        spec=_standard_spec(process, version, until),
        clauses=(*_clauses(version, flow), *(_timer_clause(version, timer) for timer in timers)),
        limits=(
            *(_limit_spec(version, limit, flow, match) for limit in file.limits),
            *(_timer_spec(version, timer, match) for timer in timers),
        ),
    )


def _unknown_names(version: StandardVersion, flow: FlowStandard, match: ActivityMatch) -> list[Problem]:
    """Names in limits and steps that neither the flow nor the log knows."""
    known = [*flow.labels, *match.activities]
    ids = {step.element_id for step in flow.steps}
    problems = []
    for index, limit in enumerate(version.file.limits):
        for key, name in (("from", limit.from_.activity), ("to", limit.to.activity)):
            if name is not None and name not in known:
                problems.append(
                    Problem(
                        f"limits: '{limit.id}' names the activity '{name}', which neither the flow nor the log has.",
                        version.document.where(("limits", index, key, "activity")),
                        _nearest(name, known),
                    )
                )
    for name in version.file.steps:
        if name not in flow.labels and name not in ids:
            problems.append(
                Problem(
                    f"steps: '{name}' is no step of the flow.",
                    version.document.where(("steps", name)),
                    _nearest(name, list(flow.labels)),
                )
            )
    return problems


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {few_names(sorted(set(known)))}."


def _midnight(process: Process, version: StandardVersion) -> datetime:
    start = datetime.combine(version.valid_from, datetime.min.time(), tzinfo=ZoneInfo(process.time_zone))
    return start.astimezone(UTC)


def _standard_spec(process: Process, version: StandardVersion, until: StandardVersion | None) -> StandardSpec:
    file = version.file
    return StandardSpec(
        version=version.version,
        valid_from=_midnight(process, version),
        valid_to=None if until is None else _midnight(process, until),
        approved_by=file.approved_by,
        approved_on=file.approved_on,
        fingerprint=digest((version.flow_text, version.called_flows, file)),
        flow_text=flow_text(version.flow_text),
        participant=file.participant,
        called_flows=tuple(flow_text(content) for _, content in version.called_flows),
        notes=file.notes,
        title_en=file.title.en or version.version,
        title_zh=file.title.zh or version.version,
        owner=file.owner,
    )


def _clauses(version: StandardVersion, flow: FlowStandard) -> tuple[ClauseSpec, ...]:
    file = version.file
    clauses = [
        ClauseSpec(
            standard_version=version.version,
            clause_id="flow",
            kind="flow",
            element_id=None,
            text_en=sentence("en", "clause.flow", {}),
            text_zh=sentence("zh", "clause.flow", {}),
            owner=file.owner,
            severity=file.severity,
        )
    ]
    for step in flow.steps:
        details = _step_details(version, step.name, step.element_id)
        clauses.append(
            ClauseSpec(
                standard_version=version.version,
                clause_id=f"step:{step.element_id}",
                kind="step",
                element_id=step.element_id,
                text_en=sentence("en", "clause.step", {"step": step.name}),
                text_zh=sentence("zh", "clause.step", {"step": step.name}),
                owner=(details.owner if details else None) or file.owner,
                severity=details.severity if details else file.severity,
            )
        )
    for limit in file.limits:
        clauses.append(
            ClauseSpec(
                standard_version=version.version,
                clause_id=f"limit:{limit.id}",
                kind="limit",
                element_id=_element_of(flow, limit.to.activity),
                text_en=_limit_text("en", limit, limit.title.en),
                text_zh=_limit_text("zh", limit, limit.title.zh),
                owner=limit.owner or file.owner,
                severity=limit.severity,
            )
        )
    return tuple(clauses)


def _limit_text(language: Language, limit: Limit, title: str) -> str:
    return sentence(
        language,
        "clause.limit",
        {
            "title": title or limit.id,
            "from": _from_label(language, limit),
            "to": limit.to.activity or sentence(language, "case.end", {}),
            "limit": duration_text(language, limit.within.total_seconds()),
        },
    )


def _element_of(flow: FlowStandard, name: str | None) -> str | None:
    ids = flow.elements_of(name) if name is not None else ()
    return ids[0] if ids else None


def _timer_text(language: Language, timer: TimerLimit) -> str:
    return sentence(
        language,
        "clause.timer" if timer.title else "clause.timer_unnamed",
        {"title": timer.title, "step": timer.step, "limit": duration_text(language, timer.seconds)}
        if timer.title
        else {"step": timer.step, "limit": duration_text(language, timer.seconds)},
    )


def _step_details(version: StandardVersion, name: str, element_id: str) -> StepDetails | None:
    return version.file.steps.get(name) or version.file.steps.get(element_id)


def _timer_clause(version: StandardVersion, timer: TimerLimit) -> ClauseSpec:
    details = _step_details(version, timer.step, timer.element_id)
    return ClauseSpec(
        standard_version=version.version,
        clause_id=f"timer:{timer.event_id}",
        kind="limit",
        element_id=timer.element_id,
        text_en=_timer_text("en", timer),
        text_zh=_timer_text("zh", timer),
        owner=(details.owner if details else None) or version.file.owner,
        severity=details.severity if details else version.file.severity,
    )


def _timer_spec(version: StandardVersion, timer: TimerLimit, match: ActivityMatch) -> LimitSpec:
    clause = _timer_clause(version, timer)
    names = _log_names(timer.step, match)
    return LimitSpec(
        clause_id=clause.clause_id,
        standard_version=version.version,
        from_activities=names,
        from_which="each",
        from_at="enabled",
        to_activities=names,
        to_at="completed",
        to_case_end=False,
        from_case_start=False,
        within_seconds=timer.seconds,
        at_risk_share=0.8,
        from_label_en=sentence("en", "step.enabled", {"step": timer.step}),
        from_label_zh=sentence("zh", "step.enabled", {"step": timer.step}),
        to_label_en=timer.step,
        to_label_zh=timer.step,
        element_id=timer.element_id,
        severity=clause.severity,
        owner=clause.owner,
    )


def _log_names(name: str | None, match: ActivityMatch) -> tuple[str, ...]:
    """A step stands for all activities mapped to it; any other name for the activity itself."""
    if name is None:
        return ()
    of_step = tuple(a for a, step in zip(match.activities, match.steps, strict=True) if step == name)
    return of_step or (name,)


def _from_label(language: Language, limit: Limit) -> str:
    start = limit.from_
    if start.activity is None:
        return sentence(language, "case.start", {})
    return sentence(language, "step.enabled", {"step": start.activity}) if start.at == "enabled" else start.activity


def _limit_spec(version: StandardVersion, limit: Limit, flow: FlowStandard, match: ActivityMatch) -> LimitSpec:
    return LimitSpec(
        clause_id=f"limit:{limit.id}",
        standard_version=version.version,
        from_activities=_log_names(limit.from_.activity, match),
        from_which=limit.from_.which,
        from_at=limit.from_.at,
        to_activities=_log_names(limit.to.activity, match),
        to_at=limit.to.at,
        to_case_end=limit.to.case == "end",
        from_case_start=limit.from_.case == "start",
        within_seconds=limit.within.total_seconds(),
        at_risk_share=limit.at_risk,
        from_label_en=_from_label("en", limit),
        from_label_zh=_from_label("zh", limit),
        to_label_en=limit.to.activity or sentence("en", "case.end", {}),
        to_label_zh=limit.to.activity or sentence("zh", "case.end", {}),
        element_id=_element_of(flow, limit.to.activity),
        severity=limit.severity,
        owner=limit.owner or version.file.owner,
        only_if_reached=limit.only_if_reached,
    )
