"""The token game of a BPMN drawing (BPMN 2.0.2, sections 13.2 to 13.4)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mining.bpmn.drawing import Drawing, Node
from mining.statespace.explore import MAX_STATES, Firing, TokenGame, explore
from mining.statespace.space import Element, StateSpace, Tokens


def drawing_game(drawing: Drawing, *, silent: Collection[str] = ()) -> TokenGame:
    """The game of `drawing`; tasks whose id is in `silent` leave no event.

    Places are the sequence flows, and one place before the start. A step fires atomically: it takes a token from
    one of the flows into it (each token passes by itself, 13.3.2) and puts one on every flow out of it (an
    implicit parallel split). An exclusive gateway passes a token to one flow (13.4.2), a parallel gateway waits
    for one on every flow (13.4.1). Start events are alternatives; without any, each node without a flow into it
    starts with the case. Tokens that reach an end event or a node without a flow out of it are gone.
    """
    nodes = sorted(drawing.nodes, key=lambda node: (node.name or node.id, node.id))
    name_of = {node.id: node.name or node.id for node in nodes}
    places = ["the start"]
    into: dict[str, list[int]] = {node.id: [] for node in nodes}
    out_of: dict[str, list[int]] = {node.id: [] for node in nodes}
    for flow in sorted(drawing.flows, key=lambda flow: flow.id):
        out_of[flow.source].append(len(places))
        into[flow.target].append(len(places))
        places.append(f"the flow from '{name_of[flow.source]}' to '{name_of[flow.target]}' ({flow.id})")
    starts = [node for node in nodes if node.type == "startEvent"]
    initial: list[int] = []
    if starts:
        initial.append(0)
        for node in starts:
            into[node.id] = [0]
    else:
        for node in nodes:
            if not into[node.id]:
                into[node.id] = [len(places)]
                initial.append(len(places))
                places.append(f"the start of '{name_of[node.id]}' ({node.id})")
    firings = [
        Firing(number, taken, given)
        for number, node in enumerate(nodes)
        for taken, given in _ways(node, into[node.id], out_of[node.id])
    ]
    elements = tuple(
        Element(node.id, name_of[node.id], is_visible=node.is_task and node.id not in silent) for node in nodes
    )
    return TokenGame(drawing.source, elements, tuple(places), tuple(sorted(firings)), tuple(sorted(initial)))


def _ways(node: Node, into: list[int], out_of: list[int]) -> list[tuple[Tokens, Tokens]]:
    everywhere = tuple(sorted(out_of))
    if node.type == "parallelGateway":
        return [(tuple(sorted(into)), everywhere)]
    if node.type == "exclusiveGateway":
        given: list[Tokens] = [(place,) for place in out_of] or [()]
        return [((place,), each) for place in into for each in given]
    return [((place,), everywhere) for place in into]


def explore_drawing(drawing: Drawing, *, silent: Collection[str] = (), max_states: int = MAX_STATES) -> StateSpace:
    """State space of `drawing`; the flow is complete when no tokens are left (13.5.6).

    `silent` holds ids of tasks that leave no event. Raises MiningError past `max_states` or where unbounded.
    """
    game = drawing_game(drawing, silent=silent)
    explored = explore(game, max_states=max_states)
    edges = np.asarray(explored.edges, dtype=np.int64).reshape(-1, 3)
    return StateSpace(
        source_name=drawing.source,
        elements=game.elements,
        source=edges[:, 0],
        target=edges[:, 2],
        element=edges[:, 1],
        finals=tuple(state for state, tokens in enumerate(explored.tokens) if not tokens),
        final_rule="no tokens are left",
        places=game.places,
        tokens=explored.tokens,
    )
