"""How often each step must and may still happen: a lower bound of costs to go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mining.alignment.flow import Flow
from mining.compiled import compiled

Ints = NDArray[np.int64]
Counts = NDArray[np.uint8]

ENDLESS = 255
MANY = 8
"""Counts from here on are kept as "at least MANY" and "any number"."""

MAX_COUNTS = 64_000_000
"""States x labels, and as much again."""


@compiled("int64[::1](int64, int64[::1], int64[::1])")
def behind_first(states: int, out_start: Ints, out_target: Ints) -> Ints:
    """States in the order in which a depth-first walk from state 0 leaves them: followers mostly first."""
    order = np.empty(states, dtype=np.int64)
    edge = out_start.copy()
    is_seen = np.zeros(states, dtype=np.bool_)
    stack = np.empty(states + 1, dtype=np.int64)
    stack[0] = 0
    is_seen[0] = True
    size, left = 1, 0
    while size > 0:
        state = stack[size - 1]
        if edge[state] < out_start[state + 1]:
            target = out_target[edge[state]]
            edge[state] += 1
            if not is_seen[target]:
                is_seen[target] = True
                stack[size] = target
                size += 1
        else:
            size -= 1
            order[left] = state
            left += 1
    return order


@compiled("void(int64[::1], int64[::1], int64[::1], int64[::1], boolean[::1], uint8[:, ::1], uint8[:, ::1])")
def counted(
    order: Ints,
    out_start: Ints,
    out_label: Ints,
    out_target: Ints,
    accepting: NDArray[np.bool_],
    least: Counts,
    most: Counts,
) -> None:
    """Least and greatest number of each label in a run from each state to an end.

    Sweeps over the states, followers first, until nothing changes: `least` falls from ENDLESS, `most` rises from 0
    and is ENDLESS from MANY on. Without rings one sweep is enough; O(sweeps x edges x labels).
    """
    labels = least.shape[1]
    row = np.empty(labels, dtype=np.uint8)
    is_changed = True
    while is_changed:
        is_changed = False
        for state in order:
            for label in range(labels):
                row[label] = 0 if accepting[state] else ENDLESS
            for edge in range(out_start[state], out_start[state + 1]):
                target, own = out_target[edge], out_label[edge]
                mine, before = int(least[target, own]), int(row[own])
                for label in range(labels):
                    row[label] = min(row[label], least[target, label])
                row[own] = min(before, mine + 1 if mine < MANY else mine)
            for label in range(labels):
                if row[label] != least[state, label]:
                    least[state, label] = row[label]
                    is_changed = True
    is_changed = True
    while is_changed:
        is_changed = False
        for state in order:
            row[:] = 0
            for edge in range(out_start[state], out_start[state + 1]):
                target, own = out_target[edge], out_label[edge]
                mine = int(most[target, own])
                for label in range(labels):
                    row[label] = max(row[label], most[target, label])
                row[own] = max(row[own], mine + 1 if mine + 1 < MANY else ENDLESS)
            for label in range(labels):
                if row[label] != most[state, label]:
                    most[state, label] = row[label]
                    is_changed = True


@dataclass(frozen=True, slots=True, eq=False)
class StepCounts:
    """`least[s, a]` and `most[s, a]`: a run from state s to an end has label a at least and at most so often.

    `most` is ENDLESS where there is no bound. An open case owes nothing: its `least` is 0. Where states x labels pass
    MAX_COUNTS nothing is claimed.
    """

    least: Counts
    most: Counts

    @classmethod
    def of(cls, flow: Flow, *, is_open: bool) -> StepCounts:
        """See `counted`."""
        shape = (flow.state_count, flow.label_count)
        if flow.state_count * flow.label_count > MAX_COUNTS:
            return cls(np.zeros((1, flow.label_count), np.uint8), np.full((1, flow.label_count), ENDLESS, np.uint8))
        least, most = np.full(shape, ENDLESS, dtype=np.uint8), np.zeros(shape, dtype=np.uint8)
        order = behind_first(flow.state_count, flow.out_start, flow.out_target)
        counted(order, flow.out_start, flow.out_label, flow.out_target, flow.is_accepting, least, most)
        if is_open:
            least[:] = 0
        return cls(least, most)
