"""Where a process or sub-process begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mining.bpmn.drawing import Flow, Node


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of one scope, as node ids in the order of the file.

    One of `alternatives` begins it; where there is none, all of `together` do (BPMN 2.0.2, section 10.5.2). In an
    ad-hoc sub-process `together` are the nodes that are free to be done.
    """

    alternatives: tuple[str, ...]
    together: tuple[str, ...]


def beginnings(nodes: Sequence[Node], flows: Sequence[Flow]) -> dict[str, Beginning]:
    """The beginning of each scope that holds a node. O(nodes + flows)."""
    entered = {flow.target for flow in flows}
    ad_hoc = {node.id for node in nodes if node.type == "adHocSubProcess"}
    alternatives: dict[str, list[str]] = {node.scope: [] for node in nodes}
    together: dict[str, list[str]] = {node.scope: [] for node in nodes}
    for node in nodes:
        is_start = node.type == "startEvent" or (node.instantiates and node.id not in entered)
        if is_start and node.scope not in ad_hoc:
            alternatives[node.scope].append(node.id)
        elif (
            node.id not in entered
            and node.type != "boundaryEvent"
            and not node.is_event_sub_process
            and not (node.type == "intermediateCatchEvent" and node.trigger == "link")
        ):
            together[node.scope].append(node.id)
    return {
        scope: Beginning(tuple(starts), () if starts else tuple(together[scope]))
        for scope, starts in alternatives.items()
    }
