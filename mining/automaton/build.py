"""From a state space to its minimal automaton: silent closure, subsets, minimisation, canonical numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.automaton.automaton import Automaton
from mining.errors import MiningError, Problem
from mining.statespace.space import StateSpace

MAX_AUTOMATON_STATES = 50_000


def automaton_of(space: StateSpace, *, max_states: int = MAX_AUTOMATON_STATES) -> Automaton:
    """The minimal deterministic automaton of the visible language of `space`.

    A label is a step's name: two elements of one name share it. States from which no end can be reached are left
    out. Subset construction (Rabin and Scott 1959), then Moore's partition refinement. Raises MiningError where
    no end can be reached or more than `max_states` subsets arise.
    """
    leads = space.leads_to_end()
    if not leads[space.initial]:
        raise MiningError(Problem(where=space.source_name, what="no run of the flow reaches an end."))
    labels = tuple(sorted({element.name for element in space.elements if element.is_visible}))
    delta, accepting = _subsets(space, leads, labels, max_states)
    classes = _minimised(delta, accepting)
    return _numbered(labels, delta, accepting, classes)


def _subsets(
    space: StateSpace, leads: NDArray[np.bool_], labels: tuple[str, ...], max_states: int
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    code = {label: number for number, label in enumerate(labels)}
    code_of = [code[element.name] if element.is_visible else -1 for element in space.elements]
    silent: dict[int, list[int]] = {}
    visible: dict[int, list[tuple[int, int]]] = {}
    for source, element, target in zip(
        space.source.tolist(), space.element.tolist(), space.target.tolist(), strict=True
    ):
        if not leads[target]:
            continue
        if code_of[element] < 0:
            silent.setdefault(source, []).append(target)
        else:
            visible.setdefault(source, []).append((code_of[element], target))
    finals = set(space.finals)

    def closed(states: set[int]) -> frozenset[int]:
        waiting = list(states)
        while waiting:
            for target in silent.get(waiting.pop(), ()):
                if target not in states:
                    states.add(target)
                    waiting.append(target)
        # States without visible edges or an end tell subsets apart no further.
        return frozenset(state for state in states if state in visible or state in finals)

    start = closed({space.initial})
    number_of = {start: 0}
    subsets = [start]
    rows: list[list[int]] = []
    while len(rows) < len(subsets):
        reached: dict[int, set[int]] = {}
        for state in subsets[len(rows)]:
            for label, target in visible.get(state, ()):
                reached.setdefault(label, set()).add(target)
        row = [-1] * len(labels)
        for label in sorted(reached):
            subset = closed(reached[label])
            if subset not in number_of:
                if len(subsets) >= max_states:
                    raise MiningError(
                        Problem(
                            where=space.source_name,
                            what=f"the flow's automaton has more than {max_states} states.",
                            todo="Draw fewer branches side by side, or split the standard.",
                        )
                    )
                number_of[subset] = len(subsets)
                subsets.append(subset)
            row[label] = number_of[subset]
        rows.append(row)
    accepting = np.asarray([not finals.isdisjoint(subset) for subset in subsets], dtype=np.bool_)
    return np.asarray(rows, dtype=np.int32).reshape(len(subsets), len(labels)), accepting


def _minimised(delta: NDArray[np.int32], accepting: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Class of each state: equal for states with the same future (Moore 1956)."""
    count = delta.shape[0]
    # One more state stands for "the label can't happen"; it goes to itself.
    full = np.where(delta < 0, count, delta).astype(np.int64)
    full = np.vstack([full, np.full((1, delta.shape[1]), count, dtype=np.int64)])
    classes = np.append(accepting.astype(np.int64), 2)
    classes = np.unique(classes, return_inverse=True)[1].astype(np.int64)
    known = int(classes.max()) + 1
    while True:
        refined = classes
        for column in range(full.shape[1]):
            pairs = refined * (count + 2) + classes[full[:, column]]
            refined = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
        found = int(refined.max()) + 1
        classes = refined
        if found == known:
            return classes[:count]
        known = found


def _numbered(
    labels: tuple[str, ...],
    delta: NDArray[np.int32],
    accepting: NDArray[np.bool_],
    classes: NDArray[np.int64],
) -> Automaton:
    """One state per class, numbered breadth first, labels in order."""
    member: dict[int, int] = {}
    for state, group in enumerate(classes.tolist()):
        member.setdefault(group, state)
    order = [int(classes[0])]
    number_of = {order[0]: 0}
    rows = []
    for group in order:
        row = []
        for target in delta[member[group]].tolist():
            if target < 0:
                row.append(-1)
                continue
            there = int(classes[target])
            if there not in number_of:
                number_of[there] = len(order)
                order.append(there)
            row.append(number_of[there])
        rows.append(row)
    minimal = np.asarray(rows, dtype=np.int32).reshape(len(order), len(labels))
    ends = accepting[[member[group] for group in order]]
    return Automaton(labels, minimal, ends, _shortest(minimal, ends))


def _shortest(delta: NDArray[np.int32], accepting: NDArray[np.bool_]) -> NDArray[np.int64]:
    into: list[list[int]] = [[] for _ in range(delta.shape[0])]
    sources, columns = np.nonzero(delta >= 0)
    for source, target in zip(sources.tolist(), delta[sources, columns].tolist(), strict=True):
        into[target].append(source)
    steps = np.full(delta.shape[0], -1, dtype=np.int64)
    waiting = np.flatnonzero(accepting).tolist()
    steps[waiting] = 0
    for state in waiting:
        for source in into[state]:
            if steps[source] < 0:
                steps[source] = steps[state] + 1
                waiting.append(source)
    return steps
