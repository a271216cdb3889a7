"""The automaton is minimal, canonical and has the language of the space."""

from __future__ import annotations

import pytest
from hypothesis import given

from mining.automaton import automaton_of, language
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
