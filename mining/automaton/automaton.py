"""A deterministic automaton over step names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """Minimal, every state leads to an end; numbered breadth first from 0 with labels in order.

    `labels` are the step names, sorted. `delta[s, a]` is the state after label a in state s, -1 where the label
    can't happen (int32, states x labels). `is_accepting[s]` tells ends; `shortest[s]` is the least number of steps
    from s to one (int64).
    """

    labels: tuple[str, ...]
    delta: NDArray[np.int32]
    is_accepting: NDArray[np.bool_]
    shortest: NDArray[np.int64]

    @property
    def state_count(self) -> int:
        """Number of states."""
        return int(self.delta.shape[0])

    @property
    def shortest_run(self) -> int:
        """Number of steps of a shortest run."""
        return int(self.shortest[0])

    def accepts(self, word: tuple[str, ...]) -> bool:
        """Whether `word` is a whole run. O(length)."""
        code = {label: number for number, label in enumerate(self.labels)}
        state = 0
        for label in word:
            if label not in code:
                return False
            state = int(self.delta[state, code[label]])
            if state < 0:
                return False
        return bool(self.is_accepting[state])


def language(automaton: Automaton, max_length: int) -> tuple[tuple[str, ...], ...]:
    """All runs of at most `max_length` steps, by length, then by labels. For tests and play-out."""
    runs = []
    layer: list[tuple[tuple[str, ...], int]] = [((), 0)]
    for length in range(max_length + 1):
        runs += [word for word, state in layer if automaton.is_accepting[state]]
        if length == max_length:
            break
        layer = [
            ((*word, label), int(automaton.delta[state, number]))
            for word, state in layer
            for number, label in enumerate(automaton.labels)
            if automaton.delta[state, number] >= 0
            # A run that can't end within the bound is not followed.
            and length + 1 + automaton.shortest[automaton.delta[state, number]] <= max_length
        ]
    return tuple(runs)
