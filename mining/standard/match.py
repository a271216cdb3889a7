"""Which step of a standard each activity of a log is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mining.document import spaced
from mining.errors import Problem
from mining.standard.flow_standard import FlowStandard
from mining.standard.nearest import nearest


@dataclass(frozen=True, slots=True)
class ActivityMatch:
    """Step of each log activity.

    `steps[i]` is the step name of `activities[i]`, None where it is unknown or ignored; `is_ignored[i]` tells the
    two apart. `unmatched_steps` are step names that no activity stands for, `unmatched_activities` the unknown
    ones. `problems` are entries of the mapping that can't be right; they are reported, not raised, so that a
    whole workspace can be checked at once.
    """

    activities: tuple[str, ...]
    steps: tuple[str | None, ...]
    is_ignored: tuple[bool, ...]
    unmatched_steps: tuple[str, ...]
    unmatched_activities: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def ignored(self) -> frozenset[str]:
        """The activities outside the standard's business."""
        return frozenset(a for a, out in zip(self.activities, self.is_ignored, strict=True) if out)


def match_activities(
    standard: FlowStandard,
    activities: Sequence[str],
    *,
    mapping: Mapping[str, str],
    ignore: Collection[str] = (),
) -> ActivityMatch:
    """Match log activities with steps.

    `mapping` sends an activity to a step's name or element id (many to one); others match the step of equal name;
    all names are compared with white space normalised. `ignore` lists activities outside the standard's business.
    """
    step_of = {label: label for label in standard.labels}
    by_id = {step.element_id: step.name for step in standard.steps}
    problems = []
    mapped: dict[str, str] = {}
    ignored = {spaced(name) for name in ignore}
    for activity in sorted(mapping):
        name, target = spaced(activity), spaced(mapping[activity])
        step = step_of.get(target) or by_id.get(target)
        if step is None:
            problems.append(
                Problem(
                    where=standard.source,
                    what=f"activities: '{name}' is mapped to '{target}', which is no step of the flow.",
                    todo=nearest(target, (*step_of, *by_id)),
                )
            )
        elif mapped.setdefault(name, step) != step:
            problems.append(
                Problem(
                    where=standard.source,
                    what=f"activities: '{name}' is mapped to both '{mapped[name]}' and '{step}'.",
                    todo="Keep one.",
                )
            )
        if name in ignored:
            problems.append(
                Problem(
                    where=standard.source,
                    what=f"activities: '{name}' is both mapped to '{target}' and ignored.",
                    todo="Keep one.",
                )
            )
    names = [spaced(activity) for activity in activities]
    out = tuple(name in ignored for name in names)
    steps = tuple(
        None if skip else mapped.get(name) or step_of.get(name) for name, skip in zip(names, out, strict=True)
    )
    met = set(steps)
    return ActivityMatch(
        activities=tuple(activities),
        steps=steps,
        is_ignored=out,
        unmatched_steps=tuple(label for label in standard.labels if label not in met),
        unmatched_activities=tuple(
            sorted({a for a, step, skip in zip(activities, steps, out, strict=True) if step is None and not skip})
        ),
        problems=tuple(problems),
    )
