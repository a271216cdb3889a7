"""What is thrown in a drawing: errors, escalations and cancels, and within which sub-processes."""

from __future__ import annotations

from collections.abc import Sequence

from mining.bpmn.drawing import Node

Thrown = tuple[str, str, str, str]
"""Id of the throwing event, kind, key ("" where not told), and for a cancel the transaction that it ends."""


def thrown_by(node: Node) -> tuple[str, str] | None:
    """Kind and key of what an end event or intermediate event throws, the strongest of several; None for nothing."""
    if node.type not in {"endEvent", "intermediateThrowEvent"}:
        return None
    for kind in ("error", "cancel", "escalation"):
        for trigger in node.triggers:
            if trigger.kind == kind:
                return kind, "" if kind == "cancel" else trigger.code or trigger.reference
    return None


def throws_within(nodes: Sequence[Node], scope: str, *, but: str = "") -> list[Thrown]:
    """Everything thrown inside `scope` at any depth, but not inside `but`. O(nodes x depth)."""
    of = {node.id: node for node in nodes}
    found = []
    for node in nodes:
        thrown = thrown_by(node)
        if thrown is None:
            continue
        around, transaction, is_inside = node.scope, "", False
        while True:
            # What is inside `but` stops here, before `scope` is met.
            if but and around == but:
                break
            if around == scope:
                is_inside = True
            if around == "":
                break
            if not transaction and of[around].type == "transaction":
                transaction = around
            around = of[around].scope
        if is_inside:
            found.append((node.id, *thrown, transaction))
    return found


def uncaught_errors(nodes: Sequence[Node]) -> list[str]:
    """Ids of error end events that no boundary event or event sub-process around them catches. O(nodes x depth)."""
    of = {node.id: node for node in nodes}
    catches: dict[str, set[str]] = {}  # keys caught around the inside of each scope
    for node in nodes:
        keys = {trigger.code or trigger.reference for trigger in node.triggers if trigger.kind == "error"}
        if node.type == "boundaryEvent":
            catches.setdefault(node.attached_to, set()).update(keys)
        elif node.type == "startEvent" and node.scope and of[node.scope].is_event_sub_process:
            catches.setdefault(of[node.scope].scope, set()).update(keys)
    found = []
    for node in nodes:
        thrown = thrown_by(node)
        if thrown is None or thrown[0] != "error":
            continue
        scope = node.scope
        while not catches.get(scope, set()) & {"", thrown[1]} and scope:
            scope = of[scope].scope
        if not catches.get(scope, set()) & {"", thrown[1]}:
            found.append(node.id)
    return found
