"""From a state space to its minimal automaton: silent closure, subsets, minimisation, canonical numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.automaton.acyclic import equal_futures_without_rings
from mining.automaton.automaton import Automaton
from mining.automaton.edges import grouped, passed_through, steps_to
from mining.automaton.minimise import equal_futures
from mining.automaton.numbering import numbered
from mining.automaton.subsets import TOO_MANY_MEMBERS, TOO_MANY_SUBSETS, determinised
from mining.errors import MiningError, Problem
from mining.statespace.space import StateSpace

MAX_AUTOMATON_STATES = 200_000

MAX_TABLE = 50_000_000
"""States x labels: 200 MB."""

MAX_MEMBERS = 40_000_000
"""States in all subsets together: 320 MB while the automaton is built."""


def automaton_of(space: StateSpace, *, max_states: int = MAX_AUTOMATON_STATES) -> Automaton:
    """The minimal deterministic automaton of the visible language of `space`.

    A label is a step's name: two elements of one name share it. States from which no end can be reached are left
    out. Raises MiningError where no end can be reached or more than `max_states` subsets arise.
    O(subsets x what follows them), then O(transitions x log subsets); a block of 16 parallel steps (65,536 states)
    takes about half a second.
    """
    count = space.state_count
    source, target, element = (_ints(array) for array in (space.source, space.target, space.element))
    is_final = np.zeros(count, dtype=np.bool_)
    is_final[list(space.finals)] = True
    leads = steps_to(count, source, target, is_final) >= 0
    if not leads[space.initial]:
        raise MiningError(Problem(where=space.source_name, what="no run of the flow reaches an end."))
    labels = tuple(sorted({part.name for part in space.elements if part.is_visible}))
    code = {label: number for number, label in enumerate(labels)}
    code_of = np.asarray([code[part.name] if part.is_visible else -1 for part in space.elements], dtype=np.int64)
    kept = leads[target]
    source, target, element = source[kept], target[kept], element[kept]
    label = code_of[element] if element.size else element
    through = passed_through(count, source, target, label < 0, is_final)
    source, target = through[source], through[target]
    moves = (label >= 0) | (source != target)
    source, label, target = source[moves], label[moves], target[moves]
    silent = label < 0
    silent_start, silent_order = grouped(source[silent], count)
    visible_start, visible_order = grouped(source[~silent], count)
    status, subsets, tails, names, heads, accepting = determinised(
        int(through[space.initial]),
        silent_start,
        target[silent][silent_order],
        visible_start,
        label[~silent][visible_order],
        target[~silent][visible_order],
        is_final,
        len(labels),
        min(max_states, max(1, MAX_TABLE // max(1, len(labels)))),
        MAX_MEMBERS,
    )
    if status:
        bound = {
            TOO_MANY_SUBSETS: f"has more than {subsets} states",
            TOO_MANY_MEMBERS: f"needs more than {MAX_MEMBERS} entries to be worked out",
        }[status]
        raise MiningError(
            Problem(
                where=space.source_name,
                what=f"the flow's automaton {bound}.",
                todo="Draw fewer branches side by side, or split the standard.",
            )
        )
    classes, class_of = equal_futures_without_rings(subsets, len(labels), tails, names, heads, accepting)
    if classes < 0:
        classes, class_of = equal_futures(subsets, len(labels), tails, names, heads, accepting)
    delta, ends = numbered(0, classes, class_of, len(labels), tails, names, heads, accepting)
    return Automaton(labels, delta, ends, _shortest(delta, ends))


def _ints(array: NDArray[np.signedinteger]) -> NDArray[np.int64]:
    return np.ascontiguousarray(array, dtype=np.int64)


def _shortest(delta: NDArray[np.int32], ends: NDArray[np.bool_]) -> NDArray[np.int64]:
    tails, columns = np.nonzero(delta >= 0)
    return steps_to(delta.shape[0], _ints(tails), _ints(delta[tails, columns]), ends)
