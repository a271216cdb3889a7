"""Best-first search over trace x automaton, for automata too large for whole vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.alignment.alignments import LOG, MODEL, SYNCHRONOUS
from mining.alignment.bounds import ENDLESS
from mining.automaton.subsets import larger
from mining.compiled import compiled

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Table = NDArray[np.int32]
Counts = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Kinds = NDArray[np.uint8]

# What has been done with a node, and what is going to be done. In the canonical order no model move follows a log
# move, unless that repeats the entry before it: the other way round they cost the same and come first. So a node that
# was reached by such a log move alone is half open: no model moves from there.
NEW, HALF, DONE, DEAD = 0, 1, 2, 3


@compiled("int64(int64, int64, int64, int32[:, ::1], uint8[:, ::1], uint8[:, ::1])")
def bound_at(state: int, entry: int, unknown: int, rest: Table, least: Counts, most: Counts) -> int:
    """A lower bound of the cost to go: steps that must happen and are not left in the trace, and the other way round.

    It never falls by more than a move costs, so that a node's cost is final when it is first settled.
    """
    row = state if least.shape[0] > 1 else 0
    total = unknown
    for label in range(least.shape[1]):
        left = rest[entry, label]
        if left < least[row, label]:
            total += least[row, label] - left
        elif left > most[row, label] and most[row, label] != ENDLESS:
            total += left - most[row, label]
    return total


@compiled("int64(int64, int64[::1], int64[::1])")
def slot_of(key: int, keys: Ints, slots: Ints) -> int:
    """Slot that holds a node's number, or the free one for it."""
    mask = slots.size - 1
    slot = (((key & 0x3FFFFFFF) * 2_654_435_761 + (key >> 30) * 40_503) >> 7) & mask
    while slots[slot] >= 0 and keys[slots[slot]] != key:
        slot = (slot + 1) & mask
    return slot


@compiled(
    "void(int32[::1], int64[::1], int64, int64, int32[:, ::1], boolean[::1], int64, int64[::1], int64[::1],"
    " int64[::1], uint8[:, ::1], uint8[:, ::1], boolean, int64[::1], int64[::1], uint8[::1], int64[::1], int32[::1],"
    " int64[::1], int64[::1], boolean[::1])"
)
def searched(
    codes: Codes,
    offsets: Ints,
    first: int,
    last: int,
    delta: Table,
    accepting: Bools,
    shortest_run: int,
    out_start: Ints,
    out_label: Ints,
    out_target: Ints,
    least: Counts,
    most: Counts,
    is_open: bool,
    max_nodes: Ints,
    starts: Ints,
    kinds: Kinds,
    entries: Ints,
    labels: Codes,
    sizes: Ints,
    lowers: Ints,
    exact: Bools,
) -> None:
    """Cost and moves of variants `first` to `last`, one at a time.

    Nodes (entry, state) are settled by least cost of a whole alignment through them, up to a limit that is raised
    by 1, 2, 4 ... above the bound at the start; nodes beyond the limit are not kept. With the last level done, the
    canonical alignment is the first path in order along nodes whose costs fit. `lowers[v]` is the cost where
    `exact[v]`; where more than `max_nodes[v]` nodes would be kept it is the level reached, a proven lower bound.
    Other outputs as in `mining.alignment.walk`.
    """
    states, label_count = delta.shape
    keys = np.empty(4096, dtype=np.int64)
    costs = np.empty(4096, dtype=np.int64)
    progress = np.empty(4096, dtype=np.int64)
    queued = np.empty(4096, dtype=np.int64)
    slot_at = np.empty(4096, dtype=np.int64)
    slots = np.full(16384, -1, dtype=np.int64)
    waiting_node = np.empty(8192, dtype=np.int64)
    waiting_next = np.empty(8192, dtype=np.int64)
    waiting_cost = np.empty(8192, dtype=np.int64)
    nodes = 0
    for variant in range(first, last):
        begin = offsets[variant]
        length = offsets[variant + 1] - begin
        rest = np.zeros((length + 1, label_count), dtype=np.int32)
        unknown = np.zeros(length + 1, dtype=np.int64)
        for entry in range(length - 1, -1, -1):
            for label in range(label_count):
                rest[entry, label] = rest[entry + 1, label]
            unknown[entry] = unknown[entry + 1]
            code = codes[begin + entry]
            if code < 0:
                unknown[entry] += 1
            else:
                rest[entry, code] += 1
        upper = length if is_open else length + shortest_run
        heads = np.full(upper + 2, -1, dtype=np.int64)
        lower = bound_at(0, 0, unknown[0], rest, least, most)
        limit, raised = lower, 1
        level = lower
        is_found, is_over = False, False
        while not is_found and not is_over:
            # A fresh search up to the limit.
            limit = min(limit, upper)
            for number in range(nodes):
                slots[slot_at[number]] = -1
            nodes, waiting = 1, 1
            keys[0], costs[0], progress[0], queued[0] = 0, 0, NEW, DONE
            slot_at[0] = slot_of(0, keys, slots)
            slots[slot_at[0]] = 0
            for number in range(upper + 2):
                heads[number] = -1
            level = bound_at(0, 0, unknown[0], rest, least, most)
            waiting_node[0], waiting_next[0], waiting_cost[0] = 0, -1, 0
            heads[level] = 0
            while level <= limit and not is_over:
                while heads[level] >= 0:
                    item = heads[level]
                    heads[level] = waiting_next[item]
                    # An item is twice a node, and one more where it came by a log move.
                    node, is_half = waiting_node[item] >> 1, waiting_node[item] & 1
                    if progress[node] == DONE or (progress[node] == HALF and is_half == 1):
                        continue
                    if costs[node] != waiting_cost[item]:
                        continue
                    was = progress[node]
                    progress[node] = HALF if is_half == 1 else DONE
                    entry, state = keys[node] // states, keys[node] % states
                    cost = costs[node]
                    if entry == length and (is_open or accepting[state]):
                        is_found = True
                        continue
                    code = codes[begin + entry] if entry < length else -1
                    # Synchronous and log moves (once), then model moves (not behind a log move).
                    edge = -2 if was == NEW else out_start[state]
                    edge_end = out_start[state + 1] if is_half == 0 else -1
                    while edge < 0 or edge < edge_end:
                        item_half = 0
                        if edge == -2:
                            edge = -1
                            if code < 0:
                                continue
                            target = delta[state, code]
                            if target < 0:
                                continue
                            there, following, price = entry + 1, target, cost
                        elif edge == -1:
                            edge = out_start[state]
                            if entry == length:
                                continue
                            there, following, price = entry + 1, state, cost + 1
                            if not (code >= 0 and entry > 0 and codes[begin + entry - 1] == code):
                                item_half = 1
                        else:
                            there, following, price = entry, out_target[edge], cost + 1
                            edge += 1
                            if following == state:
                                continue
                        whole = price + bound_at(following, there, unknown[there], rest, least, most)
                        if whole > limit:
                            continue
                        key = there * states + following
                        slot = slot_of(key, keys, slots)
                        number = slots[slot]
                        if number >= 0:
                            if costs[number] < price or (
                                costs[number] == price and (queued[number] == DONE or item_half == 1)
                            ):
                                continue
                            costs[number] = price
                            queued[number] = HALF if item_half == 1 else DONE
                        else:
                            if nodes >= max_nodes[variant]:
                                is_over = True
                                break
                            if nodes >= keys.size:
                                keys = larger(keys, 2 * nodes)
                                costs = larger(costs, 2 * nodes)
                                progress = larger(progress, 2 * nodes)
                                queued = larger(queued, 2 * nodes)
                                slot_at = larger(slot_at, 2 * nodes)
                            number = nodes
                            nodes += 1
                            keys[number], costs[number], progress[number] = key, price, NEW
                            queued[number] = HALF if item_half == 1 else DONE
                            slots[slot], slot_at[number] = number, slot
                            if 3 * nodes > slots.size:
                                slots = np.full(4 * slots.size, -1, dtype=np.int64)
                                for other in range(nodes):
                                    slot_at[other] = slot_of(keys[other], keys, slots)
                                    slots[slot_at[other]] = other
                        if waiting >= waiting_node.size:
                            waiting_node = larger(waiting_node, 2 * waiting)
                            waiting_next = larger(waiting_next, 2 * waiting)
                            waiting_cost = larger(waiting_cost, 2 * waiting)
                        waiting_node[waiting] = 2 * number + item_half
                        waiting_next[waiting] = heads[whole]
                        waiting_cost[waiting] = price
                        heads[whole] = waiting
                        waiting += 1
                    if is_over:
                        break
                if is_found or is_over:
                    break
                level += 1
            lower = max(lower, level)
            # With the last level half done the cost is known, but not which path is the first.
            is_found = is_found and not is_over
            if not is_found and not is_over:
                if limit >= upper:
                    # Can't be: the upper bound is the cost of an alignment.
                    is_over = True
                limit += raised
                raised *= 2
        lowers[variant] = level if is_found else min(lower, upper)
        exact[variant] = is_found
        sizes[variant] = 0
        if not is_found:
            continue
        # The first path in order. Stages of a node: 0 synchronous, 1 repeat, 2 ... model moves, then log.
        path = np.zeros(length + level + 1, dtype=np.int64)
        stage = np.zeros(length + level + 1, dtype=np.int64)
        depth = 0
        while True:
            node = path[depth]
            entry, state, cost = keys[node] // states, keys[node] % states, costs[node]
            if entry == length and cost == level and (is_open or accepting[state]):
                break
            code = codes[begin + entry] if entry < length else -1
            edges = out_start[state + 1] - out_start[state]
            taken = -1
            while taken < 0 and stage[depth] < edges + 3:
                now = stage[depth]
                stage[depth] += 1
                there, following, price = entry + 1, state, cost + 1
                if now == 0:
                    if code < 0 or delta[state, code] < 0:
                        continue
                    following, price = delta[state, code], cost
                elif now == 1:
                    if code < 0 or entry == 0 or codes[begin + entry - 1] != code:
                        continue
                elif now < edges + 2:
                    there, following = entry, out_target[out_start[state] + now - 2]
                    if following == state:
                        continue
                elif entry == length:
                    continue
                number = slots[slot_of(there * states + following, keys, slots)]
                if number < 0 or costs[number] != price or progress[number] == NEW or progress[number] == DEAD:
                    continue
                taken = number
            if taken < 0:
                progress[node] = DEAD
                depth -= 1
            else:
                depth += 1
                path[depth] = taken
                stage[depth] = 0
        out = starts[variant]
        for step in range(depth):
            node, following = path[step], path[step + 1]
            entry, there = keys[node] // states, keys[following] // states
            if there == entry:
                kinds[out], entries[out] = MODEL, -1
                labels[out] = out_label[out_start[keys[node] % states] + stage[step] - 3]
            else:
                kinds[out] = SYNCHRONOUS if costs[following] == costs[node] else LOG
                entries[out], labels[out] = begin + entry, codes[begin + entry]
            out += 1
        sizes[variant] = depth
