"""Deviations and times by element, as a drawing bears them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mining.bpmn import Drawing
from pipelines.report.picture import Node
from warehouse.reading.rows import ElementDeviationsRow, ElementTimesRow


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of the elements of a flow by id; `held` gives the ids of what each sub-process or call holds."""

    times: Mapping[str, ElementTimesRow]
    deviations: Mapping[str, ElementDeviationsRow]
    held: Mapping[str, tuple[str, ...]]

    def on(self, node: Node) -> Node:
        """The node with its own figures."""
        row, found = self.times.get(node.element_id), self.deviations.get(node.element_id)
        if row is not None:
            node = replace(
                node,
                instances=row.instances,
                cases=row.cases,
                p50_seconds=row.p50_seconds,
                total_seconds=row.total_seconds,
                load=self._load(row.total_seconds),
            )
        return node if found is None else replace(node, deviating_cases=found.cases)

    def summed(self, node: Node, inside: Iterable[str]) -> Node:
        """The node with the sums over itself and its inside; a case that deviates at two steps counts twice."""
        ids = [node.element_id, *inside]
        seconds = [row.total_seconds for name in ids if (row := self.times.get(name)) and row.total_seconds is not None]
        total = sum(seconds) if seconds else None
        return replace(
            node,
            is_sum=True,
            total_seconds=total,
            load=self._load(total),
            deviating_cases=sum(self.deviations[name].cases for name in ids if name in self.deviations),
        )

    def inside(self, element_id: str) -> tuple[str, ...]:
        """Ids of everything that a sub-process or call holds, at every depth."""
        return self.held.get(element_id, ())

    def _load(self, seconds: float | None) -> int:
        """1 to 4 in equal steps of total time up to the heaviest step; 0: none known."""
        most = max((row.total_seconds or 0.0 for row in self.times.values()), default=0.0)
        if most <= 0 or not seconds or seconds < 0:
            return 0
        return min(4, int(4 * seconds / most) + 1)


def held_by(drawing: Drawing) -> dict[str, tuple[str, ...]]:
    """For each expanded node the ids of what it holds, at every depth, in the drawing's order."""
    scope_of = {node.id: node.scope for node in drawing.nodes}
    held: dict[str, list[str]] = {}
    for node in drawing.nodes:
        scope = node.scope
        while scope:
            held.setdefault(scope, []).append(node.id)
            scope = scope_of.get(scope, "")
    return {scope: tuple(ids) for scope, ids in held.items()}
