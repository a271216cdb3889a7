"""What BPMN asks of a drawing as a whole, beyond its single elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from mining.bpmn.beginnings import beginnings
from mining.bpmn.drawing import Flow, Node

_CONNECT = "Connect the flow again."


@dataclass(slots=True)
class Findings:
    """`refused` as (element id, what, what to do), `notes` as (element id, sentence)."""

    refused: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def check_drawing(nodes: Sequence[Node], flows: Sequence[Flow]) -> Findings:
    """Everything wrong between elements (BPMN 2.0.2, sections 8.4.13, 10.3.5, 10.5.2 to 10.5.5). Linear."""
    found = Findings()
    of = {node.id: node for node in nodes}
    _check_flows(flows, of, found)
    for node in nodes:
        if node.type == "boundaryEvent":
            _check_boundary(node, of, found)
        if node.type == "endEvent" and any(trigger.kind == "cancel" for trigger in node.triggers):
            _check_cancel(node, of, found)
        if node.is_event_sub_process and node.marker is not None:
            found.notes.append((node.id, "a marker on an event sub-process has no meaning; it is left out."))
    _check_links(nodes, found)
    _check_beginnings(nodes, flows, of, found)
    return found


def _check_flows(flows: Sequence[Flow], of: dict[str, Node], found: Findings) -> None:
    for flow in flows:
        source, target = of[flow.source], of[flow.target]
        if target.type == "startEvent":
            found.refused.append((target.id, f"a flow ({flow.id}) runs into a start event.", _CONNECT))
        if target.type == "boundaryEvent":
            found.refused.append((target.id, f"a flow ({flow.id}) runs into a boundary event.", _CONNECT))
        if source.type == "endEvent":
            found.refused.append((source.id, f"a flow ({flow.id}) leaves an end event.", _CONNECT))
        if source.is_event_sub_process or target.is_event_sub_process:
            found.refused.append((flow.id, "it touches an event sub-process, which no flow may do.", "Remove it."))
        if flow.is_conditional and source.type in {"parallelGateway", "eventBasedGateway"}:
            found.notes.append((flow.id, f"a condition on a flow out of {source.told} has no meaning; it is left out."))


def _check_boundary(node: Node, of: dict[str, Node], found: Findings) -> None:
    holder = of.get(node.attached_to)
    if holder is None or not holder.is_activity or holder.scope != node.scope:
        told = f"'{node.attached_to}'" if node.attached_to else "nothing"
        found.refused.append(
            (node.id, f"it is attached to {told}, which is no activity beside it.", "Attach it to an activity.")
        )
    elif holder.is_event_sub_process:
        found.refused.append(
            (node.id, "it is attached to an event sub-process, which can't have boundary events.", "Remove it.")
        )
    elif holder.type != "transaction" and any(trigger.kind == "cancel" for trigger in node.triggers):
        found.notes.append(
            (node.id, f"only a transaction can be cancelled, and {holder.told} is none: it may happen at any time.")
        )


def _check_cancel(node: Node, of: dict[str, Node], found: Findings) -> None:
    scope = node.scope
    while scope:
        if of[scope].type == "transaction":
            return
        scope = of[scope].scope
    found.refused.append(
        (node.id, "it cancels a transaction, but stands in none.", "Draw the sub-process as a transaction.")
    )


def _check_links(nodes: Sequence[Node], found: Findings) -> None:
    throws: dict[tuple[str, str], list[Node]] = defaultdict(list)
    catches: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in nodes:
        for trigger in node.triggers:
            if trigger.kind == "link":
                side = throws if node.type == "intermediateThrowEvent" else catches
                side[node.scope, trigger.reference].append(node)
    for key, several in sorted(catches.items()):
        for node in several[1:]:
            found.refused.append(
                (node.id, f"another link event is the target named '{key[1]}', too.", "Keep one target of each name.")
            )
        if key not in throws:
            found.refused.append(
                (several[0].id, f"no link event leads to the target '{key[1]}'.", "Draw both ends of the link.")
            )
    for key, several in sorted(throws.items()):
        if key not in catches:
            for node in several:
                found.refused.append(
                    (
                        node.id,
                        f"the target '{key[1]}' of the link is not drawn beside it.",
                        "Draw both ends of the link.",
                    )
                )


def _check_beginnings(nodes: Sequence[Node], flows: Sequence[Flow], of: dict[str, Node], found: Findings) -> None:
    entered = {flow.target for flow in flows}
    with_end = {node.scope for node in nodes if node.type == "endEvent"}
    for node in nodes:
        if node.instantiates and node.id in entered:
            found.notes.append((node.id, "a flow leads to it, so it is not read as a beginning."))
        elif node.type == "eventBasedGateway" and node.is_parallel and not node.instantiates:
            found.notes.append((node.id, "only an event-based gateway that begins a case can need all of its events."))
    for scope, beginning in sorted(beginnings(nodes, flows).items()):
        holder = of.get(scope)
        is_triggered = holder is not None and holder.is_event_sub_process
        if is_triggered and not any(of[start].type == "startEvent" for start in beginning.alternatives):
            found.refused.append((scope, "nothing triggers it: it has no start event.", "Draw its start event."))
        elif not beginning.alternatives and not beginning.together:
            found.refused.append(
                (
                    scope,
                    "it has no beginning: no start event, and every element has a flow into it."
                    if holder
                    else "the flow has no beginning: no start event, and every element has a flow into it.",
                    "Draw a start event where the flow begins.",
                )
            )
        elif not beginning.alternatives and scope in with_end and (holder is None or holder.type != "adHocSubProcess"):
            told = ", ".join(of[node].told for node in beginning.together)
            found.notes.append(
                (scope, f"there is an end event but no start event: what no flow leads to begins together ({told}).")
            )
