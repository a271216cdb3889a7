"""An automaton's transitions in the orders that aligning needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mining.automaton.automaton import Automaton
from mining.automaton.edges import distinct_sources, grouped

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Transitions from a state (`out_*`, labels in order), of a label (`label_*`), and into a state (`into_*`).

    `into_source` names each source once, however many labels lead from it; loops on one state are left out, as no
    cheapest run takes one as a model move.
    """

    state_count: int
    label_count: int
    delta: NDArray[np.int32]
    is_accepting: NDArray[np.bool_]
    shortest: NDArray[np.int32]
    out_start: Ints
    out_label: Ints
    out_target: Ints
    label_start: Ints
    label_source: Ints
    label_target: Ints
    into_start: Ints
    into_source: Ints

    @classmethod
    def of(cls, automaton: Automaton) -> Flow:
        """O(states x labels)."""
        states = automaton.state_count
        rows, columns = np.nonzero(automaton.delta >= 0)
        source, label = rows.astype(np.int64), columns.astype(np.int64)
        target = automaton.delta[rows, columns].astype(np.int64)
        out_start, _ = grouped(source, states)
        label_start, by_label = grouped(label, len(automaton.labels))
        into_start, into_source = distinct_sources(source, target, states)
        return cls(
            state_count=states,
            label_count=len(automaton.labels),
            delta=np.ascontiguousarray(automaton.delta),
            is_accepting=automaton.is_accepting,
            shortest=automaton.shortest.astype(np.int32),
            out_start=out_start,
            out_label=label,
            out_target=target,
            label_start=label_start,
            label_source=source[by_label],
            label_target=target[by_label],
            into_start=into_start,
            into_source=into_source,
        )
