"""Which elements of a scope a token may still reach, as the drawing has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mining.bpmn.drawing import Flow, Node


class ScopeGraph:
    """Nodes of a drawing and where each leads: along flows, to its boundary events, through links.

    Sub-processes are one node each; the nodes of different scopes are not connected.
    """

    def __init__(self, nodes: Sequence[Node], flows: Sequence[Flow]) -> None:
        self.after: dict[str, list[str]] = {node.id: [] for node in nodes}
        self.before: dict[str, list[str]] = {node.id: [] for node in nodes}
        targets = {
            (node.scope, trigger.reference): node.id
            for node in nodes
            for trigger in node.triggers
            if trigger.kind == "link" and node.type == "intermediateCatchEvent"
        }
        for flow in flows:
            self._join(flow.source, flow.target)
        for node in nodes:
            if node.attached_to:
                self._join(node.attached_to, node.id)
            for trigger in node.triggers:
                target = targets.get((node.scope, trigger.reference))
                if trigger.kind == "link" and node.type == "intermediateThrowEvent" and target is not None:
                    self._join(node.id, target)

    def _join(self, source: str, target: str) -> None:
        self.after[source].append(target)
        self.before[target].append(source)

    def reached(self, starts: Iterable[str], *, without: str = "") -> set[str]:
        """`starts` and all that they lead to, never by way of `without`. Linear."""
        return _closed(self.after, starts, without)

    def leading_to(self, ends: Iterable[str], *, without: str = "") -> set[str]:
        """`ends` and all that leads to them, never by way of `without`. Linear."""
        return _closed(self.before, ends, without)


def _closed(steps: Mapping[str, list[str]], starts: Iterable[str], without: str) -> set[str]:
    waiting = [start for start in starts if start != without]
    found = set(waiting)
    while waiting:
        for there in steps[waiting.pop()]:
            if there != without and there not in found:
                found.add(there)
                waiting.append(there)
    return found
