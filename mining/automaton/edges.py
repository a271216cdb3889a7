"""Edges of a graph in arrays: grouped by state, followed forwards and backwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.compiled import compiled

Ints = NDArray[np.int64]


@compiled("Tuple((int64[::1], int64[::1]))(int64[::1], int64)")
def grouped(keys: Ints, count: int) -> tuple[Ints, Ints]:
    """Positions of each key 0 ... count - 1, in order: key k has `order[start[k]:start[k + 1]]`. Linear."""
    start = np.zeros(count + 1, dtype=np.int64)
    for number in range(keys.size):
        start[keys[number] + 1] += 1
    for key in range(count):
        start[key + 1] += start[key]
    place = start[:-1].copy()
    order = np.empty(keys.size, dtype=np.int64)
    for number in range(keys.size):
        order[place[keys[number]]] = number
        place[keys[number]] += 1
    return start, order


@compiled("Tuple((int64[::1], int64[::1]))(int64[::1], int64[::1], int64)")
def distinct_sources(source: Ints, target: Ints, count: int) -> tuple[Ints, Ints]:
    """Sources of the edges into each state, each once; an edge from a state to itself does not count. Linear."""
    start, order = grouped(target, count)
    seen_for = np.full(count, -1, dtype=np.int64)
    kept = np.zeros(count + 1, dtype=np.int64)
    found = np.empty(source.size, dtype=np.int64)
    size = 0
    for state in range(count):
        seen_for[state] = state
        for place in range(start[state], start[state + 1]):
            before = source[order[place]]
            if seen_for[before] != state:
                seen_for[before] = state
                found[size] = before
                size += 1
        kept[state + 1] = size
    return kept, found[:size].copy()


@compiled("int64[::1](int64, int64[::1], int64[::1], boolean[::1])")
def steps_to(count: int, source: Ints, target: Ints, goals: NDArray[np.bool_]) -> Ints:
    """Least number of edges from each state to a goal, -1 where none can be reached. Breadth first, backwards."""
    start, order = grouped(target, count)
    steps = np.full(count, -1, dtype=np.int64)
    waiting = np.empty(count, dtype=np.int64)
    size = 0
    for state in range(count):
        if goals[state]:
            steps[state] = 0
            waiting[size] = state
            size += 1
    done = 0
    while done < size:
        state = waiting[done]
        done += 1
        for place in range(start[state], start[state + 1]):
            before = source[order[place]]
            if steps[before] < 0:
                steps[before] = steps[state] + 1
                waiting[size] = before
                size += 1
    return steps


@compiled("int64[::1](int64, int64[::1], int64[::1], boolean[::1], boolean[::1])")
def passed_through(
    count: int, source: Ints, target: Ints, is_silent: NDArray[np.bool_], is_final: NDArray[np.bool_]
) -> Ints:
    """Where each state leads without a choice: along its only edge while that is silent and the state is no end.

    A state that is passed through has the same future as the one that it leads to.
    """
    edges = np.zeros(count, dtype=np.int64)
    only = np.full(count, -1, dtype=np.int64)
    for number in range(source.size):
        edges[source[number]] += 1
        if is_silent[number]:
            only[source[number]] = target[number]
    found = np.full(count, -1, dtype=np.int64)
    for first in range(count):
        # Follow to a known state or a choice, then write the answer along the path. A ring of such edges would
        # never reach an end, and such states are not handed in; the bound on steps is for safety alone.
        state = first
        steps = 0
        while found[state] < 0 and edges[state] == 1 and only[state] >= 0 and not is_final[state] and steps < count:
            state = only[state]
            steps += 1
        last = found[state] if found[state] >= 0 else state
        state = first
        while found[state] < 0 and state != last:
            following = only[state]
            found[state] = last
            state = following
        found[last] = last
    return found
