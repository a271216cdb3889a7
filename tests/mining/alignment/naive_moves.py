"""Naive twin of the canonical moves: costs to go by relaxation over trace x automaton, then the rule, word by word."""

from __future__ import annotations

from collections.abc import Sequence

from mining.automaton import Automaton

Move = tuple[str, int, str]
"""Kind, place of the entry from 1 (0 for a model move), step or activity."""


def costs_to_go(automaton: Automaton, trace: Sequence[str], *, is_open: bool) -> dict[tuple[int, int], int]:
    edges = [
        (state, label, int(automaton.delta[state, code]))
        for state in range(automaton.state_count)
        for code, label in enumerate(automaton.labels)
        if automaton.delta[state, code] >= 0
    ]
    far = 10**9
    to_go = {(i, s): far for i in range(len(trace) + 1) for s in range(automaton.state_count)}
    for state in range(automaton.state_count):
        if is_open or automaton.is_accepting[state]:
            to_go[len(trace), state] = 0
    for place in range(len(trace), -1, -1):
        if place < len(trace):
            for state in range(automaton.state_count):
                to_go[place, state] = to_go[place + 1, state] + 1
            for source, label, target in edges:
                if label == trace[place]:
                    to_go[place, source] = min(to_go[place, source], to_go[place + 1, target])
        is_changed = True
        while is_changed:
            is_changed = False
            for source, _, target in edges:
                if to_go[place, target] + 1 < to_go[place, source]:
                    to_go[place, source] = to_go[place, target] + 1
                    is_changed = True
    return to_go


def naive_moves(automaton: Automaton, trace: Sequence[str], *, is_open: bool) -> list[Move]:
    to_go = costs_to_go(automaton, trace, is_open=is_open)
    place, state = 0, 0
    moves: list[Move] = []

    def steps() -> list[tuple[int, Move, tuple[int, int]]]:
        """What is possible here, by preference: price, move, what it leads to."""
        row = automaton.delta[state].tolist()
        model = [
            (1, ("model", 0, label), (place, row[code]))
            for code, label in enumerate(automaton.labels)
            if row[code] >= 0
        ]
        if place == len(trace):
            return model
        name = trace[place]
        log = (1, ("log", place + 1, name), (place + 1, state))
        is_known = name in automaton.labels
        target = row[automaton.labels.index(name)] if is_known else -1
        synchronous = [(0, ("synchronous", place + 1, name), (place + 1, target))] if target >= 0 else []
        repeat = [log] if is_known and place and trace[place - 1] == name else []
        return [*synchronous, *repeat, *model, log]

    while to_go[place, state] > 0 or place < len(trace):
        _, move, (place, state) = next(step for step in steps() if step[0] + to_go[step[2]] == to_go[place, state])
        moves.append(move)
    return moves
