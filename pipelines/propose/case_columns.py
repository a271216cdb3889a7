"""What belongs to a case: its milestones, its attributes, the segments by which figures are split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipelines.propose.attribute_names import attribute_names
from pipelines.propose.desk import Desk, named, share_of, told_instant
from pipelines.propose.evidence import constant_share
from pipelines.propose.names import is_tool_made, milestone_name, name_score
from pipelines.propose.profiles import Profile
from pipelines.propose.proposal import ProposedAttribute, ProposedColumn, ProposedKind, ProposedMilestone

_MOST_SEGMENT_VALUES = 30
_MOST_SEGMENTS = 4
_LONG_TEXT = 60


def milestones_of(desk: Desk, instants: list[Profile]) -> tuple[ProposedMilestone, ...]:
    """Return a milestone for each column of instants, in the order in which they usually happen."""

    def moment(column: Profile) -> float:
        median = column.micros.median() if column.micros is not None else None
        return float(median) if isinstance(median, (int, float)) else 0.0

    people = {column.name.casefold(): column for column in desk.free() if column.type == "text"}
    found: list[ProposedMilestone] = []
    names: set[str] = set()
    for column in sorted(instants, key=lambda column: (moment(column), column.position)):
        activity = milestone_name(column.name)
        if activity in names:
            activity = column.name
        names.add(activity)
        stem = activity.casefold().replace(" ", "_")
        person = next((people[f"{stem}{end}"] for end in ("_by", " by", "人") if f"{stem}{end}" in people), None)
        desk.take(column)
        desk.take(person)
        found.append(
            ProposedMilestone(
                activity=activity,
                instant=told_instant(desk, column, "completed", f"filled in {share_of(column.filled)} of the rows"),
                resource=person.name if person else None,
            )
        )
    return tuple(found)


def attributes_of(desk: Desk, case: Profile | None, kind: ProposedKind) -> tuple[ProposedAttribute, ...]:
    """Return the columns that are left over as attributes, and leave out what is none, with the reason."""
    chosen: list[Profile] = []
    rows = desk.columns[0].values.len()
    for column in desk.free():
        if is_tool_made(column.name):
            desk.leave_out(column, "the tool that exported the log made it up; it is not from the process")
        elif column.distinct == 1 and column.filled == 1 and rows > 1:
            desk.leave_out(column, "it has the same value in every row looked at")
        elif column.type == "text" and column.mean_length > _LONG_TEXT:
            desk.leave_out(column, "it is free text, which may hold personal data: add it if you need it")
        else:
            chosen.append(column)
    names = attribute_names([column.name for column in chosen])
    return tuple(_attribute(desk, column, name, case, kind) for column, name in zip(chosen, names, strict=True))


def _attribute(desk: Desk, column: Profile, name: str, case: Profile | None, kind: ProposedKind) -> ProposedAttribute:
    share = 1.0 if kind.kind != "events" else constant_share(column, case) if case is not None else 0.0
    of: Literal["case", "event"] = "case" if share == 1.0 else "event"
    if kind.kind != "events":
        reason = f"{column.distinct:,} different values"
    elif of == "case":
        reason = f"one value in each case; {column.distinct:,} different values"
    else:
        reason = f"it changes within {share_of(1 - share)} of the cases; {column.distinct:,} different values"
    if column.filled < 1:
        reason += f"; filled in {share_of(column.filled)} of the rows"
    # What ends in id or number is a name made of digits: nobody adds it up.
    kind_of = "text" if column.type == "integer" and _is_identifier(column.name) else column.type
    instant = None
    if column.type == "instant":
        doubts = len(desk.doubts)
        instant = told_instant(desk, column, "completed", "")
        del desk.doubts[doubts:]
    return ProposedAttribute(
        name=name,
        column=column.name,
        type=kind_of,
        of=of,
        reason=reason,
        confidence="high" if share in {0.0, 1.0} or share < 0.95 else "medium",
        instant=instant,
    )


def _is_identifier(name: str) -> bool:
    return name.casefold().endswith(("id", "_no", " no", "number", "code", "编号", "号", "代码"))


def segments_of(
    desk: Desk, attributes: Sequence[ProposedAttribute], case: Profile | None
) -> tuple[ProposedColumn, ...]:
    """Return up to four case attributes of few values, the usual names first, then those of fewest values."""
    by_name = {column.name: column for column in desk.columns}
    ranked: list[tuple[float, int, int, ProposedAttribute]] = []
    cases = case.distinct if case is not None else 0
    for attribute in attributes:
        column = by_name[attribute.column]
        if attribute.of != "case" or attribute.type not in {"text", "boolean"} or column.filled < 0.5:
            continue
        if not 2 <= column.distinct <= _MOST_SEGMENT_VALUES or column.distinct * 5 > max(cases, 10):
            continue
        ranked.append((-name_score(column.name, "segment"), column.distinct, column.position, attribute))
    ranked.sort(key=lambda item: item[:3])
    return tuple(
        ProposedColumn(
            column=attribute.name,
            reason=f"{distinct:,} different values, one in each case{named(by_name[attribute.column], 'segment')}",
            confidence="high" if score else "low",
        )
        for score, distinct, _, attribute in ranked[:_MOST_SEGMENTS]
    )
