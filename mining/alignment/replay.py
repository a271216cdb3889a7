"""Which elements of the standard a run of step names used."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mining.statespace.space import StateSpace

_FAR = np.int32(1 << 29)


@dataclass(slots=True)
class ElementReplay:
    """Replays words on the original state space with as few silent steps as possible, then by element order.

    As in mining.alignment.cost_to_go, vectors g[s] = least number of silent steps from state s to the end of the word
    are built backwards, hash-consed and shared between words; a walk forward takes the first element in order.
    """

    space: StateSpace
    labels: tuple[str, ...]
    is_open: bool
    max_bytes: int
    _by_label: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(init=False)
    _silent: tuple[NDArray[np.int64], NDArray[np.int64]] = field(init=False)
    _steps: list[dict[int, list[tuple[int, int]]]] = field(init=False)
    _hidden: dict[int, list[tuple[int, int]]] = field(init=False)
    _leads: NDArray[np.bool_] = field(init=False)
    _vectors: list[NDArray[np.int32]] = field(default_factory=list)
    _number_of: dict[bytes, int] = field(default_factory=dict)
    _table: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _words: dict[tuple[int, ...], tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        code = {label: number for number, label in enumerate(self.labels)}
        self._leads = self.space.leads_to_end()
        code_of = np.asarray([code[e.name] if e.is_visible else -1 for e in self.space.elements], dtype=np.int64)
        kept = self._leads[self.space.target] if self.space.target.size else np.zeros(0, dtype=np.bool_)
        source, target, element = self.space.source[kept], self.space.target[kept], self.space.element[kept]
        label = code_of[element] if element.size else element
        self._by_label = [(source[label == n], target[label == n]) for n in range(len(self.labels))]
        self._silent = (source[label == -1], target[label == -1])
        self._steps = [{} for _ in self.labels]
        self._hidden = {}
        # Edges come sorted by source, element, target, and so does each list.
        for s, t, e, n in zip(source.tolist(), target.tolist(), element.tolist(), label.tolist(), strict=True):
            where = self._hidden if n < 0 else self._steps[n]
            where.setdefault(s, []).append((e, t))

    def elements(self, word: tuple[int, ...]) -> tuple[int, ...]:
        """For each label code of `word`, the element (index) that the canonical run fires for it."""
        known = self._words.get(word)
        if known is None:
            if len(self._vectors) * (self.space.state_count * 8 + 200) > self.max_bytes:
                self._vectors.clear()
                self._number_of.clear()
                self._table.clear()
            known = self._replayed(word)
            self._words[word] = known
        return known

    def _replayed(self, word: tuple[int, ...]) -> tuple[int, ...]:
        end = np.full(self.space.state_count, _FAR, dtype=np.int32)
        if self.is_open:
            end[self._leads] = 0
        else:
            end[list(self.space.finals)] = 0
        vector, offset = self._kept(self._closed(end))
        suffixes = [(vector, offset)]
        for label in reversed(word):
            before = self._table.get((vector, label))
            if before is None:
                before = self._before(vector, label)
                self._table[vector, label] = before
            vector, offset = before[0], offset + before[1]
            suffixes.append((vector, offset))
        suffixes.reverse()
        return self._walked(word, [(self._vectors[number], offset) for number, offset in suffixes])

    def _before(self, vector: int, label: int) -> tuple[int, int]:
        after = self._vectors[vector]
        source, target = self._by_label[label]
        cost = np.full(self.space.state_count, _FAR, dtype=np.int32)
        np.minimum.at(cost, source, after[target])
        return self._kept(self._closed(cost))

    def _closed(self, cost: NDArray[np.int32]) -> NDArray[np.int32]:
        source, target = self._silent
        while source.size:
            better = cost[target] + np.int32(1) < cost[source]
            if not better.any():
                break
            np.minimum.at(cost, source[better], cost[target[better]] + np.int32(1))
        return cost

    def _kept(self, vector: NDArray[np.int32]) -> tuple[int, int]:
        """Number of `vector` with its least entry taken off, and that entry."""
        least = int(vector.min())
        vector = np.where(vector < _FAR, vector - np.int32(least), _FAR).astype(np.int32)
        key = vector.tobytes()
        number = self._number_of.get(key)
        if number is None:
            number = len(self._vectors)
            self._number_of[key] = number
            self._vectors.append(vector)
        return number, least

    def _walked(self, word: tuple[int, ...], suffixes: list[tuple[NDArray[np.int32], int]]) -> tuple[int, ...]:
        """The first word of elements, in order, among the runs with fewest silent steps.

        Walks all those runs at once: `states` holds where they can be after the same elements.
        """
        states, found = [self.space.initial], []
        for position, label in enumerate(word):
            (here, offset), (there, offset_there) = suffixes[position], suffixes[position + 1]
            seen = set(states)
            for state in states:
                for _, target in self._hidden.get(state, ()):
                    if target not in seen and here[target] == here[state] - 1:
                        seen.add(target)
                        states.append(target)
            fires = [
                (element, target)
                for state in states
                for element, target in self._steps[label].get(state, ())
                if there[target] + offset_there == here[state] + offset
            ]
            best = min(element for element, _ in fires)
            found.append(best)
            states = sorted({target for element, target in fires if element == best})
        return tuple(found)
