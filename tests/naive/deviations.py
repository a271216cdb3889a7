"""Moves told as findings: short and plainly right, for one variant at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Move:
    """`sort`: sync, log or model; `is_step`: the name is that of a step, not of an unknown activity."""

    sort: str
    name: str
    is_step: bool = True


Told = tuple[str, str | None, tuple[int, ...]]
"""Kind, activity, the moves accounted for."""


def tell(moves: Sequence[Move], *, is_open: bool) -> list[Told]:
    """All findings of a variant, sorted by their moves."""
    numbered = list(enumerate(moves))
    told: list[Told] = []
    missing = {n for n, move in numbered if move.sort == "model"}
    extra = {n for n, move in numbered if move.sort == "log" and move.is_step}
    moved: set[int] = set()
    while pairs := [(abs(m - x), m, x) for m in missing for x in extra if moves[m].name == moves[x].name]:
        _, m, x = min(pairs)
        told.append(("out_of_order", moves[m].name, (min(m, x), max(m, x))))
        missing.remove(m)
        extra.remove(x)
        moved.add(x)
    told += [("unknown_activity", move.name, (n,)) for n, move in numbered if move.sort == "log" and not move.is_step]

    def is_repeated(x: int) -> bool:
        others = [n for n, move in numbered if n != x and move.name == moves[x].name and move.sort != "model"]
        return any(n < x or moves[n].sort == "sync" or n in moved for n in others)

    again = {x for x in extra if is_repeated(x)}
    told += [("repeated", moves[x].name, (x,)) for x in again]
    inserted = extra - again
    for is_gap, members in groupby(numbered, key=lambda entry: entry[1].sort != "sync"):
        here = [n for n, _ in members]
        if not is_gap:
            continue
        gone, new = [n for n in here if n in missing], [n for n in here if n in inserted]
        if gone and here[-1] == len(moves) - 1 and not is_open and len(new) < len(gone):
            last = moves[here[0] - 1].name if here[0] else None
            told.append(("unfinished", last, tuple(gone)))
            gone = []
        while gone and new:
            m, x = gone.pop(0), new.pop(0)
            told.append(("replaced", moves[m].name, (min(m, x), max(m, x))))
        told += [("skipped", moves[m].name, (m,)) for m in gone]
        told += [("inserted", moves[x].name, (x,)) for x in new]
    return sorted(told, key=lambda one: one[2])
