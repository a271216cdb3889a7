"""Uniform-cost search backwards over trace x automaton, for automata too large for whole vectors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mining.alignment.cost_to_go import UNKNOWN
from mining.automaton.automaton import Automaton


@dataclass(frozen=True, slots=True)
class Found:
    """Result of a search: `cost` None where the budget ran out, `lower` a proven lower bound of the cost.

    `to_go[i, s]` is the exact cost to go from entry i and state s, for every node that is no dearer than the start.
    """

    cost: int | None
    lower: int
    to_go: dict[tuple[int, int], int]


@dataclass(slots=True)
class BackwardSearch:
    """Searches on one automaton; keeps its edges turned round."""

    automaton: Automaton
    _into: list[list[tuple[int, int]]] = field(init=False)

    def __post_init__(self) -> None:
        self._into = [[] for _ in range(self.automaton.state_count)]
        rows, columns = np.nonzero(self.automaton.delta >= 0)
        for source, label in zip(rows.tolist(), columns.tolist(), strict=True):
            self._into[int(self.automaton.delta[source, label])].append((source, label))

    def search(self, codes: list[int], *, is_open: bool, max_nodes: int) -> Found:
        """Settle nodes (i, s) by cost to go, level by level, until the start's whole level is done.

        Dijkstra's search with unit costs. At most `max_nodes` nodes are settled; past that, the level reached is a
        lower bound. Nodes of equal cost need no order: only their costs are used.
        """
        length = len(codes)
        goals = range(self.automaton.state_count) if is_open else np.flatnonzero(self.automaton.is_accepting).tolist()
        level = [(length, state) for state in goals]
        to_go: dict[tuple[int, int], int] = {}
        cost = 0
        while level:
            following: list[tuple[int, int]] = []
            while level:
                node = level.pop()
                if node in to_go:
                    continue
                if len(to_go) >= max_nodes:
                    return Found(None, cost, {})
                to_go[node] = cost
                position, state = node
                for source, label in self._into[state]:
                    following.append((position, source))
                    if position and codes[position - 1] == label and label != UNKNOWN:
                        level.append((position - 1, source))
                if position:
                    following.append((position - 1, state))
            if (0, 0) in to_go:
                return Found(cost, cost, to_go)
            level = following
            cost += 1
        return Found(None, cost, {})
