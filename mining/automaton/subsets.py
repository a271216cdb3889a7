"""Subset construction in arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.compiled import compiled

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Hashes stay below 2^38, so that no product leaves 64 bits, with or without the compiler.
HASH_MASK = (1 << 38) - 1
HASH_FACTOR = 16_777_619

TOO_MANY_SUBSETS, TOO_MANY_MEMBERS = 1, 2


@compiled("int64[::1](int64[::1], int64)")
def larger(array: Ints, size: int) -> Ints:
    """A copy with room for `size` entries; what is new is 0."""
    grown = np.zeros(size, dtype=np.int64)
    grown[: array.size] = array
    return grown


@compiled("int64(int64[::1], int64, int64)")
def hash_of(members: Ints, first: int, last: int) -> int:
    """Hash of a slice."""
    value = 1
    for place in range(first, last):
        value = (value * HASH_FACTOR + members[place] + 1) & HASH_MASK
    return value


@compiled("boolean(int64[::1], int64, int64, int64)")
def is_equal(members: Ints, one: int, other: int, size: int) -> bool:
    """Whether two slices of `size` entries are equal."""
    for place in range(size):  # noqa: SIM110 - plain loops compile
        if members[one + place] != members[other + place]:
            return False
    return True


@compiled(
    "Tuple((int64, int64, int64[::1], int64[::1], int64[::1], boolean[::1]))"
    "(int64, int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], boolean[::1], int64, int64, int64)"
)
def determinised(
    initial: int,
    silent_start: Ints,
    silent_target: Ints,
    visible_start: Ints,
    visible_label: Ints,
    visible_target: Ints,
    is_final: Bools,
    label_count: int,
    max_subsets: int,
    max_members: int,
) -> tuple[int, int, Ints, Ints, Ints, Bools]:
    """Subsets of states with the same history (Rabin and Scott 1959), silent steps followed.

    Returns status (0, or which bound was passed), number of subsets, the transitions (tail, label, head), and
    which subsets hold an end. Subsets keep only states that have a visible edge or are ends: others tell subsets
    apart no further. O(sum over subsets and labels of what is followed).
    """
    states = is_final.size
    stamp = np.zeros(states, dtype=np.int64)
    clock = 0
    # The subset that each single state leads to, once known: most labels lead to one state.
    alone = np.full(states, -1, dtype=np.int64)
    stack = np.empty(states + 1, dtype=np.int64)
    members = np.zeros(1024, dtype=np.int64)
    ends = np.zeros(1024, dtype=np.int64)  # where the members of each subset end
    hashes = np.zeros(1024, dtype=np.int64)
    slots = np.full(4096, -1, dtype=np.int64)
    tails = np.zeros(1024, dtype=np.int64)
    labels = np.zeros(1024, dtype=np.int64)
    heads = np.zeros(1024, dtype=np.int64)
    count = 0
    edges = 0
    head_of = np.full(label_count + 1, -1, dtype=np.int64)
    next_of = np.empty(visible_label.size + 1, dtype=np.int64)
    touched = np.empty(label_count + 1, dtype=np.int64)
    subset = -1
    while subset < count:
        # What each label leads to from this subset, as lists of edges; the first round takes the initial state.
        touched_count = 0
        if subset >= 0:
            begin = ends[subset - 1] if subset > 0 else 0
            for place in range(begin, ends[subset]):
                state = members[place]
                for edge in range(visible_start[state], visible_start[state + 1]):
                    label = visible_label[edge]
                    if head_of[label] < 0:
                        touched[touched_count] = label
                        touched_count += 1
                    next_of[edge] = head_of[label]
                    head_of[label] = edge
        else:
            touched[0] = label_count
            touched_count = 1
        for which in range(touched_count):
            label = touched[which]
            edge = head_of[label]
            head_of[label] = -1
            single = -1
            if edge < 0:
                single = initial
            elif next_of[edge] < 0:
                single = visible_target[edge]
            found = alone[single] if single >= 0 else -1
            if found < 0:
                clock += 1
                size = 0
                if single >= 0:
                    stamp[single] = clock
                    stack[0] = single
                    size = 1
                else:
                    while edge >= 0:
                        state = visible_target[edge]
                        if stamp[state] != clock:
                            stamp[state] = clock
                            stack[size] = state
                            size += 1
                        edge = next_of[edge]
                first = ends[count - 1] if count > 0 else 0
                last = first
                while size > 0:
                    size -= 1
                    state = stack[size]
                    if visible_start[state] < visible_start[state + 1] or is_final[state]:
                        if last >= members.size:
                            if last >= max_members:
                                return TOO_MANY_MEMBERS, count, tails, labels, heads, is_final
                            members = larger(members, 2 * members.size)
                        members[last] = state
                        last += 1
                    for place in range(silent_start[state], silent_start[state + 1]):
                        following = silent_target[place]
                        if stamp[following] != clock:
                            stamp[following] = clock
                            stack[size] = following
                            size += 1
                if last - first > 1:
                    members[first:last] = np.sort(members[first:last])
                value = hash_of(members, first, last)
                slot = value & (slots.size - 1)
                while slots[slot] >= 0:
                    other = slots[slot]
                    other_first = ends[other - 1] if other > 0 else 0
                    if (
                        hashes[other] == value
                        and ends[other] - other_first == last - first
                        and is_equal(members, first, other_first, last - first)
                    ):
                        found = other
                        break
                    slot = (slot + 1) & (slots.size - 1)
                if found < 0:
                    if count >= max_subsets:
                        return TOO_MANY_SUBSETS, count, tails, labels, heads, is_final
                    found = count
                    if count >= ends.size:
                        ends = larger(ends, 2 * ends.size)
                        hashes = larger(hashes, 2 * hashes.size)
                    ends[count] = last
                    hashes[count] = value
                    slots[slot] = count
                    count += 1
                    if 2 * count > slots.size:
                        slots = np.full(2 * slots.size, -1, dtype=np.int64)
                        for other in range(count):
                            slot = hashes[other] & (slots.size - 1)
                            while slots[slot] >= 0:
                                slot = (slot + 1) & (slots.size - 1)
                            slots[slot] = other
                if single >= 0:
                    alone[single] = found
            if subset >= 0:
                if edges >= tails.size:
                    tails = larger(tails, 2 * edges)
                    labels = larger(labels, 2 * edges)
                    heads = larger(heads, 2 * edges)
                tails[edges] = subset
                labels[edges] = label
                heads[edges] = found
                edges += 1
        subset += 1
    accepting = np.zeros(count, dtype=np.bool_)
    for number in range(count):
        for place in range(ends[number - 1] if number > 0 else 0, ends[number]):
            if is_final[members[place]]:
                accepting[number] = True
                break
    return 0, count, tails[:edges].copy(), labels[:edges].copy(), heads[:edges].copy(), accepting
