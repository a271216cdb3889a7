"""The columns of an event log: begun and completed, lifecycle, resource, role, order, key, and how cases end."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.propose.desk import Desk, named, share_of, told_instant
from pipelines.propose.evidence import before_share, constant_share, follows_time, last_activities
from pipelines.propose.names import COMPLETES, STARTS, TRANSITIONS, Role, is_tool_made, name_score
from pipelines.propose.profiles import Profile
from pipelines.propose.proposal import Confidence, ProposedColumn, ProposedEnd, ProposedInstant, ProposedMilestone


@dataclass(slots=True)
class EventParts:
    """The roles of an event log that were found so far."""

    case: ProposedColumn | None = None
    activity: tuple[ProposedColumn, ...] = ()
    completed: ProposedInstant | None = None
    started: ProposedInstant | None = None
    lifecycle: ProposedColumn | None = None
    instance: ProposedColumn | None = None
    resource: ProposedColumn | None = None
    role: ProposedColumn | None = None
    order: ProposedColumn | None = None
    milestones: tuple[ProposedMilestone, ...] = ()
    key: tuple[ProposedColumn, ...] = ()
    ends: ProposedEnd = field(
        default_factory=lambda: ProposedEnd(
            activities=(),
            reason="no activity ends nearly every case, so each case counts as over after its last event",
            confidence="low",
        )
    )


def fill_events(
    desk: Desk,
    parts: EventParts,
    case: Profile | None,
    activity: tuple[Profile, str, Confidence] | None,
    instants: list[Profile],
) -> None:
    """Find the roles of an event log beside its case, in the order in which columns are taken."""
    lifecycle = _find_lifecycle(desk)
    if activity is None:
        desk.doubts.append("No column was found that names the activity: write it into mapping.activity.")
    else:
        desk.take(activity[0])
        chosen = ProposedColumn(column=activity[0].name, reason=activity[1], confidence=activity[2])
        parts.activity = (chosen,)
    if lifecycle is not None:
        _use_lifecycle(desk, parts, lifecycle, activity[0] if activity else None)
    clock = _fill_instants(desk, parts, case, instants)
    for role in ("instance", "resource", "role"):
        found = _by_name(desk, role, case)
        if found is not None:
            desk.take(found[0])
            setattr(parts, role, found[1])
    if case is not None and clock is not None:
        parts.order = _find_order(desk, case, clock)
        parts.key = _find_key(desk)
        if activity is not None:
            parts.ends = _find_ends(desk, parts, case, clock)


def _find_lifecycle(desk: Desk) -> Profile | None:
    best: tuple[float, int, Profile] | None = None
    for column in desk.free():
        if column.type != "text" or column.distinct > 40:
            continue
        score = name_score(column.name, "lifecycle")
        values = {value.casefold() for value in column.values.drop_nulls().unique().to_list()}
        known = len(values & TRANSITIONS) / max(1, len(values))
        if score < 0.5 and (known < 1.0 or not values & COMPLETES):
            continue
        if score < 0.75 and known < 0.5:
            continue
        if best is None or (score + known, -column.position) > best[:2]:
            best = (score + known, -column.position, column)
    return best[2] if best else None


def _use_lifecycle(desk: Desk, parts: EventParts, column: Profile, activity: Profile | None) -> None:
    values = sorted({value.casefold() for value in column.values.drop_nulls().unique().to_list()})
    if activity is not None and column.name == activity.name:
        return
    shown = ", ".join(values[:6])
    if set(values) <= COMPLETES:
        desk.leave_out(column, f"its only transition is {shown}: there is nothing to pair")
        desk.take(column)
        return
    if set(values) <= TRANSITIONS and set(values) & STARTS and set(values) & COMPLETES:
        desk.take(column)
        parts.lifecycle = ProposedColumn(
            column=column.name,
            reason=f"its values are lifecycle transitions ({shown}); start and complete are paired",
            confidence="high",
        )
        return
    if activity is not None and len(set(values) & TRANSITIONS) < len(values) / 2:
        desk.take(column)
        parts.activity = (
            *parts.activity,
            ProposedColumn(
                column=column.name,
                reason=f"a lifecycle column with values of its own ({shown}): they tell states apart, so they join "
                "the activity; delete it here for the bare activity",
                confidence="medium",
            ),
        )
        return
    desk.doubts.append(
        f"{column.name!r} holds lifecycle transitions without both a start and a complete ({shown}): every row counts "
        "as an event; filter the rows with where: if only some should."
    )
    desk.take(column)
    desk.leave_out(column, "lifecycle transitions without both a start and a complete can't be paired")


def _fill_instants(desk: Desk, parts: EventParts, case: Profile | None, instants: list[Profile]) -> Profile | None:
    """Choose the columns of begun and completed; return the one that orders events."""
    usable = [column for column in instants if column.filled >= 0.5]
    varying = [column for column in usable if case is None or constant_share(column, case) < 0.999] or usable
    if not varying:
        desk.doubts.append("No column was found that holds the instant of an event: write it into mapping.completed.")
        return None
    completed = max(varying, key=lambda column: (*_as_completed(column), -column.position))
    others = [column for column in varying if column is not completed]
    started: Profile | None = None
    why = ""
    named = [column for column in others if name_score(column.name, "started") >= 0.5]
    if named:
        started = max(named, key=lambda column: (name_score(column.name, "started"), -column.position))
        share, _ = before_share(started, completed)
        why = f"it is at or before {completed.name!r} in {share_of(share)} of the rows"
        if share < 0.5:
            desk.doubts.append(
                f"{started.name!r} lies after {completed.name!r} in {share_of(1 - share)} of the rows: "
                "are the two swapped?"
            )
    elif others and not name_score(completed.name, "completed"):
        # No name says it: of two instants in a row the earlier is the start.
        for other in others:
            ahead, strictly = before_share(completed, other)
            behind, behind_strictly = before_share(other, completed)
            if ahead >= 0.95 and strictly > behind_strictly:
                completed, started = other, completed
                why = f"it is at or before {completed.name!r} in {share_of(ahead)} of the rows"
                break
            if behind >= 0.95 and behind_strictly > strictly:
                started, why = other, f"it is at or before {completed.name!r} in {share_of(behind)} of the rows"
                break
    desk.take(completed)
    desk.take(started)
    parts.completed = told_instant(desk, completed, "completed", "")
    if started is not None:
        parts.started = told_instant(desk, started, "started", why)
    return completed


def _as_completed(column: Profile) -> tuple[float, float]:
    name = column.name
    starts = name_score(name, "started")
    return name_score(name, "completed") - (starts if starts >= name_score(name, "completed") else 0.0), column.filled


def _by_name(desk: Desk, role: Role, case: Profile | None) -> tuple[Profile, ProposedColumn] | None:
    best: tuple[float, float, int, Profile] | None = None
    for column in desk.free():
        score = name_score(column.name, role)
        if score < 0.5 or column.type in {"instant", "number", "boolean"} or column.filled < 0.2:
            continue
        if column.distinct < 2 or is_tool_made(column.name):
            continue
        varies = 1.0 - constant_share(column, case) if case is not None else 0.0
        if role in {"resource", "role"} and varies == 0.0:
            continue
        if best is None or (score, varies, -column.position) > best[:3]:
            best = (score, varies, -column.position, column)
    if best is None:
        return None
    column = best[3]
    return column, ProposedColumn(
        column=column.name,
        reason=f"{column.distinct:,} different values, filled in {share_of(column.filled)} of the rows"
        f"{named(column, role)}",
        confidence="high" if best[0] >= 0.75 else "medium",
    )


def _find_order(desk: Desk, case: Profile, clock: Profile) -> ProposedColumn | None:
    for column in desk.free():
        if column.type != "integer" or name_score(column.name, "order") < 0.5 or is_tool_made(column.name):
            continue
        share = follows_time(column, case, clock)
        if share >= 0.98:
            desk.take(column)
            return ProposedColumn(
                column=column.name,
                reason=f"it rises with the instants within {share_of(share)} of the steps{named(column, 'order')}",
                confidence="high" if share == 1 else "medium",
            )
    return None


def _find_key(desk: Desk) -> tuple[ProposedColumn, ...]:
    rows = desk.columns[0].values.len()
    for column in desk.free():
        if column.distinct == rows and column.filled == 1 and name_score(column.name, "key") >= 0.5:
            desk.take(column)
            reason = f"every row looked at has another value{named(column, 'key')}"
            return (ProposedColumn(column=column.name, reason=reason, confidence="medium"),)
    return ()


def _find_ends(desk: Desk, parts: EventParts, case: Profile, clock: Profile) -> ProposedEnd:
    by_name = {column.name: column for column in desk.columns}
    joined = [by_name[choice.column].values for choice in parts.activity]
    activity = joined[0]
    for more in joined[1:]:
        activity = activity + " - " + more
    ends = last_activities(activity, case, clock)
    total = sum(count for _, count, _ in ends)
    final = [(name, count) for name, count, holds in ends if count >= 0.9 * holds and count >= 0.02 * total]
    covered = sum(count for _, count in final)
    if total >= 20 and final and covered >= 0.9 * total:
        names = tuple(name for name, _ in final[:10])
        return ProposedEnd(
            activities=names,
            reason=f"{share_of(covered / total)} of the cases looked at end with one of these, and hardly anything "
            "follows them",
            confidence="medium",
        )
    return parts.ends
