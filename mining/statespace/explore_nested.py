"""Breadth-first exploration of a nested token game."""

from __future__ import annotations

from dataclasses import dataclass

from mining.errors import MiningError, Problem
from mining.statespace.explore import too_many_states
from mining.statespace.nested_game import NestedGame, State, covers
from mining.statespace.parts import Game
from mining.statespace.space import Tokens

_PUMPS = 2
_MAX_CHECKS = 2_000
_MAX_BRANCHES = 50


@dataclass(frozen=True, slots=True)
class ExploredNested:
    """States in order of discovery (tokens at every depth), edges (source, element, target).

    `finals` are the states in which the case is complete, `doubled` (place, first state with two tokens on it),
    `improper` (element of an end event, first state in which it leaves other tokens of its scope instance behind).
    """

    tokens: tuple[Tokens, ...]
    edges: tuple[tuple[int, int, int], ...]
    finals: tuple[int, ...]
    doubled: tuple[tuple[int, int], ...]
    improper: tuple[tuple[int, int], ...]


def explore_nested(game: Game, *, max_states: int) -> ExploredNested:
    """Every reachable state of `game`.

    Raises TooManyStates past `max_states`, MiningError where it is unbounded: a state that covers one on its own path,
    by moves that can be repeated with the same growth (joins that wait and events that end things keep coverage alone
    from proving it). O(states x moves) with the moves of inner instances kept.
    """
    nested = NestedGame(game)
    states: list[State | None] = [nested.initial]
    number_of: dict[State | None, int] = {nested.initial: 0}
    parent: list[tuple[int, int]] = [(-1, -1)]
    record = [0]  # latest state on the path to each, itself included, that was larger than all before it
    before_record: dict[int, int] = {0: -1}
    sizes = [nested.size(nested.initial)]
    edges: set[tuple[int, int, int]] = set()
    doubled: dict[int, int] = {}
    improper: dict[int, int] = {}
    checks = 0
    number = 0
    while number < len(states):
        here = states[number]
        if here is None:
            number += 1
            continue
        for element, there, leaves in nested.moves(here):
            target = number_of.get(there)
            if target is None:
                target = len(states)
                if target >= max_states:
                    raise too_many_states(game.source_name, max_states)
                number_of[there] = target
                states.append(there)
                parent.append((number, element))
                size = 0 if there is None else nested.size(there)
                sizes.append(size)
                latest = record[number]
                if there is not None:
                    for place in nested.doubled(there):
                        doubled.setdefault(place, target)
                    if size > sizes[latest]:
                        if checks < _MAX_CHECKS:
                            checks += _check_bounded(nested, target, latest, states, parent, before_record)
                        before_record[target] = latest
                        latest = target
                record.append(latest)
            if leaves:
                improper.setdefault(element, number)
            edges.add((number, element, target))
        number += 1
    return ExploredNested(
        tuple(() if state is None else nested.tokens(state) for state in states),
        tuple(sorted(edges)),
        (number_of[None],) if None in number_of else (),
        tuple(sorted(doubled.items())),
        tuple(sorted(improper.items())),
    )


def _check_bounded(
    nested: NestedGame,
    target: int,
    latest: int,
    states: list[State | None],
    parent: list[tuple[int, int]],
    before_record: dict[int, int],
) -> int:
    """Number of attempts to repeat the growth; raises where one succeeds."""
    large = states[target]
    attempts = 0
    while latest >= 0:
        small = states[latest]
        if small is not None and large is not None and covers(small, large):
            attempts += 1
            if _is_repeated(nested, target, latest, large, parent):
                grown = list(nested.tokens(large))
                for place in nested.tokens(small):
                    grown.remove(place)
                told = ", ".join(nested.game.places[place] for place in sorted(set(grown)))
                raise MiningError(
                    Problem(
                        where=nested.game.source_name,
                        what=f"the flow is unbounded at {told}: each round leaves more tokens there.",
                        todo="Join what was split before the flow turns back.",
                    )
                )
        latest = before_record[latest]
    return attempts


def _is_repeated(nested: NestedGame, target: int, ancestor: int, large: State, parent: list[tuple[int, int]]) -> bool:
    """Whether the moves from the ancestor to the target can be made again, and again make it larger."""
    moves = []
    state = target
    while state != ancestor:
        state, element = parent[state]
        moves.append(element)
    moves.reverse()
    reached = [large]
    for _ in range(_PUMPS):
        base = reached
        for element in moves:
            following: dict[State, None] = {}
            for each in reached:
                for made, there, _ in nested.moves(each):
                    if made == element and there is not None:
                        following[there] = None
            reached = list(following)[:_MAX_BRANCHES]
        reached = [each for each in reached if any(each != one and covers(one, each) for one in base)]
        if not reached:
            return False
    return True
