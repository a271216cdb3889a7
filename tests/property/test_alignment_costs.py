"""Alignments on random spaces and traces: cost, canonical moves and elements, against naive twins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.alignment import LOG, MODEL, MOVE_NAMES, SYNCHRONOUS, Alignments, Budget, align, engine
from mining.events import variant_log_of
from mining.standard import FlowStandard, match_activities
from mining.statespace import StateSpace
from tests.mining.alignment.naive_moves import Move, naive_moves
from tests.mining.random_spaces import spaces, standard_of_space, traces
from tests.mining.twins import best_elements, brute_cost, dijkstra_cost, words_of


def aligned(
    standard: FlowStandard, *rows: list[str], is_open: bool = False, budget: Budget | None = None
) -> Alignments:
    log = variant_log_of(rows)
    match = match_activities(standard, log.activities, mapping={})
    return align(log, standard, match, is_open=is_open, budget=budget)


@given(spaces(), st.lists(st.sampled_from(("a", "b", "unknown")), max_size=3), st.booleans())
def test_cost_is_that_of_trying_all_runs(space: StateSpace, trace: list[str], is_open: bool) -> None:
    assert aligned(standard_of_space(space), trace, is_open=is_open).cost[0] == brute_cost(
        space, trace, is_open=is_open
    )


@given(spaces(), st.lists(traces, min_size=1, max_size=4), st.booleans())
def test_cost_is_that_of_a_plain_search(space: StateSpace, rows: list[list[str]], is_open: bool) -> None:
    found = aligned(standard_of_space(space), *rows, is_open=is_open)
    assert list(found.cost) == [dijkstra_cost(space, row, is_open=is_open) for row in rows]


@given(spaces(), traces, st.booleans())
def test_the_moves_project_to_the_trace_and_to_a_run(space: StateSpace, trace: list[str], is_open: bool) -> None:
    found = aligned(standard_of_space(space), trace, is_open=is_open)
    kinds = found.kinds.tolist()
    log_side = [int(p) for p, kind in zip(found.positions, kinds, strict=True) if kind != MODEL]
    assert log_side == list(range(1, len(trace) + 1))
    run = tuple(label for label, kind in zip(found.labels, kinds, strict=True) if kind != LOG)
    assert run in words_of(space, len(run), prefixes=is_open)
    assert sum(kind != SYNCHRONOUS for kind in kinds) == found.cost[0]
    for kind, position, label in zip(kinds, found.positions.tolist(), found.labels, strict=True):
        if kind != MODEL:
            assert trace[position - 1] == label
        else:
            assert position == 0
    assert found.fitness[0] is not None
    assert 0 <= found.fitness[0] <= 1


@given(spaces(), traces, st.booleans())
def test_elements_are_those_of_the_first_run_with_fewest_silent_steps(
    space: StateSpace, trace: list[str], is_open: bool
) -> None:
    found = aligned(standard_of_space(space), trace, is_open=is_open)
    kinds = found.kinds.tolist()
    run = [label for label, kind in zip(found.labels, kinds, strict=True) if kind != LOG]
    named = [identity for identity, kind in zip(found.element_ids, kinds, strict=True) if kind != LOG]
    assert tuple(named) == best_elements(space, run, is_open=is_open)
    assert all(i is None for i, kind in zip(found.element_ids, kinds, strict=True) if kind == LOG)


@given(spaces(), st.lists(traces, min_size=2, max_size=5), st.booleans(), st.randoms())
def test_the_order_of_variants_does_not_count(
    space: StateSpace, rows: list[list[str]], is_open: bool, chance: object
) -> None:
    standard = standard_of_space(space)
    alone = [aligned(standard, row, is_open=is_open) for row in rows]
    together = aligned(standard, *rows, is_open=is_open)
    for number, one in enumerate(alone):
        first, last = together.offsets[number], together.offsets[number + 1]
        assert together.kinds[first:last].tolist() == one.kinds.tolist()
        assert together.labels[first:last] == one.labels
        assert together.element_ids[first:last] == one.element_ids


@given(spaces(), traces, st.booleans(), st.integers(0, 12))
def test_past_the_budget_the_bounds_hold(space: StateSpace, trace: list[str], is_open: bool, nodes: int) -> None:
    standard = standard_of_space(space)
    true = aligned(standard, trace, is_open=is_open)
    found = aligned(standard, trace, is_open=is_open, budget=Budget(max_nodes=nodes))
    cost = dijkstra_cost(space, trace, is_open=is_open)
    assert found.lower[0] <= cost <= found.upper[0]
    if found.is_exact[0]:
        assert found.cost[0] == cost
        assert found.labels == true.labels
        assert found.kinds.tolist() == true.kinds.tolist()
    else:
        assert found.cost[0] is None
        assert found.fitness[0] is None
        assert len(found.kinds) == 0


@given(spaces(), traces, st.booleans())
def test_small_memory_changes_nothing(space: StateSpace, trace: list[str], is_open: bool) -> None:
    standard = standard_of_space(space)
    plenty = aligned(standard, trace, trace[::-1], is_open=is_open)
    scarce = aligned(standard, trace, trace[::-1], is_open=is_open, budget=Budget(max_bytes=0))
    assert plenty.labels == scarce.labels
    assert plenty.element_ids == scarce.element_ids
    assert np.array_equal(plenty.kinds, scarce.kinds)


def told(found: Alignments, variant: int) -> list[Move]:
    """Moves of a variant as the naive twin writes them."""
    first, last = found.offsets[variant], found.offsets[variant + 1]
    return [
        (MOVE_NAMES[kind], position, label)
        for kind, position, label in zip(
            found.kinds[first:last].tolist(),
            found.positions[first:last].tolist(),
            found.labels[first:last],
            strict=True,
        )
    ]


@contextmanager
def searching(*, most_states: int) -> Iterator[None]:
    """Search on every automaton of more states."""
    before = engine.MOST_STATES_AT_ONCE
    engine.MOST_STATES_AT_ONCE = most_states
    try:
        yield
    finally:
        engine.MOST_STATES_AT_ONCE = before


@given(spaces(), st.lists(traces, min_size=1, max_size=4), st.booleans())
def test_the_moves_are_those_of_the_rule(space: StateSpace, rows: list[list[str]], is_open: bool) -> None:
    standard = standard_of_space(space)
    naive = [naive_moves(standard.automaton, row, is_open=is_open) for row in rows]
    by_vectors = aligned(standard, *rows, is_open=is_open)
    assert [told(by_vectors, number) for number in range(len(rows))] == naive
    with searching(most_states=0):
        by_search = aligned(standard, *rows, is_open=is_open)
    assert [told(by_search, number) for number in range(len(rows))] == naive
    assert by_search.cost == by_vectors.cost


@pytest.mark.slow
@settings(max_examples=5_000)
@given(spaces(), st.lists(traces, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_five_thousand_small_flows(space: StateSpace, rows: list[list[str]], is_open: bool, is_searched: bool) -> None:
    """Cost by trying all runs where that is feasible, by a plain search elsewhere; the whole alignment by the rule."""
    standard = standard_of_space(space)
    with searching(most_states=0 if is_searched else 400):
        found = aligned(standard, *rows, is_open=is_open)
    for number, row in enumerate(rows):
        cost = found.cost[number]
        assert cost == dijkstra_cost(space, row, is_open=is_open)
        if len(row) <= 2:
            assert cost == brute_cost(space, row, is_open=is_open)
        assert told(found, number) == naive_moves(standard.automaton, row, is_open=is_open)
        first, last = found.offsets[number], found.offsets[number + 1]
        kinds = found.kinds[first:last].tolist()
        labels = found.labels[first:last]
        assert sum(kind != SYNCHRONOUS for kind in kinds) == cost
        assert [label for kind, label in zip(kinds, labels, strict=True) if kind != MODEL] == row
        run = [label for kind, label in zip(kinds, labels, strict=True) if kind != LOG]
        named = [i for kind, i in zip(kinds, found.element_ids[first:last], strict=True) if kind != LOG]
        # A run of the space, and the first one in order.
        assert tuple(named) == best_elements(space, run, is_open=is_open)


@pytest.mark.parametrize("is_open", [False, True])
def test_every_short_trace_on_one_flow(is_open: bool) -> None:
    from tests.mining.drawn import standard

    flow = standard("s p1 A p2 C e", "p1 B p2")
    rows = [list(row) for size in range(5) for row in itertools.product("ABC", repeat=size)]
    found = aligned(flow, *rows, is_open=is_open)
    assert list(found.cost) == [brute_cost(flow.space, row, is_open=is_open) for row in rows]
