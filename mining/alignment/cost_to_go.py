"""Exact costs to go for every state at once: vectors over the automaton, shared between variants."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mining.automaton.automaton import Automaton

UNKNOWN = -1


@dataclass(slots=True)
class CostVectors:
    """Hash-consed cost vectors of the suffixes of traces.

    For a suffix x of a trace, v[s] is the least cost of aligning x with some run of the automaton from state s (to
    an end, or to anywhere for an open case). Then for activity a before x
    w[s] = min(v[s] + 1, v[delta[s, a]]), closed under model moves: w[s] = min(w[s], w[t] + 1 for s -> t).
    Vectors are kept with their least entry taken off, so that few differ; (vector, activity) -> (vector,
    what was taken off) is a table that all variants share. A new entry costs O(edges x model moves in a row).
    """

    automaton: Automaton
    is_open: bool
    max_bytes: int
    _vectors: list[NDArray[np.int32]] = field(default_factory=list)
    _number_of: dict[bytes, int] = field(default_factory=dict)
    _table: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _sources: NDArray[np.int64] = field(init=False)
    _starts: NDArray[np.int64] = field(init=False)
    _targets: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        rows, columns = np.nonzero(self.automaton.delta >= 0)
        pairs = np.unique(np.column_stack([rows, self.automaton.delta[rows, columns]]), axis=0)
        self._targets = pairs[:, 1].astype(np.int64)
        self._sources, self._starts = (array.astype(np.int64) for array in np.unique(pairs[:, 0], return_index=True))

    def suffixes(self, codes: list[int]) -> list[tuple[int, int]]:
        """For i = 0 ... len(codes), (vector, offset) of the suffix from i: cost to go from s is vector[s] + offset."""
        self._make_room()
        start = np.zeros(self.automaton.state_count) if self.is_open else self.automaton.shortest
        vector, offset = self._kept(np.asarray(start, dtype=np.int32)), 0
        found = [(vector, 0)]
        for code in reversed(codes):
            if code == UNKNOWN:
                offset += 1
            else:
                step = self._table.get((vector, code))
                if step is None:
                    step = self._before(vector, code)
                    self._table[vector, code] = step
                vector, offset = step[0], offset + step[1]
            found.append((vector, offset))
        found.reverse()
        return found

    def vector(self, number: int) -> NDArray[np.int32]:
        """A vector by its number; valid until the next call of `suffixes`."""
        return self._vectors[number]

    def _make_room(self) -> None:
        if len(self._vectors) * (self.automaton.state_count * 8 + 200) > self.max_bytes:
            self._vectors.clear()
            self._number_of.clear()
            self._table.clear()

    def _kept(self, vector: NDArray[np.int32]) -> int:
        key = vector.tobytes()
        number = self._number_of.get(key)
        if number is None:
            number = len(self._vectors)
            self._number_of[key] = number
            self._vectors.append(vector)
        return number

    def _before(self, vector: int, code: int) -> tuple[int, int]:
        after = self._vectors[vector]
        column = self.automaton.delta[:, code]
        cost = after + np.int32(1)
        possible = column >= 0
        cost[possible] = np.minimum(cost[possible], after[column[possible]])
        while self._targets.size:
            through = np.minimum.reduceat(cost[self._targets], self._starts) + np.int32(1)
            better = through < cost[self._sources]
            if not better.any():
                break
            cost[self._sources[better]] = through[better]
        least = int(cost.min())
        return self._kept(cost - np.int32(least)), least
