"""The automaton is minimal, canonical and has the language of the space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from mining.automaton import automaton_of, language
from mining.automaton.acyclic import equal_futures_without_rings
from mining.automaton.minimise import equal_futures
from mining.errors import MiningError
from mining.statespace import StateSpace
from tests.mining.drawn import standard
from tests.mining.random_spaces import spaces
from tests.mining.twins import words_of


@given(spaces())
def test_same_language_as_the_space(space: StateSpace) -> None:
    assert set(language(automaton_of(space), 5)) == words_of(space, 5)


@given(spaces())
def test_states_differ_in_their_futures(space: StateSpace) -> None:
    automaton = automaton_of(space)
    count = automaton.state_count
    # Table filling: a pair differs when one accepts and the other doesn't, or a label leads to a differing pair.
    differ = {
        (p, q) for p in range(count) for q in range(count) if automaton.is_accepting[p] != automaton.is_accepting[q]
    }
    grown = True
    while grown:
        grown = False
        for p in range(count):
            for q in range(count):
                if p == q or (p, q) in differ:
                    continue
                for a in range(len(automaton.labels)):
                    x, y = int(automaton.delta[p, a]), int(automaton.delta[q, a])
                    if (x < 0) != (y < 0) or (x, y) in differ:
                        differ.add((p, q))
                        grown = True
                        break
    assert len(differ) == count * (count - 1)


@given(spaces())
def test_numbered_breadth_first_and_all_lead_to_an_end(space: StateSpace) -> None:
    automaton = automaton_of(space)
    order = [0]
    for state in order:
        for target in automaton.delta[state].tolist():
            if target >= 0 and target not in order:
                order.append(target)
    assert order == list(range(automaton.state_count))
    assert (automaton.shortest >= 0).all()
    assert automaton.labels == tuple(sorted(automaton.labels))


def test_accepts() -> None:
    automaton = standard("s x1 A x2 e", "x2 B x1").automaton
    assert automaton.accepts(("A", "B", "A"))
    assert not automaton.accepts(("A", "B"))
    assert not automaton.accepts(("Z",))
    assert automaton.shortest.tolist() == [1, 0]


def test_the_bound_is_an_answer() -> None:
    flow = standard("s p1 T0 p2 e", *(f"p1 T{n} p2" for n in range(1, 8)))
    with pytest.raises(MiningError, match="more than 100 states"):
        automaton_of(flow.space, max_states=100)


@given(spaces())
def test_both_minimisations_agree(space: StateSpace) -> None:
    """On an unfolded automaton, a tree of its runs: without rings, and far from minimal."""
    automaton = automaton_of(space)
    states, tails, labels, heads = [0], [], [], []
    depth = [0]
    for number, state in enumerate(states):
        for label, target in enumerate(automaton.delta[state].tolist()):
            if target >= 0 and depth[number] < 4 and len(states) < 300:
                tails.append(number)
                labels.append(label)
                heads.append(len(states))
                states.append(target)
                depth.append(depth[number] + 1)
    arrays = [np.asarray(values, dtype=np.int64) for values in (tails, labels, heads)]
    ends = np.asarray([bool(automaton.is_accepting[state]) for state in states])
    # Every state must lead to an end: those that don't are made ends.
    for number in range(len(states) - 1, -1, -1):
        ends[number] |= number not in tails
    options = (len(states), max(1, len(automaton.labels)), *arrays, ends)
    one, other = equal_futures_without_rings(*options), equal_futures(*options)
    assert one[0] == other[0]
    # The same classes under other numbers.
    assert len(set(zip(one[1].tolist(), other[1].tolist(), strict=True))) == one[0]


def test_a_ring_is_told() -> None:
    ring = np.asarray([0, 1], dtype=np.int64)
    classes, _ = equal_futures_without_rings(
        2, 1, ring, np.zeros(2, dtype=np.int64), ring[::-1].copy(), np.asarray([True, False])
    )
    assert classes == -1
