"""Exact costs to go for every state at once: vectors over the automaton, shared between variants."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mining.alignment.encoding import EncodedVariants
from mining.alignment.flow import Flow
from mining.automaton.subsets import HASH_FACTOR, HASH_MASK
from mining.compiled import compiled

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Table = NDArray[np.int32]
Bools = NDArray[np.bool_]

STEPS = 3
"""A table entry is STEPS x vector + what was taken off + 1; that is -1, 0 or 1, for one entry changes a cost by one."""


FIRST_ROOM = 512
"""Vectors that there is room for at first."""


@compiled("void(int64[::1], int64, int64[::1])")
def slotted(hashes: Ints, count: int, slots: Ints) -> None:
    """Write the numbers 0 ... count - 1 into an empty hash table (-1), whose size is a power of two."""
    for number in range(count):
        slot = hashes[number] & (slots.size - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (slots.size - 1)
        slots[slot] = number


@compiled("int64(int32[::1])")
def hash_of_vector(vector: Codes) -> int:
    """Hash of a vector."""
    value = 1
    for state in range(vector.size):
        value = (value * HASH_FACTOR + int(vector[state]) + 1) & HASH_MASK
    return value


@compiled(
    "int64(int32[::1], int64[::1], int64, int64, int64[::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " int32[:, ::1], int64[::1], int64[::1], int64[::1], int32[:, ::1], int32[::1], int32[::1], int64[::1],"
    " boolean[::1])"
)
def filled(
    codes: Codes,
    offsets: Ints,
    first: int,
    last: int,
    label_start: Ints,
    label_source: Ints,
    label_target: Ints,
    into_start: Ints,
    into_source: Ints,
    vectors: Table,
    count: Ints,
    hashes: Ints,
    slots: Ints,
    table: Table,
    vector_at: Codes,
    offset_at: Codes,
    queue: Ints,
    queued: Bools,
) -> int:
    """Find the vector of every suffix of variants `first` to `last`; see `CostVectors`.

    Suffix i of variant v is entry `offsets[v] + v + i` of `vector_at` (its vector) and `offset_at` (what was taken
    off it). Returns the first variant for which there was no room left. `count[0]` vectors are known.
    """
    states = vectors.shape[1]
    for variant in range(first, last):
        vector, offset = 0, 0
        place = offsets[variant + 1] + variant
        vector_at[place], offset_at[place] = 0, 0
        for entry in range(offsets[variant + 1] - 1, offsets[variant] - 1, -1):
            place -= 1
            code = codes[entry]
            if code < 0:
                offset += 1
            else:
                step = table[vector, code]
                if step < 0:
                    number = count[0]
                    if number >= vectors.shape[0]:
                        return variant
                    # A log move from anywhere, which keeps the vector closed under model moves ...
                    for state in range(states):
                        vectors[number, state] = vectors[vector, state] + 1
                    # ... synchronous moves where the label can happen, and what they make cheaper before them. No
                    # cost falls by more than 2, so that a state is looked at no more than twice.
                    size = 0
                    for edge in range(label_start[code], label_start[code + 1]):
                        source = label_source[edge]
                        cost = vectors[vector, label_target[edge]]
                        if cost < vectors[number, source]:
                            vectors[number, source] = cost
                            queue[size] = source
                            queued[source] = True
                            size += 1
                    done = 0
                    while done < size:
                        state = queue[done]
                        queued[state] = False
                        done += 1
                        cost = vectors[number, state] + 1
                        for edge in range(into_start[state], into_start[state + 1]):
                            source = into_source[edge]
                            if cost < vectors[number, source]:
                                vectors[number, source] = cost
                                if not queued[source]:
                                    queued[source] = True
                                    queue[size] = source
                                    size += 1
                    least = vectors[number, 0]
                    for state in range(states):
                        least = min(least, vectors[number, state])
                    for state in range(states):
                        vectors[number, state] -= least
                    value = hash_of_vector(vectors[number])
                    slot = value & (slots.size - 1)
                    found = slots[slot]
                    while found >= 0:
                        if hashes[found] == value:
                            is_equal = True
                            for state in range(states):
                                if vectors[found, state] != vectors[number, state]:
                                    is_equal = False
                                    break
                            if is_equal:
                                break
                        slot = (slot + 1) & (slots.size - 1)
                        found = slots[slot]
                    if found < 0:
                        found = number
                        hashes[number] = value
                        slots[slot] = number
                        count[0] += 1
                    step = found * STEPS + least + 1
                    table[vector, code] = step
                vector, offset = step // STEPS, offset + step % STEPS - 1
            vector_at[place], offset_at[place] = vector, offset
    return last


@dataclass(frozen=True, slots=True, eq=False)
class Suffixes:
    """Suffix i of variant v is entry `offsets[v] + v + i`; its costs to go are `vectors[vector_at] + offset_at`."""

    vectors: Table
    vector_at: Codes
    offset_at: Codes


@dataclass(slots=True, eq=False)
class CostVectors:
    """Hash-consed cost vectors of the suffixes of traces.

    For a suffix x of a trace, v[s] is the least cost of aligning x with some run of the automaton from state s (to
    an end, or to anywhere for an open case). Then for activity a before x
    w[s] = min(v[s] + 1, v[delta[s, a]]), closed under model moves: w[s] = min(w[s], w[t] + 1 for s -> t).
    Vectors are kept with their least entry taken off, so that few differ; (vector, activity) -> (vector,
    what was taken off) is a table that all variants share. A known entry costs one look-up, a new one O(states +
    edges before the states that it makes cheaper). 32 bits an entry: no trace in memory overflows it.
    """

    flow: Flow
    is_open: bool
    max_bytes: int
    count: Ints = field(init=False)
    vectors: Table = field(init=False)
    hashes: Ints = field(init=False)
    table: Table = field(init=False)
    slots: Ints = field(init=False)

    def __post_init__(self) -> None:
        self._clear(FIRST_ROOM)

    @property
    def _row_bytes(self) -> int:
        return 4 * self.flow.state_count + 4 * self.flow.label_count + 40

    @property
    def held_bytes(self) -> int:
        """Bytes of what is kept for all variants."""
        return len(self.vectors) * self._row_bytes

    def _clear(self, room: int) -> None:
        self.count = np.ones(1, dtype=np.int64)
        self.vectors = np.empty((room, self.flow.state_count), dtype=np.int32)
        self.vectors[0] = 0 if self.is_open else self.flow.shortest
        self.hashes = np.zeros(room, dtype=np.int64)
        self.hashes[0] = hash_of_vector(self.vectors[0])
        self.table = np.full((room, max(1, self.flow.label_count)), -1, dtype=np.int32)
        self._slot(room)

    def _slot(self, room: int) -> None:
        self.slots = np.full(1 << (2 * room - 1).bit_length(), -1, dtype=np.int64)
        slotted(self.hashes, int(self.count[0]), self.slots)

    def _grow(self, room: int) -> None:
        old = int(self.count[0])
        for name in ("vectors", "hashes", "table"):
            array = getattr(self, name)
            grown = np.empty((room, *array.shape[1:]), dtype=array.dtype)
            grown[:old] = array[:old]
            setattr(self, name, grown)
        self.table[old:] = -1
        self._slot(room)

    def suffixes(self, variants: EncodedVariants, first: int, last: int) -> tuple[Suffixes, int]:
        """Vectors of all suffixes of variants `first` up to the one returned, at least one, `last` at most.

        Past `max_bytes` what is known is forgotten and the variants so far are handed back; a single variant gets
        the room that it needs. `Suffixes` stay valid.
        """
        base = int(variants.offsets[first]) + first
        size = int(variants.offsets[last]) + last + 1 - base
        vector_at = np.zeros(size, dtype=np.int32)
        offset_at = np.zeros(size, dtype=np.int32)
        offsets = variants.offsets[first : last + 1] - variants.offsets[first]
        codes = variants.codes[variants.offsets[first] : variants.offsets[last]]
        queue = np.empty(2 * self.flow.state_count + 2, dtype=np.int64)
        queued = np.zeros(self.flow.state_count, dtype=np.bool_)
        most = max(2, self.max_bytes // self._row_bytes)
        done = 0
        while True:
            done = filled(
                codes, offsets, done, last - first,
                self.flow.label_start, self.flow.label_source, self.flow.label_target,
                self.flow.into_start, self.flow.into_source,
                self.vectors, self.count, self.hashes, self.slots, self.table, vector_at, offset_at, queue, queued,
            )  # fmt: skip
            if done == last - first:
                break
            room = len(self.vectors)
            need = int(offsets[done + 1] - offsets[done]) + 2
            if 2 * room <= most:
                self._grow(min(4 * room, most))
            elif done > 0:
                break
            elif self.count[0] > 1 and need <= most:
                self._clear(min(room, most))
            else:
                self._clear(max(FIRST_ROOM, need))
        found = Suffixes(self.vectors, vector_at, offset_at)
        if done < last - first:
            self._clear(max(2, min(len(self.vectors), most)))
        return found, first + done
