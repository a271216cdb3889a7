"""Breadth-first exploration of a token game, bounded in states and told when it has no bound in tokens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mining.errors import MiningError, Problem
from mining.statespace.space import Element, Tokens

MAX_STATES = 200_000


class TooManyStates(MiningError):
    """The exploration came to its bound."""


def too_many_states(source_name: str, max_states: int) -> TooManyStates:
    """The answer where a flow has more than `max_states`."""
    return TooManyStates(
        Problem(
            where=source_name,
            what=f"the flow has more than {max_states} states.",
            todo="Draw fewer branches side by side, or split the standard.",
        )
    )


@dataclass(frozen=True, slots=True, order=True)
class Firing:
    """One way in which an element fires: tokens taken and given, as sorted place indices."""

    element: int
    taken: Tokens
    given: Tokens


@dataclass(frozen=True, slots=True)
class TokenGame:
    """Elements, places in words, the ways of firing (sorted), and the marking at the start."""

    source_name: str
    elements: tuple[Element, ...]
    places: tuple[str, ...]
    firings: tuple[Firing, ...]
    initial: Tokens


@dataclass(frozen=True, slots=True)
class Explored:
    """Markings in order of discovery (0 is the initial one) and edges (source, element, target), sorted."""

    tokens: tuple[Tokens, ...]
    edges: tuple[tuple[int, int, int], ...]


def explore(game: TokenGame, *, max_states: int = MAX_STATES) -> Explored:
    """Every reachable marking of `game`.

    Raises MiningError where there are more than `max_states`, or where the game is unbounded: a marking that
    strictly covers one on its own path (Karp and Miller 1969). Only markings with more tokens than all before
    them on the path need a look, and only at such markings: on an endless path their number is endless too, and
    by Dickson's lemma one of them covers another. O(states x (tokens + firings near them)).
    """
    by_first: dict[int, list[int]] = {}
    always = []
    for number, firing in enumerate(game.firings):
        if firing.taken:
            by_first.setdefault(firing.taken[0], []).append(number)
        else:
            always.append(number)
    number_of = {game.initial: 0}
    tokens = [game.initial]
    record = [0]  # latest state on the path to each, itself included, that had more tokens than all before it
    before_record: dict[int, int] = {0: -1}
    edges: set[tuple[int, int, int]] = set()
    state = 0
    while state < len(tokens):
        here = tokens[state]
        enabled = list(always)
        for place in sorted(set(here)):
            enabled += by_first.get(place, ())
        for number in sorted(enabled):
            firing = game.firings[number]
            left = _without(here, firing.taken)
            if left is None:
                continue
            there = tuple(sorted((*left, *firing.given)))
            target = number_of.get(there)
            if target is None:
                target = len(tokens)
                if target >= max_states:
                    raise too_many_states(game.source_name, max_states)
                number_of[there] = target
                tokens.append(there)
                latest = record[state]
                if len(there) > len(tokens[latest]):
                    _check_bounded(game, there, latest, tokens, before_record)
                    before_record[target] = latest
                    latest = target
                record.append(latest)
            edges.add((state, firing.element, target))
        state += 1
    return Explored(tuple(tokens), tuple(sorted(edges)))


def _without(tokens: Tokens, taken: Tokens) -> list[int] | None:
    left = list(tokens)
    for place in taken:
        if place not in left:
            return None
        left.remove(place)
    return left


def _check_bounded(
    game: TokenGame, there: Tokens, latest: int, tokens: list[Tokens], before_record: dict[int, int]
) -> None:
    counted = Counter(there)
    while latest >= 0:
        if Counter(tokens[latest]) <= counted:
            grown = sorted(counted - Counter(tokens[latest]))
            told = ", ".join(game.places[place] for place in grown)
            raise MiningError(
                Problem(
                    where=game.source_name,
                    what=f"the flow is unbounded at {told}: each round leaves more tokens there.",
                    todo="Join what was split before the flow turns back.",
                )
            )
        latest = before_record[latest]
