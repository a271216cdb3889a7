"""Minimisation of a partial automaton by partition refinement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.automaton.edges import grouped
from mining.compiled import compiled

Ints = NDArray[np.int64]


@compiled("int64(int64, int64, int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[::1])")
def mark(
    one: int,
    touched_count: int,
    elements: Ints,
    location: Ints,
    part_of: Ints,
    first: Ints,
    marked: Ints,
    touched: Ints,
) -> int:
    """Move an element among the marked ones of its part; returns the number of parts with marks."""
    part = part_of[one]
    place, there = location[one], first[part] + marked[part]
    other = elements[there]
    elements[place] = other
    location[other] = place
    elements[there] = one
    location[one] = there
    if marked[part] == 0:
        touched[touched_count] = part
        touched_count += 1
    marked[part] += 1
    return touched_count


@compiled("int64(int64, int64, int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[::1])")
def split(
    parts: int,
    touched_count: int,
    elements: Ints,
    part_of: Ints,
    first: Ints,
    past: Ints,
    marked: Ints,
    touched: Ints,
) -> int:
    """Part the marked from the unmarked, the smaller half under a new number; returns the number of parts."""
    while touched_count > 0:
        touched_count -= 1
        part = touched[touched_count]
        middle = first[part] + marked[part]
        if middle == past[part]:
            marked[part] = 0
            continue
        if marked[part] <= past[part] - middle:
            first[parts], past[parts] = first[part], middle
            first[part] = middle
        else:
            first[parts], past[parts] = middle, past[part]
            past[part] = middle
        for place in range(first[parts], past[parts]):
            part_of[elements[place]] = parts
        marked[part] = 0
        marked[parts] = 0
        parts += 1
    return parts


@compiled("Tuple((int64, int64[::1]))(int64, int64, int64[::1], int64[::1], int64[::1], boolean[::1])")
def equal_futures(
    count: int, label_count: int, tails: Ints, labels: Ints, heads: Ints, accepting: NDArray[np.bool_]
) -> tuple[int, Ints]:
    """Number of classes, and the class of each state: equal for states with the same future.

    Every state must lead to an end. A. Valmari, "Fast brief practical DFA minimization", Information Processing
    Letters 112 (2012): blocks of states and bundles of transitions split each other, the smaller half anew.
    O(states + transitions x log states).
    """
    edges = tails.size
    # Blocks of states, first by whether they are ends.
    elements = np.arange(count)
    location = np.arange(count)
    block_of = np.zeros(count, dtype=np.int64)
    first = np.zeros(count + 1, dtype=np.int64)
    past = np.zeros(count + 1, dtype=np.int64)
    marked = np.zeros(count + 1, dtype=np.int64)
    touched = np.zeros(count + 1, dtype=np.int64)
    past[0] = count
    blocks = 1
    touched_count = 0
    for state in range(count):
        if accepting[state]:
            touched_count = mark(state, touched_count, elements, location, block_of, first, marked, touched)
    blocks = split(blocks, touched_count, elements, block_of, first, past, marked, touched)
    if edges == 0:
        return blocks, block_of
    # Bundles of transitions, first by label.
    bundle_start, bundle_elements = grouped(labels, label_count)
    bundle_location = np.empty(edges, dtype=np.int64)
    bundle_of = np.empty(edges, dtype=np.int64)
    bundle_first = np.zeros(edges + 1, dtype=np.int64)
    bundle_past = np.zeros(edges + 1, dtype=np.int64)
    bundle_marked = np.zeros(edges + 1, dtype=np.int64)
    bundle_touched = np.zeros(edges + 1, dtype=np.int64)
    bundles = 0
    for label in range(label_count):
        if bundle_start[label] == bundle_start[label + 1]:
            continue
        bundle_first[bundles] = bundle_start[label]
        bundle_past[bundles] = bundle_start[label + 1]
        for place in range(bundle_start[label], bundle_start[label + 1]):
            bundle_of[bundle_elements[place]] = bundles
            bundle_location[bundle_elements[place]] = place
        bundles += 1
    into_start, into = grouped(heads, count)
    block_done, bundle_done = 1, 0
    while bundle_done < bundles:
        touched_count = 0
        for place in range(bundle_first[bundle_done], bundle_past[bundle_done]):
            touched_count = mark(
                tails[bundle_elements[place]], touched_count, elements, location, block_of, first, marked, touched
            )
        blocks = split(blocks, touched_count, elements, block_of, first, past, marked, touched)
        bundle_done += 1
        while block_done < blocks:
            touched_count = 0
            for place in range(first[block_done], past[block_done]):
                state = elements[place]
                for edge in range(into_start[state], into_start[state + 1]):
                    touched_count = mark(
                        into[edge],
                        touched_count,
                        bundle_elements,
                        bundle_location,
                        bundle_of,
                        bundle_first,
                        bundle_marked,
                        bundle_touched,
                    )
            bundles = split(
                bundles,
                touched_count,
                bundle_elements,
                bundle_of,
                bundle_first,
                bundle_past,
                bundle_marked,
                bundle_touched,
            )
            block_done += 1
    return blocks, block_of
