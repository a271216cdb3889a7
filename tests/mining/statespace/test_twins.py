"""The game against a naive one: BPMN 2.0.2, 13.3 and 13.4 word for word, with all paths written out."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from mining.bpmn import read_bpmn
from mining.errors import MiningError
from mining.statespace import StateSpace, explore_drawing
from mining.statespace.compiling import GameCompiler
from mining.statespace.explore import Firing, TokenGame, explore
from mining.statespace.explore_nested import explore_nested
from tests.builders.languages import language
from tests.mining.random_drawings import Graph, drawn_graph, graphs

LONGEST = 5
MOST_STATES = 400
Marking = tuple[str, ...]


def paths_to(gateway: str, graph: Graph, flow: str) -> set[str]:
    """Flows into `gateway` that end a path which starts with `flow` and does not visit the gateway in between."""
    _, flows = graph
    target_of = {identity: target for identity, _, target in flows}
    ends: set[str] = set()
    waiting = [(flow,)]
    while waiting:
        path = waiting.pop()
        here = target_of[path[-1]]
        if here == gateway:
            ends.add(path[-1])
            continue
        # A path that comes back to a flow that it has used ends where a shorter one does.
        waiting += [(*path, identity) for identity, source, _ in flows if source == here and identity not in path]
    return ends


def may_join(gateway: str, graph: Graph, marking: Marking) -> bool:
    """13.4.3: an incoming flow has a token; a token that can reach an empty one can reach a filled one, too."""
    incoming = {identity for identity, _, target in graph[1] if target == gateway}
    filled = incoming & set(marking)
    empty = incoming - filled
    if not filled:
        return False
    for flow in set(marking) - incoming:
        ends = paths_to(gateway, graph, flow)
        if ends & empty and not ends & filled:
            return False
    return True


def naive_moves(graph: Graph, marking: Marking) -> list[tuple[str, Marking]]:
    tags, flows = graph
    moves = []
    for name, tag in tags.items():
        into = [identity for identity, _, target in flows if target == name]
        out = [identity for identity, source, _ in flows if source == name]
        if tag == "startEvent":
            takes = [("before",)] if "before" in marking else []
        elif tag == "parallelGateway":
            takes = [tuple(into)] if set(into) <= set(marking) else []
        elif tag == "inclusiveGateway" and len(into) > 1:
            takes = [tuple(sorted(set(into) & set(marking)))] if may_join(name, graph, marking) else []
        else:
            takes = [(flow,) for flow in into if flow in marking]
        gives: list[tuple[str, ...]] = [tuple(out)]
        if tag == "exclusiveGateway":
            gives = [(flow,) for flow in out] or [()]
        elif tag == "inclusiveGateway":
            gives = list(chain.from_iterable(combinations(out, n) for n in range(1, len(out) + 1))) or [()]
        for taken in takes:
            left = list(marking)
            for flow in taken:
                left.remove(flow)
            moves += [(name, tuple(sorted([*left, *given_]))) for given_ in gives]
    return moves


def naive_language(graph: Graph) -> frozenset[tuple[str, ...]]:
    start: tuple[tuple[str, ...], Marking] = ((), ("before",))
    seen, waiting = {start}, [start]
    words = set()
    while waiting:
        word, marking = waiting.pop()
        assert len(seen) < 8_000, "the naive game has no end where the other has one"
        if not marking:
            words.add(word)
        for name, there in naive_moves(graph, marking):
            longer = (*word, name) if graph[0][name] == "task" else word
            if len(longer) <= LONGEST and (longer, there) not in seen:
                seen.add((longer, there))
                waiting.append((longer, there))
    return frozenset(words)


def played(graph: Graph) -> StateSpace | None:
    """None where the flow is unbounded or large: others test that."""
    try:
        return explore_drawing(read_bpmn(drawn_graph(graph), source="f"), max_states=MOST_STATES)
    except MiningError:
        return None


@settings(max_examples=300, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(graphs(kinds="Axpoo"))
def test_the_game_follows_the_rules_word_for_word(graph: Graph) -> None:
    space = played(graph)
    assume(space is not None)
    assert space is not None
    words = naive_language(graph)
    assert language(space, LONGEST) == words


@settings(max_examples=200)
@given(graphs(kinds="AAxp"))
def test_the_net_and_the_nested_game_are_one(graph: Graph) -> None:
    game = GameCompiler(read_bpmn(drawn_graph(graph), source="f"), silent=(), observed=(), at_once=3).compile()
    assert game.is_plain
    firings = tuple(Firing(step.element, step.taken, step.given) for step in game.steps)
    net = TokenGame("f", game.elements, game.places, firings, game.scopes[0].initial)
    try:
        one = explore(net, max_states=MOST_STATES)
    except MiningError:
        with pytest.raises(MiningError):
            explore_nested(game, max_states=MOST_STATES)
        return
    two = explore_nested(game, max_states=MOST_STATES)
    named = [{(e.tokens[a], element, e.tokens[b]) for a, element, b in e.edges} for e in (one, two)]
    assert named[0] == named[1]
    assert set(one.tokens) == set(two.tokens)
