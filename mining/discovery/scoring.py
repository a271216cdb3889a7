"""How well a found model tells the variants: fitness and precision by the house's own alignments."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mining.alignment import align, log_fitness, precision
from mining.errors import MiningError
from mining.standard import match_activities, standard_from_pnml

if TYPE_CHECKING:
    from mining.discovery.tree import Tree
    from mining.events.variant_log import VariantLog


@dataclass(frozen=True, slots=True)
class Score:
    """Fitness and precision in [0, 1], and how many cases the model accepts as they are."""

    fitness: float
    precision: float
    cases_accepted: int

    @property
    def balance(self) -> float:
        """The harmonic mean of fitness and precision (F1)."""
        total = self.fitness + self.precision
        return 2 * self.fitness * self.precision / total if total else 0.0


class Scorer(Protocol):
    """Scores a net, given as PNML text, on variants; None where it can't be done within its bounds."""

    def __call__(self, pnml: str, log: VariantLog) -> Score | None:
        """Score `pnml` on the variants of `log`, weighted by their cases."""


def alignment_score(pnml: str, log: VariantLog) -> Score | None:
    """Score a net by exact alignments with every variant (see mining.alignment).

    None where the net is no standard that can judge (its state space is too large, or it has no visible step), and
    where an alignment runs out of its budget.
    """
    try:
        standard = standard_from_pnml(pnml.encode(), source="discovered model")
    except MiningError:
        return None
    alignments = align(log, standard, match_activities(standard, log.activities, mapping={}), is_open=False)
    fitness = log_fitness(alignments, log.case_counts)
    exactness = precision(log, alignments, standard)
    if fitness is None or exactness is None:
        return None
    accepted = sum(count for count, cost in zip(log.case_counts.tolist(), alignments.cost, strict=True) if cost == 0)
    return Score(fitness=fitness, precision=exactness, cases_accepted=accepted)


def state_bound(tree: Tree) -> int:
    """Bound the number of markings of a tree's net from above: parallel branches multiply, all else adds up."""
    done: dict[int, int] = {}
    stack = [(tree, False)]
    while stack:
        node, has_children = stack.pop()
        if not node.children:
            done[id(node)] = 2
        elif not has_children:
            stack.append((node, True))
            stack.extend((child, False) for child in node.children)
        else:
            sizes = [done[id(child)] for child in node.children]
            done[id(node)] = 2 + (math.prod(sizes) if node.operator == "parallel" else sum(sizes))
    return done[id(tree)]
