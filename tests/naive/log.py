"""From source rows to events, instances, cases and variants: the plain reading of the definitions.

Loops over lists and dicts, one case at a time; slow and obvious.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.naive.instants import midnight, month, read_instant
from warehouse.specification import AttributeSpec, CaseSpec, FilterSpec, ProcessSpec, SourceSpec


@dataclass(frozen=True)
class SourceRow:
    """A landed row: its source, load, number in the file from 1, and text by column."""

    source: SourceSpec
    load_id: int
    row_number: int
    values: Mapping[str, str | None]

    def text(self, column: str | None) -> str | None:
        value = None if column is None else self.values.get(column)
        return value.strip() or None if value is not None else None


@dataclass(frozen=True)
class Event:
    case_id: str
    activity: str
    lifecycle: str
    resource: str | None
    role: str | None
    at: datetime
    row: SourceRow
    phase: int  # 0 start, 1 complete
    place: int  # place of a milestone in its row
    interval_start: datetime | None  # start that stands in the same row
    is_interval: bool  # the row says by itself what its start and its completion are
    instance_id: str | None

    @property
    def order(self) -> tuple[Any, ...]:
        text = self.row.text(self.row.source.order)
        try:
            number = None if text is None else float(text)
        except ValueError:
            number = None
        return (
            self.at,
            (number is None, number or 0.0),
            (text is None, text or ""),
            self.row.load_id,
            self.row.row_number,
            self.place,
            self.phase,
        )


@dataclass
class Instance:
    number: int
    activity: str
    resource: str | None
    role: str | None
    started_at: datetime | None
    completed_at: datetime
    enabled_at: datetime | None = None

    @property
    def first_at(self) -> datetime:
        return self.started_at or self.completed_at


@dataclass
class Case:
    case_id: str
    events: list[Event]
    instances: list[Instance]
    attributes: dict[str, Any]
    state: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    measured_from: datetime | None = None
    measured_to: datetime | None = None
    cycle: timedelta | None = None
    # given by judging
    standard_version: str | None = None
    is_conformant: bool | None = None

    @property
    def variant_id(self) -> str:
        return variant_id([i.activity for i in self.instances])


@dataclass
class Log:
    as_of: datetime
    cases: list[Case]
    counts: dict[str, int]
    quarantined: list[tuple[int, int, str, str | None, str | None]] = field(default_factory=list)


def variant_id(activities: Sequence[str]) -> str:
    text = "".join(f"{len(name.encode())}:{name}" for name in activities)
    return hashlib.md5(text.encode()).hexdigest()


def shape(process: ProcessSpec, rows: Sequence[SourceRow], as_of: datetime | None) -> Log:
    """The whole log. `rows` are those of the current loads, in any order."""
    counts = dict.fromkeys(
        ("rows_duplicate", "rows_rejected", "rows_after_as_of", "instants_ambiguous", "instants_impossible"), 0
    )
    # a correction that no longer fulfils a condition takes its older row with it: copies go first, conditions then
    once = _without_duplicates(rows, counts)
    there = [row for row in once if row.source.deleted is None or not _holds(row, row.source.deleted)]
    counts["rows_deleted"] = len(once) - len(there)
    standing = [row for row in there if all(_holds(row, condition) for condition in row.source.filters)]
    counts["rows_filtered"] = len(there) - len(standing)
    events: list[Event] = []
    quarantined: list[tuple[int, int, str, str | None, str | None]] = []
    case_rows = []
    for row in standing:
        if row.source.kind == "cases":
            if row.text(row.source.case) is None:
                quarantined.append((row.load_id, row.row_number, "case_missing", row.source.case, None))
            else:
                case_rows.append(row)
            continue
        made, rejects, kinds = _events_of(row)
        events += made
        quarantined += [(row.load_id, row.row_number, *reject) for reject in rejects]
        for kind in kinds:
            if kind != "plain":
                counts[f"instants_{kind}"] += 1
    counts["rows_rejected"] = len(quarantined)
    until = as_of or max(event.at for event in events)
    counts["rows_after_as_of"] = len({(e.row.load_id, e.row.row_number, e.place) for e in events if e.at > until})
    events = sorted((e for e in events if e.at <= until), key=lambda e: e.order)
    by_case: dict[str, list[Event]] = {}
    for event in events:
        by_case.setdefault(event.case_id, []).append(event)
    cases = []
    counts["starts_without_completion"] = 0
    for case_id in sorted(by_case):
        own = by_case[case_id]
        instances, left = instances_of(own, process.ignored_activities)
        counts["starts_without_completion"] += left
        attributes = _attributes(process, own, [row for row in case_rows if row.text(row.source.case) == case_id])
        case = Case(case_id, own, instances, attributes)
        _bound(case, process.case, process.time_zone, until)
        _enable(case, timedelta(microseconds=process.case.clock_tolerance_us))
        cases.append(case)
    counts["events"] = len(events)
    counts["instances"] = sum(len(case.instances) for case in cases)
    counts["cases"] = len(cases)
    return Log(until, cases, counts, quarantined)


def _holds(row: SourceRow, condition: FilterSpec) -> bool:
    text = row.text(condition.column)
    return {
        "in": text in condition.values,
        "not_in": text not in condition.values,
        "is_null": text is None,
        "is_not_null": text is not None,
    }[condition.operator]


def _without_duplicates(rows: Sequence[SourceRow], counts: dict[str, int]) -> list[SourceRow]:
    """Equal rows: the first stands. With a declared key: the last of its rows."""
    kept: dict[Any, SourceRow] = {}
    for row in sorted(rows, key=lambda r: (r.load_id, r.row_number)):
        if row.source.key:
            key: Any = (row.source.name, tuple(row.values.get(name) for name in row.source.key))
        elif row.source.keep_duplicates:
            key = (row.load_id, row.row_number)
        else:
            # a column that is missing and one without a value are the same
            key = (row.source.name, tuple(sorted((k, v) for k, v in row.values.items() if v is not None)))
        if key in kept:
            counts["rows_duplicate"] += 1
        if key not in kept or row.source.key:
            kept[key] = row
    return list(kept.values())


def _events_of(row: SourceRow) -> tuple[list[Event], list[tuple[str, str | None, str | None]], list[str]]:
    """The events of a row, or the reasons why it gives none; and what its local times were like."""
    source = row.source
    case_id = row.text(source.case)
    if source.kind == "wide":
        return _milestones(row, case_id)
    names = [row.text(column) for column in source.activity]
    activity = source.activity_separator.join(name for name in names if name is not None)
    instants: dict[str, datetime | None] = {"started": None, "completed": None}
    kinds: list[str] = []
    broken: list[tuple[str, str | None, str | None]] = []
    columns = [spec for spec in (source.completed, source.started) if spec is not None]
    for name, spec in (("completed", source.completed), ("started", source.started)):
        if spec is None:
            continue
        instants[name], kind, unreadable = read_instant(row.values.get(spec.column), spec)
        kinds.append(kind)
        if unreadable:
            broken.append(("instant_unreadable", spec.column, row.text(spec.column)))
    if case_id is None:
        return [], [("case_missing", source.case, None)], kinds
    if not activity:
        return [], [("activity_missing", source.activity[0], None)], kinds
    if broken:
        return [], broken[:1], kinds
    started, completed = instants["started"], instants["completed"]
    if started is None and completed is None:
        return [], [("instant_missing", columns[0].column, None)], kinds
    if started is not None and completed is not None and started > completed:
        assert source.started is not None
        assert source.completed is not None
        both = f"{source.started.column}, {source.completed.column}"
        return (
            [],
            [("start_after_end", both, f"{row.text(source.started.column)} > {row.text(source.completed.column)}")],
            kinds,
        )
    lifecycle = (row.text(source.lifecycle) or "complete").lower() if source.lifecycle else "complete"
    is_interval = source.lifecycle is None

    def event(at: datetime, transition: str, phase: int) -> Event:
        return Event(
            case_id=case_id,
            activity=activity,
            lifecycle=transition,
            resource=row.text(source.resource),
            role=row.text(source.role),
            at=at,
            row=row,
            phase=phase,
            place=0,
            interval_start=started if phase else None,
            is_interval=is_interval,
            instance_id=row.text(source.instance),
        )

    made = []
    if started is not None:
        made.append(event(started, "start", 0))
    if completed is not None:
        made.append(event(completed, lifecycle, 1))
    return made, [], kinds


def _milestones(
    row: SourceRow, case_id: str | None
) -> tuple[list[Event], list[tuple[str, str | None, str | None]], list[str]]:
    made: list[Event] = []
    rejects: list[tuple[str, str | None, str | None]] = []
    kinds: list[str] = []
    for place, milestone in enumerate(row.source.milestones):
        at, kind, unreadable = read_instant(row.values.get(milestone.instant.column), milestone.instant)
        if unreadable:
            rejects.append(
                ("instant_unreadable", milestone.instant.column, row.text(milestone.instant.column))
                if case_id is not None
                else ("case_missing", row.source.case, None)
            )
            continue
        if at is None:
            continue
        if case_id is None:
            rejects.append(("case_missing", row.source.case, None))
            continue
        kinds.append(kind)
        resource = row.text(milestone.resource) if milestone.resource else None
        made.append(Event(case_id, milestone.activity, "complete", resource, None, at, row, 1, place, None, True, None))
    return made, rejects, kinds


def instances_of(events: Sequence[Event], ignored: Sequence[str] = ()) -> tuple[list[Instance], int]:
    """The activity instances of a case's ordered events, and how many starts found no completion."""
    waiting: dict[tuple[str, str | None], list[Event]] = {}
    found: list[Instance] = []
    left = 0
    rows_completed = {(e.row.load_id, e.row.row_number, e.place) for e in events if e.is_interval and e.phase == 1}
    for event in events:
        if event.activity in ignored:
            continue
        queue = waiting.setdefault((event.activity, event.instance_id), [])
        started = None
        if event.is_interval:
            if event.phase == 0:
                # its own row completes it, or nothing does
                left += (event.row.load_id, event.row.row_number, event.place) not in rows_completed
                continue
            started = event.interval_start
        elif event.lifecycle == "start":
            queue.append(event)
            continue
        elif event.lifecycle != "complete":
            continue
        elif queue:
            started = queue.pop(0).at
        found.append(Instance(len(found) + 1, event.activity, event.resource, event.role, started, event.at))
    return found, left + sum(len(queue) for queue in waiting.values())


def _attributes(process: ProcessSpec, events: Sequence[Event], case_rows: Sequence[SourceRow]) -> dict[str, Any]:
    """A case table's latest row wins; else the first value in the order of events."""
    result: dict[str, Any] = {}
    for spec in process.attributes("case"):
        value = None
        for row in sorted(case_rows, key=lambda r: (r.load_id, r.row_number), reverse=True):
            value = _attribute(row, spec.name) if value is None else value
        for event in events:
            value = _attribute(event.row, spec.name) if value is None else value
        result[spec.name] = value
    return result


def _attribute(row: SourceRow, name: str) -> Any:
    spec: AttributeSpec | None = next((a for a in row.source.attributes if a.name == name), None)
    if spec is None:
        return None
    text = row.text(spec.column)
    if text is None:
        return None
    if spec.type == "instant":
        assert spec.instant is not None
        return read_instant(text, spec.instant)[0]
    if spec.type in {"number", "integer"}:
        return float(text) if spec.type == "number" else int(text)
    return text


def _bound(case: Case, rule: CaseSpec, zone: str, as_of: datetime) -> None:
    """Start, end, state and the measured part of a case."""
    starts = [i.first_at for i in case.instances if i.activity in rule.start_activities]
    started = case.attributes[rule.start_attribute] if rule.start_attribute else None
    if started is None:
        started = min(starts) if starts else case.events[0].at
    reopenings = [i for i in case.instances if i.activity in rule.reopened_by]
    ended = None
    if rule.ends_with_last_event:
        ended = case.events[-1].at
    elif rule.end_attribute:
        value = case.attributes[rule.end_attribute]
        if value is not None and value <= as_of and not any(i.completed_at > value for i in reopenings):
            ended = value
    else:
        last_reopening = reopenings[-1].number if reopenings else 0
        ends = [i for i in case.instances if i.activity in rule.end_activities and i.number > last_reopening]
        ended = ends[-1].completed_at if ends else None
    idle = timedelta(seconds=rule.idle_seconds) if rule.idle_seconds is not None else None
    if rule.observed_from is not None and started < midnight(rule.observed_from, zone):
        case.state = "partial"
    elif ended is not None:
        case.state = "closed"
    elif idle is not None and as_of - case.events[-1].at > idle:
        case.state = "abandoned"
    else:
        case.state = "open"
    case.started_at, case.ended_at = started, ended
    firsts = [i.completed_at for i in case.instances if i.activity in rule.measured_from]
    case.measured_from = firsts[0] if firsts else started
    if ended is not None:
        lasts = [i.completed_at for i in case.instances if i.activity in rule.measured_to and i.completed_at <= ended]
        case.measured_to = lasts[-1] if lasts else ended
        if case.state != "partial" and case.measured_to >= case.measured_from:
            case.cycle = case.measured_to - case.measured_from


def _enable(case: Case, tolerance: timedelta) -> None:
    assert case.started_at is not None
    for index, instance in enumerate(case.instances):
        before = [i.completed_at for i in case.instances[:index]]
        started = instance.started_at
        before = before[-1:] if started is None else [at for at in before if at <= started + tolerance]
        enabled = max(before) if before else case.started_at
        instance.enabled_at = min(enabled, instance.first_at) if started is not None or not before else enabled


def case_period(case: Case, zone: str) -> str | None:
    return None if case.ended_at is None else month(case.ended_at, zone)
