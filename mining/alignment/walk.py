"""The canonical one of all cheapest alignments."""

from __future__ import annotations

from collections.abc import Callable

from mining.alignment.alignments import LOG, MODEL, SYNCHRONOUS
from mining.alignment.cost_to_go import UNKNOWN

CostToGo = Callable[[int, int], int | None]


def walk(codes: list[int], rows: list[list[int]], to_go: CostToGo) -> list[tuple[int, int, int]]:
    """Moves (kind, entry or -1, label code or UNKNOWN) from the start to a goal, never leaving a cheapest path.

    `rows[s]` is the automaton's row of state s; `to_go(i, s)` the exact cost to go, or None where it is dearer than
    the start's. Among equally cheap continuations: a synchronous move; then a model move, the first label in order
    (the step is skipped where it was due); then a log move. O(length x labels).
    """
    moves: list[tuple[int, int, int]] = []
    position, state, length = 0, 0, len(codes)
    left = to_go(0, 0)
    assert left is not None
    while position < length or left > 0:
        if position < length:
            code = codes[position]
            target = rows[state][code] if code != UNKNOWN else -1
            if target >= 0 and to_go(position + 1, target) == left:
                moves.append((SYNCHRONOUS, position, code))
                position, state = position + 1, target
                continue
        label = next(
            (
                label
                for label, target in enumerate(rows[state])
                if target >= 0 and left > 0 and to_go(position, target) == left - 1
            ),
            None,
        )
        if label is not None:
            moves.append((MODEL, -1, label))
            state = rows[state][label]
        else:
            assert position < length
            moves.append((LOG, position, codes[position]))
            position += 1
        left -= 1
    return moves
