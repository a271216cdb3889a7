"""Aligning every variant of a log with a standard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mining.alignment.alignments import LOG, Alignments
from mining.alignment.cost_to_go import UNKNOWN, CostVectors
from mining.alignment.fitness import fitness_of
from mining.alignment.replay import ElementReplay
from mining.alignment.search import BackwardSearch
from mining.alignment.walk import walk
from mining.events.variant_log import VariantLog
from mining.standard.flow_standard import FlowStandard
from mining.standard.match import ActivityMatch

MOST_SETTLED = 1_000_000
"""Nodes that a search one by one may settle: a few seconds and some hundred megabytes."""

Observer = Callable[[int, int], None]
"""Called with (variants done, variants in all)."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds on the work.

    `max_nodes` bounds a variant's search nodes (trace entries x states of the automaton). Within it whole vectors are
    used; a variant beyond it is searched node by node, cheapest first, and may still turn out exact. `max_bytes`
    bounds what variants share; less of it costs time, never exactness.
    """

    max_nodes: int = 50_000_000
    max_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Aligned:
    cost: int | None
    lower: int
    moves: list[tuple[int, int, int]]


class _Engine:
    """Costs and moves of one trace at a time; what traces share is kept."""

    def __init__(self, standard: FlowStandard, *, is_open: bool, budget: Budget) -> None:
        self.automaton = standard.automaton
        self.is_open = is_open
        self.budget = budget
        self.rows: list[list[int]] = standard.automaton.delta.tolist()
        self.vectors = CostVectors(standard.automaton, is_open, budget.max_bytes)
        self.search: BackwardSearch | None = None

    def align(self, codes: list[int]) -> _Aligned:
        if self.automaton.state_count * (len(codes) + 1) <= self.budget.max_nodes:
            return self._by_vectors(codes)
        return self._by_search(codes)

    def _by_vectors(self, codes: list[int]) -> _Aligned:
        suffixes = self.vectors.suffixes(codes)
        vectors = [self.vectors.vector(number) for number, _ in suffixes]
        offsets = [offset for _, offset in suffixes]

        def to_go(position: int, state: int) -> int:
            return int(vectors[position][state]) + offsets[position]

        cost = to_go(0, 0)
        return _Aligned(cost, cost, walk(codes, self.rows, to_go))

    def _by_search(self, codes: list[int]) -> _Aligned:
        if self.search is None:
            self.search = BackwardSearch(self.automaton)
        found = self.search.search(codes, is_open=self.is_open, max_nodes=min(self.budget.max_nodes, MOST_SETTLED))
        if found.cost is None:
            return _Aligned(None, found.lower, [])
        return _Aligned(found.cost, found.cost, walk(codes, self.rows, lambda i, s: found.to_go.get((i, s))))


def align(
    log: VariantLog,
    standard: FlowStandard,
    match: ActivityMatch,
    *,
    is_open: bool,
    budget: Budget | None = None,
    observer: Observer | None = None,
) -> Alignments:
    """The cheapest alignment of every variant, exact and canonical.

    Log moves and visible model moves cost 1, all else 0 (Adriansyah 2014, "Aligning observed and modeled behavior").
    An open case (`is_open`) may stop anywhere: a step not yet done costs nothing. `match` must know every activity
    of `log`; ignored activities yield no move and unknown ones are log moves. Where `budget` runs out, cost and
    fitness are None and the bounds hold. The same input gives the same moves in any order of variants.
    """
    budget = budget or Budget()
    steps = dict(zip(match.activities, match.steps, strict=True))
    ignored = match.ignored
    missing = [activity for activity in log.activities if activity not in steps]
    if missing:
        raise ValueError(f"the match was made for other activities; it lacks {missing[:5]}")
    labels = standard.automaton.labels
    code_of_label = {label: number for number, label in enumerate(labels)}
    code_of = [code_of_label.get(steps[activity] or "", UNKNOWN) for activity in log.activities]
    is_out = [activity in ignored for activity in log.activities]
    engine = _Engine(standard, is_open=is_open, budget=budget)
    replay = ElementReplay(standard.space, labels, is_open, budget.max_bytes)
    ids = [element.id for element in standard.space.elements]
    shortest = standard.automaton.shortest_run
    costs: list[int | None] = []
    lowers, uppers, denominators, ends = [], [], [], [0]
    kinds: list[int] = []
    positions: list[int] = []
    names: list[str] = []
    element_ids: list[str | None] = []
    for variant in range(len(log)):
        entries = log.codes[log.offsets[variant] : log.offsets[variant + 1]].tolist()
        kept = [(place + 1, entry) for place, entry in enumerate(entries) if not is_out[entry]]
        codes = [code_of[entry] for _, entry in kept]
        done = engine.align(codes)
        denominator = len(codes) if is_open else len(codes) + shortest
        costs.append(done.cost)
        denominators.append(denominator)
        lowers.append(done.lower)
        uppers.append(denominator if done.cost is None else done.cost)
        word = tuple(label for kind, _, label in done.moves if kind != LOG)
        elements = iter(replay.elements(word) if done.moves else ())
        for kind, place, label in done.moves:
            kinds.append(kind)
            positions.append(kept[place][0] if place >= 0 else 0)
            names.append(labels[label] if label != UNKNOWN else log.activities[kept[place][1]])
            element_ids.append(None if kind == LOG else ids[next(elements)])
        ends.append(len(kinds))
        if observer is not None:
            observer(variant + 1, len(log))
    return Alignments(
        is_open=is_open,
        variant_ids=log.variant_ids,
        cost=tuple(costs),
        lower=np.asarray(lowers, dtype=np.int64),
        upper=np.asarray(uppers, dtype=np.int64),
        is_exact=np.asarray([cost is not None for cost in costs], dtype=np.bool_),
        denominator=np.asarray(denominators, dtype=np.int64),
        fitness=tuple(
            None if cost is None else fitness_of(cost, each) for cost, each in zip(costs, denominators, strict=True)
        ),
        offsets=np.asarray(ends, dtype=np.int64),
        kinds=np.asarray(kinds, dtype=np.uint8),
        positions=np.asarray(positions, dtype=np.int64),
        labels=tuple(names),
        element_ids=tuple(element_ids),
    )
