"""Naive twins: short and obviously right."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from mining.statespace import StateSpace


def edges_of(space: StateSpace) -> list[tuple[int, str, int]]:
    """(source, name or "" where silent, target)."""
    return [
        (s, space.elements[e].name if space.elements[e].is_visible else "", t)
        for s, e, t in zip(space.source.tolist(), space.element.tolist(), space.target.tolist(), strict=True)
    ]


def words_of(space: StateSpace, longest: int, *, prefixes: bool = False) -> set[tuple[str, ...]]:
    """All runs of at most `longest` steps; with `prefixes`, all beginnings of runs of any length."""
    edges = edges_of(space)
    good = ends_in_sight(space)
    words = set()
    seen = {((), 0)}
    waiting: list[tuple[tuple[str, ...], int]] = [((), 0)]
    while waiting:
        word, state = waiting.pop()
        if state in space.finals or (prefixes and state in good):
            words.add(word)
        for source, name, target in edges:
            following = (*word, name) if name else word
            if source == state and len(following) <= longest and (following, target) not in seen:
                seen.add((following, target))
                waiting.append((following, target))
    return words


def ends_in_sight(space: StateSpace) -> set[int]:
    good = set(space.finals)
    while True:
        more = {s for s, _, t in edges_of(space) if t in good} - good
        if not more:
            return good
        good |= more


def common(one: Sequence[str], two: Sequence[str]) -> int:
    """Length of a longest common subsequence."""
    table = [[0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def brute_cost(space: StateSpace, trace: Sequence[str], *, is_open: bool) -> int:
    """Cheapest over all runs (beginnings of runs, for an open case): what isn't shared is a move of its own."""
    longest = 2 * len(trace) + space.state_count
    words = words_of(space, longest if not is_open else 2 * len(trace), prefixes=is_open)
    return min(len(trace) + len(word) - 2 * common(trace, word) for word in words)


def dijkstra_cost(space: StateSpace, trace: Sequence[str], *, is_open: bool) -> int:
    """Plain search on trace x state space, silent steps free."""
    good = ends_in_sight(space)
    edges = [edge for edge in edges_of(space) if edge[2] in good]
    waiting, seen = [(0, 0, 0)], set()
    while waiting:
        cost, place, state = heapq.heappop(waiting)
        if (place, state) in seen:
            continue
        seen.add((place, state))
        if place == len(trace) and (is_open or state in space.finals):
            return cost
        if place < len(trace):
            heapq.heappush(waiting, (cost + 1, place + 1, state))
        for source, name, target in edges:
            if source == state:
                heapq.heappush(waiting, (cost + bool(name), place, target))
                if name and place < len(trace) and trace[place] == name:
                    heapq.heappush(waiting, (cost, place + 1, target))
    raise AssertionError("no alignment")


def fewest_silent(space: StateSpace, word: Sequence[str], *, is_open: bool) -> int | None:
    """Least number of silent steps with which the space reads `word`."""
    good = ends_in_sight(space)
    waiting, seen = [(0, 0, 0)], set()
    while waiting:
        silent, place, state = heapq.heappop(waiting)
        if (place, state) in seen:
            continue
        seen.add((place, state))
        if place == len(word) and (is_open or state in space.finals):
            return silent
        for source, name, target in edges_of(space):
            if source == state and target in good:
                if not name:
                    heapq.heappush(waiting, (silent + 1, place, target))
                elif place < len(word) and word[place] == name:
                    heapq.heappush(waiting, (silent, place + 1, target))
    return None


def best_elements(space: StateSpace, word: Sequence[str], *, is_open: bool) -> tuple[str, ...]:
    """Element ids of the visible steps of the first run in order among those with fewest silent steps."""
    good = ends_in_sight(space)
    budget = fewest_silent(space, word, is_open=is_open)
    assert budget is not None
    rows = list(zip(space.source.tolist(), space.element.tolist(), space.target.tolist(), strict=True))
    runs: list[tuple[int, ...]] = []

    def go(state: int, place: int, silent: int, run: tuple[int, ...]) -> None:
        if place == len(word) and (is_open or state in space.finals):
            runs.append(run)
        for source, element, target in rows:
            if source != state or target not in good:
                continue
            part = space.elements[element]
            if part.is_visible:
                if place < len(word) and part.name == word[place]:
                    go(target, place + 1, silent, (*run, element))
            elif silent < budget:
                go(target, place, silent + 1, run)

    go(0, 0, 0, ())
    return tuple(space.elements[element].id for element in min(runs))
