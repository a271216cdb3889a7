"""Time limits that a drawing itself sets: a timer on the border of a step says how long the step may take."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mining.bpmn import Node
from mining.standard import FlowStandard
from pipelines.workspace.values import parse_duration


@dataclass(frozen=True, slots=True)
class TimerLimit:
    """A step is to be done within `seconds` from when it could have begun (BPMN 2.0.2, section 13.5.3).

    `event_id` is the timer's, `element_id` and `step` are those of the step that it stands on; `title` names the timer,
    "" where the drawing doesn't.
    """

    event_id: str
    element_id: str
    step: str
    title: str
    seconds: float


def timer_limits(flow: FlowStandard) -> tuple[tuple[TimerLimit, ...], tuple[tuple[str, str], ...]]:
    """The limits of a drawing's boundary timers, in the order of the file; (event id, why) of timers that set none."""
    if flow.drawing is None:
        return (), ()
    steps = {step.element_id: step.name for step in flow.steps}
    bearers = Counter(step.name for step in flow.steps)
    hosts = {node.id: node for node in flow.drawing.nodes}
    limits, without = [], []
    for node in flow.drawing.nodes:
        if node.type != "boundaryEvent" or node.trigger != "timer":
            continue
        step = steps.get(node.attached_to)
        seconds = _seconds(node)
        reason = None
        if step is None:
            host = hosts.get(node.attached_to)
            told = host.name or host.id if host is not None else node.attached_to
            reason = f"it stands on '{told}', which leaves no event of its own"
        elif bearers[step] > 1:
            reason = f"several elements bear the name '{step}', and the log doesn't tell them apart"
        elif seconds is None:
            trigger = node.triggers[0]
            reason = f"its {trigger.timer or 'timer'} '{trigger.text}' is no fixed duration"
        if reason is None and step is not None and seconds is not None:
            limits.append(TimerLimit(node.id, node.attached_to, step, node.name, seconds))
        else:
            without.append((node.id, f"the timer sets no time limit: {reason}"))
    return tuple(limits), tuple(without)


def _seconds(event: Node) -> float | None:
    """The duration of a timer; that of a cycle's first round. None for a date, an expression, months and years."""
    trigger = event.triggers[0]
    if trigger.timer not in {"duration", "cycle"}:
        return None
    # a cycle is written R3/PT4H or R/PT4H (ISO 8601, repeating interval)
    text = trigger.text.rsplit("/", 1)[-1] if trigger.timer == "cycle" else trigger.text
    try:
        return parse_duration(text).total_seconds() if text.startswith("P") else None
    except ValueError:
        return None
