"""The state space of a BPMN drawing (BPMN 2.0.2, chapter 13)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mining.bpmn.drawing import Drawing
from mining.statespace.compiling import GameCompiler
from mining.statespace.explore import MAX_STATES, Firing, TokenGame, TooManyStates, explore
from mining.statespace.explore_nested import ExploredNested, explore_nested
from mining.statespace.parts import Game
from mining.statespace.space import StateSpace, doubled_places

MOST_AT_ONCE = 3
"""Instances of a parallel multi-instance sub-process that run side by side in the exploration."""


MOST_TRIED = 60_000
"""States that an attempt with several instances side by side may take, before fewer are tried."""


def explore_drawing(
    drawing: Drawing,
    *,
    silent: Collection[str] = (),
    observed: Collection[str] = (),
    max_states: int = MAX_STATES,
) -> StateSpace:
    """State space of `drawing`; the case is complete when no tokens are left (13.5.6).

    `silent` holds ids of steps that leave no event, `observed` ids of events that leave one. A drawing that only takes
    and gives tokens is explored as the Petri net that it is, any other as nested instances. Where several instances of
    a sub-process may run at a time, up to MOST_AT_ONCE do, fewer where `max_states` would be passed; `notes` of the
    space say so, and what else was bounded or read in one of several ways. Raises MiningError past `max_states` or
    where unbounded.
    """
    at_once = MOST_AT_ONCE
    while True:
        compiler = GameCompiler(drawing, silent=silent, observed=observed, at_once=at_once)
        game = compiler.compile()
        try:
            explored = _explored(game, max_states=min(max_states, MOST_TRIED) if at_once > 1 else max_states)
        except TooManyStates:
            if at_once == 1 or not any(a.passes == "parallel" and a.most != 1 for a in game.activities):
                raise
            at_once -= 1
        else:
            return _space(game, explored)


def _explored(game: Game, *, max_states: int) -> ExploredNested:
    if not game.is_plain:
        return explore_nested(game, max_states=max_states)
    firings = tuple(Firing(step.element, step.taken, step.given) for step in game.steps)
    ends = {step.element for step in game.steps if step.is_end}
    net = TokenGame(game.source_name, game.elements, game.places, firings, game.scopes[0].initial)
    explored = explore(net, max_states=max_states)
    improper: dict[int, int] = {}
    for source, element, target in explored.edges:
        if element in ends and explored.tokens[target]:
            improper.setdefault(element, source)
    return ExploredNested(
        explored.tokens,
        explored.edges,
        tuple(state for state, tokens in enumerate(explored.tokens) if not tokens),
        doubled_places(explored.tokens),
        tuple(sorted(improper.items())),
    )


def _space(game: Game, explored: ExploredNested) -> StateSpace:
    edges = np.asarray(explored.edges, dtype=np.int64).reshape(-1, 3)
    return StateSpace(
        source_name=game.source_name,
        elements=game.elements,
        source=edges[:, 0],
        target=edges[:, 2],
        element=edges[:, 1],
        finals=explored.finals,
        final_rule="no tokens are left",
        places=game.places,
        tokens=explored.tokens,
        notes=game.notes,
        doubled=explored.doubled,
        improper=explored.improper,
    )
