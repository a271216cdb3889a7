"""Canonical numbers for the states of an automaton."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.automaton.edges import grouped
from mining.compiled import compiled

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@compiled(
    "Tuple((int32[:, ::1], boolean[::1]))"
    "(int64, int64, int64[::1], int64, int64[::1], int64[::1], int64[::1], boolean[::1])"
)
def numbered(
    initial: int, classes: int, class_of: Ints, label_count: int, tails: Ints, labels: Ints, heads: Ints, ends: Bools
) -> tuple[NDArray[np.int32], Bools]:
    """One state per class, numbered breadth first from the initial one, labels in order.

    Returns the table of transitions (-1 where a label can't happen) and which states are ends. Every class must be
    reachable. O(classes x labels + transitions).
    """
    states = class_of.size
    start, order = grouped(tails, states)
    member = np.full(classes, -1, dtype=np.int64)
    for state in range(states - 1, -1, -1):
        member[class_of[state]] = state
    number_of = np.full(classes, -1, dtype=np.int64)
    waiting = np.empty(classes, dtype=np.int64)
    delta = np.full((classes, label_count), -1, dtype=np.int32)
    accepting = np.zeros(classes, dtype=np.bool_)
    waiting[0] = class_of[initial]
    number_of[class_of[initial]] = 0
    known = 1
    for number in range(classes):
        state = member[waiting[number]]
        accepting[number] = ends[state]
        for place in range(start[state], start[state + 1]):
            delta[number, labels[order[place]]] = class_of[heads[order[place]]]
        for label in range(label_count):
            there = delta[number, label]
            if there >= 0:
                if number_of[there] < 0:
                    number_of[there] = known
                    waiting[known] = there
                    known += 1
                delta[number, label] = number_of[there]
    return delta, accepting
