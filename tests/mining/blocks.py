"""Blocks of steps side by side, built straight as state spaces, and noisy traces of them."""

from __future__ import annotations

import random

import numpy as np

from mining.statespace import Element, StateSpace


def parallel_block(width: int) -> StateSpace:
    """`width` steps in any order: state s has done the steps that are bits of s."""
    names = [f"T{number:02d}" for number in range(width)]
    states = 1 << width
    open_steps = [(np.arange(states) >> number) & 1 == 0 for number in range(width)]
    rows = np.concatenate(
        [
            np.column_stack([source, np.full(source.size, number), source | (1 << number)])
            for number in range(width)
            for source in [np.flatnonzero(open_steps[number])]
        ]
    ).astype(np.int64)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    return StateSpace(
        source_name=f"block of {width}",
        elements=tuple(Element(f"e{name}", name, is_visible=True) for name in names),
        source=rows[:, 0],
        target=rows[:, 2],
        element=rows[:, 1],
        finals=(states - 1,),
        final_rule="all done",
        places=("p",),
        tokens=tuple((number,) for number in range(states)),
    )


def noisy_traces(width: int, count: int, seed: int) -> list[tuple[str, ...]]:
    """Distinct traces of a block: every step once in any order, then one to four steps lost, doubled or moved."""
    chance = random.Random(seed)
    names = [f"T{number:02d}" for number in range(width)]
    found: dict[tuple[str, ...], None] = {}
    while len(found) < count:
        trace = names.copy()
        chance.shuffle(trace)
        for _ in range(chance.randint(1, 4)):
            kind = chance.randrange(3)
            place = chance.randrange(len(trace))
            if kind == 0:
                del trace[place]
            elif kind == 1:
                trace.insert(place, chance.choice(names))
            else:
                trace.insert(chance.randrange(len(trace)), trace.pop(place))
        found[tuple(trace)] = None
    return list(found)
