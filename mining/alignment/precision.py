"""Precision: how much of what the standard allows is seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.alignment.alignments import LOG, Alignments
from mining.automaton.subsets import larger
from mining.compiled import compiled
from mining.events.variant_log import VariantLog
from mining.standard.flow_standard import FlowStandard

Ints = NDArray[np.int64]


@compiled("UniTuple(int64, 2)(uint8[::1], int32[::1], int64[::1], int64[::1], int32[:, ::1], int64[::1])")
def edges_seen(
    kinds: NDArray[np.uint8],
    labels: NDArray[np.int32],
    offsets: Ints,
    counts: Ints,
    delta: NDArray[np.int32],
    allowed: Ints,
) -> tuple[int, int]:
    """Sums over the prefixes of aligned words, weighted by cases: labels that follow, labels that may follow.

    The words are a tree: (node, label) -> node in an open hash table. Linear in the moves.
    """
    states, weights = np.zeros(1024, dtype=np.int64), np.zeros(1024, dtype=np.int64)
    following, parents = np.zeros(1024, dtype=np.int64), np.zeros(1024, dtype=np.int64)
    marks = np.zeros(1024, dtype=np.int64)
    slots = np.full(4096, -1, dtype=np.int64)
    nodes = 1
    for variant in range(counts.size):
        if counts[variant] == 0:
            continue
        node = 0
        weights[0] += counts[variant]
        for move in range(offsets[variant], offsets[variant + 1]):
            if kinds[move] == LOG:
                continue
            label = labels[move]
            slot = (node * 1_000_003 + label * 97) & (slots.size - 1)
            while slots[slot] >= 0 and (parents[slots[slot]] != node or marks[slots[slot]] != label):
                slot = (slot + 1) & (slots.size - 1)
            if slots[slot] < 0:
                if nodes >= states.size:
                    states, weights = larger(states, 2 * nodes), larger(weights, 2 * nodes)
                    following, parents = larger(following, 2 * nodes), larger(parents, 2 * nodes)
                    marks = larger(marks, 2 * nodes)
                slots[slot] = nodes
                states[nodes] = delta[states[node], label]
                parents[nodes], marks[nodes] = node, label
                following[node] += 1
                node = nodes
                nodes += 1
                if 2 * nodes > slots.size:
                    slots = np.full(2 * slots.size, -1, dtype=np.int64)
                    for other in range(1, nodes):
                        slot = (parents[other] * 1_000_003 + marks[other] * 97) & (slots.size - 1)
                        while slots[slot] >= 0:
                            slot = (slot + 1) & (slots.size - 1)
                        slots[slot] = other
            else:
                node = slots[slot]
            weights[node] += counts[variant]
    seen = possible = 0
    for node in range(nodes):
        seen += weights[node] * following[node]
        possible += weights[node] * allowed[states[node]]
    return seen, possible


def precision(log: VariantLog, alignments: Alignments, standard: FlowStandard) -> float | None:
    """Escaping edges on aligned words, weighted by cases.

    For each prefix p of an aligned word: w(p) cases run through it, ex(p) labels follow it in some aligned word,
    av(p) labels may follow it in the standard; precision = sum of w x |ex| / sum of w x |av| (Adriansyah,
    Munoz-Gama, Carmona, van Dongen, van der Aalst 2015, "Measuring precision of modeled behavior", section 4, with
    the one alignment of each variant), 1 where the standard never allows anything. None where a variant with cases
    has no exact alignment. Linear in the moves.

    pm4py's `precision_alignments` gives the same figure where every case is a run of the standard and nothing may
    follow where cases end. Elsewhere it differs: it leaves out the prefixes at which cases end, aligns every prefix
    of the log for itself (what follows is what the log did next, not what the alignment of the whole case says),
    and after silent choices looks on from one of the markings that a prefix leads to, not from all.
    """
    automaton = standard.automaton
    if not (alignments.is_exact | (log.case_counts == 0)).all():
        return None
    allowed = (automaton.delta >= 0).sum(axis=1).astype(np.int64)
    seen, possible = edges_seen(
        alignments.kinds,
        alignments.label_codes,
        alignments.offsets,
        np.array(log.case_counts),
        automaton.delta,
        allowed,
    )
    return int(seen) / int(possible) if possible else 1.0
