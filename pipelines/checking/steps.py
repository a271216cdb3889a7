"""Steps and events of a flow against the activities of the log."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from mining.document import spaced
from mining.standard import ActivityMatch, FlowStandard
from pipelines.errors import Problem
from pipelines.workspace.load import StandardVersion


def unmapped_steps(version: StandardVersion, flow: FlowStandard, match: ActivityMatch) -> list[Problem]:
    """Errors: visible steps that no activity stands for, by equal name or by mapping.

    A step that the log just has not seen yet is fine once an activity is mapped to it, be it one to come.
    """
    named = {spaced(target) for target in version.file.activities.values()}
    ids = {label: flow.elements_of(label) for label in match.unmatched_steps}
    where = version.document.where(("activities",))
    return [
        Problem(
            f"no activity of the log is the step '{label}' ({', '.join(ids[label])}): each case would miss it.",
            where,
            f"{_nearest(label, match)} Map an activity to it under 'activities' (also one that the log has not seen "
            "yet), or list it under 'silent' if it leaves no event.",
        )
        for label in match.unmatched_steps
        if label not in named and not named.intersection(ids[label])
    ]


def _nearest(label: str, match: ActivityMatch) -> str:
    """The activities of the nearest names, those without a step first; else the first without a step."""
    free = [spaced(activity) for activity in match.unmatched_activities]
    near = difflib.get_close_matches(label, free, n=3, cutoff=0.5)
    if not near:
        near = difflib.get_close_matches(label, [spaced(activity) for activity in match.activities], n=3, cutoff=0.6)
    if near:
        return f"Nearest: {_quoted(near)}."
    return f"Without a step are: {_quoted(free[:5])}." if free else "Every activity has a step."


def not_seen(version: StandardVersion, flow: FlowStandard, match: ActivityMatch) -> list[Problem]:
    """Warnings: mapped activities that the log does not have (yet)."""
    known = {spaced(activity) for activity in match.activities}
    steps = {*flow.labels, *(step.element_id for step in flow.steps)}
    return [
        Problem(
            f"the log has no activity '{activity}' yet, which is mapped to '{step}'.",
            version.document.where(("activities", activity)),
            _did_you_mean(activity, match.unmatched_activities),
        )
        for activity, step in sorted(version.file.activities.items())
        if spaced(activity) not in known and spaced(step) in steps
    ]


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else ""


def strange_activities(version: StandardVersion, flow: FlowStandard, match: ActivityMatch) -> list[Problem]:
    """Warnings: activities that are no step; one that bears the name of an event of the drawing is told as such."""
    where = version.document.where(("activities",))
    events: dict[str, list[str]] = {}
    for event in flow.silent_events:
        events.setdefault(spaced(event.name), []).append(event.element_id)
    problems = []
    for activity in match.unmatched_activities:
        ids = events.get(spaced(activity), [])
        if ids:
            what = (
                f"the activity '{activity}' bears the name of an event of the flow ({', '.join(ids)}), but events "
                "leave nothing in the log unless they are mapped; each of its events will be a deviation."
            )
            todo = f"Map it under 'activities', as '{activity}: {ids[0]}', or list it under 'ignore'."
        else:
            what = f"the activity '{activity}' is no step of the flow; each of its events will be a deviation."
            todo = "Map it under 'activities', or list it under 'ignore'."
        problems.append(Problem(what, where, todo))
    return problems


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
