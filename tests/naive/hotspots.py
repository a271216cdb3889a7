"""Where the time goes: the plain reading of the definitions, with whole microseconds and fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from tests.naive.instants import month, month_number
from tests.naive.limits import Check
from tests.naive.log import Case, Instance, Log
from warehouse.specification import LimitSpec, ProcessSpec

MICROSECOND = timedelta(microseconds=1)


class Place(NamedTuple):
    kind: str
    segment: str
    place: str
    measure: str


@dataclass(frozen=True)
class Duration:
    """One duration that counts at a place."""

    place: Place
    period: str
    microseconds: int
    case_id: str
    is_reference: bool


@dataclass(frozen=True)
class Hotspot:
    place: Place
    period: str
    instances: int
    cases: int
    total: Fraction  # seconds
    mean: Fraction
    reference: Fraction | None
    recoverable: Fraction | None
    excess: Fraction | None
    share: Fraction | None
    p50: int
    p90: int
    p95: int


def quantile(values: Sequence[int], percent: int) -> int:
    """Type 1: the ceil(n q)-th smallest."""
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(rank, 1) - 1]


def segments_of(case: Case, process: ProcessSpec) -> list[str]:
    names = [f"{name}={case.attributes[name]}" for name in process.segments if case.attributes[name] is not None]
    return ["all", *names]


def is_measured(case: Case, instance: Instance) -> bool:
    assert instance.enabled_at is not None
    assert case.measured_from is not None
    if case.state == "partial" or instance.enabled_at < case.measured_from:
        return False
    return case.measured_to is None or instance.completed_at <= case.measured_to


def parts_of(instance: Instance) -> dict[str, int]:
    """Waiting, processing and sojourn of an instance in microseconds; what is unknown is left out."""
    assert instance.enabled_at is not None
    parts = {"sojourn": (instance.completed_at - instance.enabled_at) // MICROSECOND}
    if instance.started_at is not None:
        parts["waiting"] = (instance.started_at - instance.enabled_at) // MICROSECOND
        parts["processing"] = (instance.completed_at - instance.started_at) // MICROSECOND
    return parts


def durations_of(log: Log, process: ProcessSpec) -> list[Duration]:
    """Every duration, at every place where it counts."""
    result = []
    for case in log.cases:
        is_reference = case.is_conformant is True
        segments = segments_of(case, process)
        before: Instance | None = None
        for instance in case.instances:
            if is_measured(case, instance):
                period = month(instance.completed_at, process.time_zone)
                for measure, value in parts_of(instance).items():
                    places = [Place("activity", segment, instance.activity, measure) for segment in segments]
                    if instance.resource is not None:
                        places.append(Place("resource", "all", instance.resource, measure))
                    if instance.role is not None:
                        places.append(Place("role", "all", instance.role, measure))
                    if (
                        measure != "processing"
                        and before is not None
                        and before.resource is not None
                        and instance.resource is not None
                        and before.resource != instance.resource
                    ):
                        name = f"{before.activity} → {instance.activity}"
                        places.append(Place("handover", "all", name, measure))
                    for place in places:
                        result.append(Duration(place, period, value, case.case_id, is_reference))
            before = instance
        if case.cycle is not None:
            assert case.ended_at is not None
            for segment in segments[1:]:
                place = Place("segment", "all", segment, "cycle")
                period = month(case.ended_at, process.time_zone)
                result.append(Duration(place, period, case.cycle // MICROSECOND, case.case_id, is_reference))
    return result


def excess_of(
    log: Log, process: ProcessSpec, checks: Sequence[Check], limits: Sequence[LimitSpec]
) -> dict[tuple[str, str, str, str], Fraction]:
    """Time over limits by (kind, segment, place, period): at the activity that ends the limit, or at the segment."""
    by_case = {case.case_id: case for case in log.cases}
    result: dict[tuple[str, str, str, str], Fraction] = {}
    ends = {(limit.clause_id, limit.standard_version): limit for limit in limits}
    for check in checks:
        if check.excess is None:
            continue
        limit = ends[check.clause_id, check.standard_version]
        period = month(check.due_at, process.time_zone)
        for segment in segments_of(by_case[check.case_id], process):
            if limit.to_case_end:
                places = [("segment", "all", segment)]
            else:
                reached = (check.to_activity,) if check.to_activity is not None else limit.to_activities[:1]
                places = [("activity", segment, name) for name in reached]
            for place in places:
                for when in (period, "all"):
                    key = (*place, when)
                    result[key] = result.get(key, Fraction(0)) + Fraction(check.excess // MICROSECOND, 10**6)
    return result


def hotspots_of(
    log: Log, process: ProcessSpec, *, checks: Sequence[Check] = (), limits: Sequence[LimitSpec] = ()
) -> dict[tuple[Place, str], Hotspot]:
    """Every place in every period, and in all of them."""
    durations = durations_of(log, process)
    excess = excess_of(log, process, checks, limits)
    groups: dict[tuple[Place, str], list[Duration]] = {}
    for duration in durations:
        groups.setdefault((duration.place, duration.period), []).append(duration)
    cycles: dict[tuple[str, str], Fraction] = {}
    for case in log.cases:
        if case.cycle is not None and case.ended_at is not None:
            for segment in segments_of(case, process):
                for when in (month(case.ended_at, process.time_zone), "all"):
                    taken = Fraction(case.cycle // MICROSECOND, 10**6)
                    cycles[segment, when] = cycles.get((segment, when), Fraction(0)) + taken
    result: dict[tuple[Place, str], Hotspot] = {}
    recovered: dict[Place, Fraction] = {}
    for (place, period), members in groups.items():
        now = month_number(period)
        reference_members = [
            d
            for (other, when), group in groups.items()
            if other == place and now - 12 <= month_number(when) < now
            for d in group
            if d.is_reference
        ]
        reference = recoverable = None
        if len(reference_members) >= 30:
            reference = Fraction(sum(d.microseconds for d in reference_members), 10**6 * len(reference_members))
            total = Fraction(sum(d.microseconds for d in members), 10**6)
            recoverable = max(Fraction(0), total - len(members) * reference)
            recovered[place] = recovered.get(place, Fraction(0)) + recoverable
        result[place, period] = _hotspot(place, period, members, reference, recoverable, excess, cycles)
    everywhere: dict[Place, list[Duration]] = {}
    for duration in durations:
        everywhere.setdefault(duration.place, []).append(duration)
    for place, members in everywhere.items():
        result[place, "all"] = _hotspot(place, "all", members, None, recovered.get(place), excess, cycles)
    return result


def _hotspot(
    place: Place,
    period: str,
    members: Sequence[Duration],
    reference: Fraction | None,
    recoverable: Fraction | None,
    excess: dict[tuple[str, str, str, str], Fraction],
    cycles: dict[tuple[str, str], Fraction],
) -> Hotspot:
    total = Fraction(sum(d.microseconds for d in members), 10**6)
    seconds = [d.microseconds // 10**6 for d in members]
    cycle = cycles.get((place.segment, period))
    has_excess = (place.kind, place.measure) in {("activity", "sojourn"), ("segment", "cycle")}
    return Hotspot(
        place=place,
        period=period,
        instances=len(members),
        cases=len({d.case_id for d in members}),
        total=total,
        mean=total / len(members),
        reference=reference,
        recoverable=recoverable,
        excess=excess.get((place.kind, place.segment, place.place, period)) if has_excess else None,
        share=total / cycle if cycle else None,
        p50=quantile(seconds, 50),
        p90=quantile(seconds, 90),
        p95=quantile(seconds, 95),
    )


@dataclass(frozen=True)
class Follows:
    instances: int
    cases: int
    total: Fraction | None
    p50: int | None
    p90: int | None


def follows_of(log: Log) -> dict[tuple[str | None, str | None], Follows]:
    """Pairs of consecutive instances, completion to completion; None before the first and after the last."""
    pairs: dict[tuple[str | None, str | None], list[tuple[str, int | None]]] = {}
    for case in log.cases:
        if not case.instances:
            continue
        row: list[Instance | None] = [None, *case.instances, None]
        for a, b in pairwise(row):
            key = (a.activity if a else None, b.activity if b else None)
            took = (b.completed_at - a.completed_at) // MICROSECOND if a and b else None
            pairs.setdefault(key, []).append((case.case_id, took))
    result = {}
    for key, found in pairs.items():
        took_all = [took for _, took in found if took is not None]
        seconds = [took // 10**6 for took in took_all]
        result[key] = Follows(
            instances=len(found),
            cases=len({case for case, _ in found}),
            total=Fraction(sum(took_all), 10**6) if took_all else None,
            p50=quantile(seconds, 50) if seconds else None,
            p90=quantile(seconds, 90) if seconds else None,
        )
    return result
