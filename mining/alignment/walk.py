"""The canonical one of all cheapest alignments.

Among equally cheap continuations, the first of these that there is:

1. a synchronous move: what was done is told as done, as early as the standard allows;
2. a log move of an entry that repeats the one just before it: "done twice" is a simpler story than a step skipped
   so that the second could be another one (a doubled 'take in charge', where the standard would have it wait first);
3. a model move, the first label in order: a step is skipped where it was due;
4. a log move: an insertion where it happened.

What follows depends on nothing but the entry and the state reached, so that the order of variants, threads, and what
is known from before can't change it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mining.alignment.alignments import LOG, MODEL, SYNCHRONOUS
from mining.compiled import compiled

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Table = NDArray[np.int32]
Kinds = NDArray[np.uint8]


@compiled(
    "void(int32[::1], int64[::1], int64, int64, int32[:, ::1], int64[::1], int64[::1], int64[::1], int32[:, ::1],"
    " int32[::1], int32[::1], int64[::1], uint8[::1], int64[::1], int32[::1], int64[::1])"
)
def walked(
    codes: Codes,
    offsets: Ints,
    first: int,
    last: int,
    delta: Table,
    out_start: Ints,
    out_label: Ints,
    out_target: Ints,
    vectors: Table,
    vector_at: Codes,
    offset_at: Codes,
    starts: Ints,
    kinds: Kinds,
    entries: Ints,
    labels: Codes,
    sizes: Ints,
) -> None:
    """Write the moves of variants `first` to `last` from the costs to go of their suffixes.

    Moves of variant v go to `starts[v]` and on: kind, entry of `codes` (-1 for a model move), label (-1 where
    unknown); `sizes[v]` tells how many. A variant needs room for its entries and its cost. O(moves x labels of a
    state).
    """
    for variant in range(first, last):
        place = offsets[variant] + variant
        entry, end = offsets[variant], offsets[variant + 1]
        state = 0
        left = vectors[vector_at[place], 0] + offset_at[place]
        out = starts[variant]
        while entry < end or left > 0:
            code = -1
            if entry < end:
                code = codes[entry]
                if code >= 0:
                    row, off = vector_at[place + 1], offset_at[place + 1]
                    target = delta[state, code]
                    if target >= 0 and vectors[row, target] + off == left:
                        kinds[out], entries[out], labels[out] = SYNCHRONOUS, entry, code
                        out += 1
                        entry += 1
                        place += 1
                        state = target
                        continue
                    if entry > offsets[variant] and codes[entry - 1] == code and vectors[row, state] + off == left - 1:
                        kinds[out], entries[out], labels[out] = LOG, entry, code
                        out += 1
                        entry += 1
                        place += 1
                        left -= 1
                        continue
            found = -1
            wanted = left - 1 - offset_at[place]
            if wanted >= 0:
                row = vector_at[place]
                for edge in range(out_start[state], out_start[state + 1]):
                    if vectors[row, out_target[edge]] == wanted:
                        found = edge
                        break
            if found >= 0:
                kinds[out], entries[out], labels[out] = MODEL, -1, out_label[found]
                state = out_target[found]
            else:
                kinds[out], entries[out], labels[out] = LOG, entry, code
                entry += 1
                place += 1
            out += 1
            left -= 1
        sizes[variant] = out - starts[variant]
