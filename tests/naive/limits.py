"""Versions, time limits and conformance of cases: the plain reading of the definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.naive.log import Case, Log
from warehouse.specification import LimitSpec, StandardSpec


@dataclass(frozen=True)
class Check:
    case_id: str
    clause_id: str
    standard_version: str
    occurrence: int
    from_at: datetime
    to_at: datetime | None
    due_at: datetime
    elapsed: timedelta
    limit: timedelta
    outcome: str
    to_activity: str | None
    excess: timedelta | None  # of a breached limit; nothing for a met one


def choose_versions(log: Log, standards: Sequence[StandardSpec]) -> None:
    """The approved version in force when a case started; none for partial cases."""
    for case in log.cases:
        assert case.started_at is not None
        if case.state == "partial":
            continue
        for standard in standards:
            after = standard.valid_from <= case.started_at
            before = standard.valid_to is None or case.started_at < standard.valid_to
            if standard.approved_by is not None and after and before:
                case.standard_version = standard.version


def checks_of(case: Case, limit: LimitSpec, as_of: datetime) -> list[Check]:
    """Hold one limit against one case."""
    assert case.started_at is not None
    within = timedelta(seconds=limit.within_seconds)
    # occurrences: instant and place in order (instance number, 0 started or 1 completed)
    beginnings: list[tuple[datetime, tuple[int, int]]] = []
    if limit.from_case_start:
        beginnings = [(case.started_at, (0, 0))]
    else:
        for i in case.instances:
            if i.activity in limit.from_activities:
                # where the source doesn't say when it started, its completion is all there is
                at = {"enabled": i.enabled_at, "started": i.first_at, "completed": i.completed_at}[limit.from_at]
                assert at is not None
                beginnings.append((at, (i.number, ("enabled", "started", "completed").index(limit.from_at) - 1)))
        if beginnings and limit.from_which == "first":
            beginnings = beginnings[:1]
        if beginnings and limit.from_which == "last":
            beginnings = beginnings[-1:]
    is_closed = case.state == "closed"
    checks = []
    for occurrence, (begin, begin_place) in enumerate(beginnings, 1):
        reached: list[tuple[datetime, tuple[int, int], str | None]] = []
        if limit.to_case_end:
            if is_closed and case.ended_at is not None:
                reached = [(case.ended_at, (10**9, 1), None)]
        else:
            for i in case.instances:
                at = i.first_at if limit.to_at == "started" else i.completed_at
                place = (i.number, int(limit.to_at == "completed"))
                if i.activity not in limit.to_activities:
                    continue
                if at > begin or (at == begin and place > begin_place):
                    reached.append((at, place, i.activity))
        due = begin + within
        to, to_activity = None, None
        if reached:
            to, _, to_activity = min(reached, key=lambda r: r[:2])
        # a clock that starts after the end of its case has run for no time
        stop = to if to is not None else case.ended_at if is_closed else as_of
        assert stop is not None
        if to is not None:
            outcome = "met" if to <= due else "breached"
        elif is_closed:
            outcome = "breached" if stop > due else "not_reached"
        elif as_of > due:
            outcome = "breached"
        else:
            at_risk = (as_of - begin) >= within * limit.at_risk_share
            outcome = "at_risk" if at_risk else "running"
        checks.append(
            Check(
                case_id=case.case_id,
                clause_id=limit.clause_id,
                standard_version=limit.standard_version,
                occurrence=occurrence,
                from_at=begin,
                to_at=to,
                due_at=due,
                elapsed=max(stop - begin, timedelta(0)),
                limit=within,
                outcome=outcome,
                to_activity=to_activity,
                excess={"breached": stop - due, "met": timedelta(0)}.get(outcome),
            )
        )
    return checks


def all_checks(log: Log, limits: Sequence[LimitSpec]) -> list[Check]:
    return [
        check
        for case in log.cases
        for limit in limits
        if limit.standard_version == case.standard_version
        for check in checks_of(case, limit, log.as_of)
    ]


def judge_conformance(log: Log, exact: dict[tuple[str, str, bool], bool], found: set[tuple[str, str, bool]]) -> None:
    """`exact`: verdicts by variant, version, openness; `found`: those among them that have a finding of flow."""
    for case in log.cases:
        key = (case.variant_id, case.standard_version or "", False)
        judged = case.state == "closed" and exact.get(key, False)
        case.is_conformant = key not in found if judged else None
