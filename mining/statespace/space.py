"""A labelled transition system: the states of a token game and the elements that lead from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Tokens = tuple[int, ...]
"""A marking: indices of places, sorted, one entry per token."""


@dataclass(frozen=True, slots=True)
class Element:
    """A part of the standard that fires; `is_visible` where it leaves an event in the log under `name`."""

    id: str
    name: str
    is_visible: bool

    @property
    def told(self) -> str:
        """The element in words, for errors."""
        return f"'{self.name}' ({self.id})" if self.name and self.name != self.id else self.id


@dataclass(frozen=True, slots=True, eq=False)
class StateSpace:
    """States 0 to `state_count` - 1, numbered breadth first from the initial state 0.

    Edge e leads from `source[e]` to `target[e]` by element `element[e]` (an index into `elements`); edges are
    sorted by source, element, target (int64 arrays of equal length). `elements` is sorted by name and id.
    `tokens[s]` is the marking of state s as place indices, `places` tells each place in words, `finals` are the
    states in which the flow is complete and `final_rule` says how they were found. `notes` (element id, sentence)
    tell what was bounded or read in one of several possible ways.

    `doubled` are (place, first state in which two tokens stand on it) and `improper` (element of an end event, first
    state in which it fires and leaves other tokens behind); only drawings have the latter.
    """

    source_name: str
    elements: tuple[Element, ...]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    element: NDArray[np.int64]
    finals: tuple[int, ...]
    final_rule: str
    places: tuple[str, ...]
    tokens: tuple[Tokens, ...]
    notes: tuple[tuple[str, str], ...] = ()
    doubled: tuple[tuple[int, int], ...] = ()
    improper: tuple[tuple[int, int], ...] = ()

    @property
    def state_count(self) -> int:
        """Number of states."""
        return len(self.tokens)

    @property
    def initial(self) -> int:
        """The initial state."""
        return 0

    def leads_to_end(self) -> NDArray[np.bool_]:
        """For each state, whether an end can be reached from it. O(states + edges)."""
        into: list[list[int]] = [[] for _ in range(self.state_count)]
        for source, target in zip(self.source.tolist(), self.target.tolist(), strict=True):
            into[target].append(source)
        found = np.zeros(self.state_count, dtype=np.bool_)
        found[list(self.finals)] = True
        waiting = list(self.finals)
        while waiting:
            for state in into[waiting.pop()]:
                if not found[state]:
                    found[state] = True
                    waiting.append(state)
        return found


def doubled_places(markings: Sequence[Tokens]) -> tuple[tuple[int, int], ...]:
    """(place, first of the markings in which two tokens stand on it), sorted by place."""
    found: dict[int, int] = {}
    for number, tokens in enumerate(markings):
        if len(set(tokens)) < len(tokens):
            for first, second in pairwise(tokens):
                if first == second:
                    found.setdefault(first, number)
    return tuple(sorted(found.items()))
