"""The token game of a Petri net, and where it ends."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mining.errors import MiningError, Problem
from mining.petri.net import Marking, Net
from mining.statespace.explore import MAX_STATES, Explored, Firing, TokenGame, explore
from mining.statespace.space import Element, StateSpace, Tokens, doubled_places


def net_game(net: Net, *, silent: Collection[str] = ()) -> TokenGame:
    """The game of `net`; transitions whose id is in `silent` leave no event."""
    place_of = {place.id: number for number, place in enumerate(net.places)}
    transitions = sorted(net.transitions, key=lambda t: (t.label or "", t.id))
    taken: dict[str, list[int]] = {transition.id: [] for transition in transitions}
    given: dict[str, list[int]] = {transition.id: [] for transition in transitions}
    for arc in net.arcs:
        if arc.source in place_of:
            taken[arc.target] += [place_of[arc.source]] * arc.weight
        else:
            given[arc.source] += [place_of[arc.target]] * arc.weight
    firings = [
        Firing(number, tuple(sorted(taken[transition.id])), tuple(sorted(given[transition.id])))
        for number, transition in enumerate(transitions)
    ]
    elements = tuple(
        Element(t.id, t.label or "", is_visible=t.label is not None and t.id not in silent) for t in transitions
    )
    places = tuple(f"place '{place.name}' ({place.id})" if place.name else f"place {place.id}" for place in net.places)
    return TokenGame(net.source, elements, places, tuple(sorted(firings)), _tokens(net.initial, place_of))


def _tokens(marking: Marking, place_of: dict[str, int]) -> Tokens:
    return tuple(sorted(place_of[place] for place, count in marking for _ in range(count)))


def explore_net(net: Net, *, silent: Collection[str] = (), max_states: int = MAX_STATES) -> StateSpace:
    """State space of `net`.

    `silent` holds ids of transitions that leave no event. Raises MiningError past `max_states`, where the net is
    unbounded, and where no final marking can be reached.
    """
    game = net_game(net, silent=silent)
    explored = explore(game, max_states=max_states)
    edges = np.asarray(explored.edges, dtype=np.int64).reshape(-1, 3)
    finals, rule = _finals(net, explored)
    if not finals:
        raise MiningError(
            Problem(
                where=net.source,
                what=f"no final marking can be reached ({rule}).",
                todo="State the final marking in the file, and check that the net can reach it.",
            )
        )
    return StateSpace(
        source_name=net.source,
        elements=game.elements,
        source=edges[:, 0],
        target=edges[:, 2],
        element=edges[:, 1],
        finals=finals,
        final_rule=rule,
        places=game.places,
        tokens=explored.tokens,
        doubled=doubled_places(explored.tokens),
    )


def _finals(net: Net, explored: Explored) -> tuple[tuple[int, ...], str]:
    """States that are final markings, and the rule that says so."""
    place_of = {place.id: number for number, place in enumerate(net.places)}
    number_of = {tokens: state for state, tokens in enumerate(explored.tokens)}
    if net.finals:
        rule, wanted = "as stated in the file", [_tokens(marking, place_of) for marking in net.finals]
    else:
        inner = {arc.source for arc in net.arcs}
        entered = {arc.target for arc in net.arcs}
        sinks = [place.id for place in net.places if place.id not in inner and place.id in entered]
        if sinks:
            rule = "one token in the sink place" if len(sinks) == 1 else "one token in one of the sink places"
            wanted = [(place_of[place],) for place in sinks]
        else:
            rule = "no transition can fire"
            moving = {source for source, _, _ in explored.edges}
            wanted = [tokens for state, tokens in enumerate(explored.tokens) if state not in moving]
    return tuple(sorted({number_of[tokens] for tokens in wanted if tokens in number_of})), rule
