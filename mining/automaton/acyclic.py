"""Minimisation of an automaton without rings, in one pass from its ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.automaton.edges import grouped
from mining.automaton.subsets import HASH_FACTOR, HASH_MASK
from mining.compiled import compiled

Ints = NDArray[np.int64]


@compiled("Tuple((int64, int64[::1]))(int64, int64, int64[::1], int64[::1], int64[::1], boolean[::1])")
def equal_futures_without_rings(
    count: int, label_count: int, tails: Ints, labels: Ints, heads: Ints, accepting: NDArray[np.bool_]
) -> tuple[int, Ints]:
    """Number of classes, and the class of each state; (-1, ...) where the automaton has a ring.

    A state is classed when all that follow it are: by whether it is an end and by label and class of its
    transitions, in an open hash table (Revuz 1992 does the same by height). Linear.
    """
    edges = tails.size
    # Transitions by tail, labels in order.
    _, by_label = grouped(labels, label_count)
    start, by_tail = grouped(tails[by_label], count)
    order = by_label[by_tail]
    into_start, into = grouped(heads, count)
    open_heads = np.zeros(count, dtype=np.int64)
    waiting = np.empty(count, dtype=np.int64)
    size = 0
    for state in range(count):
        open_heads[state] = start[state + 1] - start[state]
        if open_heads[state] == 0:
            waiting[size] = state
            size += 1
    class_of = np.full(count, -1, dtype=np.int64)
    member = np.empty(count, dtype=np.int64)
    hashes = np.empty(count, dtype=np.int64)
    room = 1024
    while room < 2 * count:
        room *= 2
    slots = np.full(room, -1, dtype=np.int64)
    label_of, class_after = np.empty(edges, dtype=np.int64), np.empty(edges, dtype=np.int64)
    classes = 0
    done = 0
    while done < size:
        state = waiting[done]
        done += 1
        value = 2 if accepting[state] else 1
        for place in range(start[state], start[state + 1]):
            label_of[place], class_after[place] = labels[order[place]], class_of[heads[order[place]]]
            value = (value * HASH_FACTOR + label_of[place] * 1_000_003 + class_after[place] + 1) & HASH_MASK
        slot = (value ^ (value >> 17)) & (room - 1)
        found = -1
        while slots[slot] >= 0:
            other = member[slots[slot]]
            if (
                hashes[slots[slot]] == value
                and accepting[other] == accepting[state]
                and start[other + 1] - start[other] == start[state + 1] - start[state]
            ):
                found = slots[slot]
                for step in range(start[state + 1] - start[state]):
                    mine, theirs = start[state] + step, start[other] + step
                    if label_of[mine] != label_of[theirs] or class_after[mine] != class_after[theirs]:
                        found = -1
                        break
                if found >= 0:
                    break
            slot = (slot + 1) & (room - 1)
        if found < 0:
            found = classes
            slots[slot], member[classes], hashes[classes] = classes, state, value
            classes += 1
        class_of[state] = found
        for place in range(into_start[state], into_start[state + 1]):
            before = tails[into[place]]
            open_heads[before] -= 1
            if open_heads[before] == 0:
                waiting[size] = before
                size += 1
    return (classes if done == count else -1), class_of
