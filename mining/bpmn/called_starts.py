"""Where a called process begins: at its plain start event."""

from __future__ import annotations

from collections.abc import Sequence

from mining.bpmn.drawing import Flow, Node
from mining.bpmn.graph import ScopeGraph


def unused_in_calls(nodes: Sequence[Node], flows: Sequence[Flow]) -> frozenset[str]:
    """Ids of nodes inside call activities that only a start event with a trigger leads to.

    Such starts are for cases that begin on their own; a call begins with the plain one, where there is one (BPMN
    2.0.2, sections 10.5.2 and 13.3.4). Linear in nodes and flows for each call.
    """
    starts: dict[str, list[Node]] = {node.id: [] for node in nodes if node.type == "callActivity"}
    for node in nodes:
        if node.scope in starts and node.type == "startEvent":
            starts[node.scope].append(node)
    unused: set[str] = set()
    graph = ScopeGraph(nodes, flows)
    for several in starts.values():
        plain = [node.id for node in several if not node.triggers]
        if plain and len(plain) < len(several):
            unused |= graph.reached(node.id for node in several if node.triggers) - graph.reached(plain)
    if unused:
        for node in nodes:  # a sub-process stands before what it holds
            if node.scope in unused:
                unused.add(node.id)
    return frozenset(unused)
