"""The engine: which way each variant is aligned, in blocks, on threads, within the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from mining.alignment.bounds import StepCounts
from mining.alignment.encoding import EncodedVariants
from mining.alignment.flow import Flow
from mining.alignment.found import Found, Room
from mining.alignment.search import searched
from mining.alignment.vectors import CostVectors, Suffixes
from mining.alignment.walk import walked

MOST_STATES_AT_ONCE = 400
"""Up to here whole vectors are fastest; beyond, a search comes first and vectors only where it grows long."""

LEAST_SEARCHED, MOST_SEARCHED = 4_000, 1_000_000
"""Bounds on the nodes that a search keeps: some 130 bytes each, about a microsecond each."""

SEARCHED_AT_ONCE = 5_000
ENTRIES_AT_ONCE = 100_000
WORK_AT_ONCE = 50_000_000
ENTRIES_A_THREAD = 20_000
"""Fewer are walked sooner than a thread starts."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int32]

Observer = Callable[[int, int], None]
"""Called with (variants done, variants in all), some times and at the end."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds on the work; what they cut off is told as bounds of the cost, never guessed.

    `max_nodes` bounds the search nodes of a variant (pairs of a trace entry and a state of the automaton): within it
    whole vectors are used, beyond it nodes are searched cheapest first, and the variant may still turn out exact.
    `max_bytes` bounds the vectors that variants share; less of it costs time, never exactness. `max_seconds` bounds
    the whole call (None: no bound) and is looked at between blocks of variants; it alone can make the same input
    give another result, by leaving variants unjudged.
    """

    max_nodes: int = 50_000_000
    max_bytes: int = 256 * 1024 * 1024
    max_seconds: float | None = None


@dataclass(slots=True, eq=False)
class Engine:
    """Finds the moves of encoded variants. Made for one call of `run`."""

    flow: Flow
    variants: EncodedVariants
    is_open: bool
    budget: Budget
    threads: int
    observer: Observer | None
    found: Found = field(init=False)
    told: int = field(init=False, default=0)
    deadline: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.found = Found.of(self.variants)
        if self.budget.max_seconds is not None:
            self.deadline = monotonic() + self.budget.max_seconds

    def run(self) -> Found:
        """Align everything that the budget allows."""
        nodes = (self.variants.lengths + 1) * self.flow.state_count
        fits = nodes <= self.budget.max_nodes
        first = ~fits | (self.flow.state_count > MOST_STATES_AT_ONCE)
        if first.any():
            most = min(self.budget.max_nodes, MOST_SEARCHED)
            bounds = np.where(fits, np.minimum(most, np.maximum(LEAST_SEARCHED, nodes // 16)), most)
            self._search(np.flatnonzero(first), bounds)
        self._by_vectors(np.flatnonzero(fits & ~self.found.is_exact))
        self._tell(len(self.variants))
        return self.found

    @property
    def _is_late(self) -> bool:
        return self.deadline is not None and monotonic() >= self.deadline

    def _tell(self, done: int) -> None:
        if self.observer is not None and done > self.told:
            self.told = done
            self.observer(done, len(self.variants))

    def _blocks(self, chosen: Ints, most_entries: int) -> Iterator[Ints]:
        """Parts of `chosen` of some `most_entries` entries each."""
        filled = np.cumsum(self.variants.lengths[chosen] + 1) // max(1, most_entries)
        yield from np.split(chosen, np.flatnonzero(np.diff(filled)) + 1)

    def _in_threads(self, work: Callable[[int, int], None], count: int, *, is_long: bool) -> None:
        """Do `work` on the ranges that make up 0 ... count."""
        parts = min(self.threads, count) if is_long else 1
        if parts <= 1:
            work(0, count)
            return
        edges = [count * part // parts for part in range(parts + 1)]
        with ThreadPoolExecutor(parts) as pool:
            for future in [pool.submit(work, edges[part], edges[part + 1]) for part in range(parts)]:
                future.result()

    def _by_vectors(self, chosen: Ints) -> None:
        if chosen.size == 0 or self._is_late:
            return
        vectors = CostVectors(self.flow, self.is_open, self.budget.max_bytes)
        size = self.flow.state_count + len(self.flow.out_target)
        for block in self._blocks(chosen, min(ENTRIES_AT_ONCE, max(1_000, WORK_AT_ONCE // size))):
            if self._is_late:
                return
            variants = self.variants.only(block)
            first = 0
            while first < len(block):
                suffixes, last = vectors.suffixes(variants, first, len(block))
                part = variants.only(np.arange(first, last)) if last - first < len(block) else variants
                begin = part.offsets[:-1] + np.arange(last - first)
                cost = suffixes.vectors[suffixes.vector_at[begin], 0].astype(np.int64) + suffixes.offset_at[begin]
                room = Room.of(part.lengths + cost)
                self._in_threads(
                    partial(self._walk, part, suffixes, room), last - first, is_long=len(part.codes) > ENTRIES_A_THREAD
                )
                self.found.add(part, block[first:last], cost, np.ones(last - first, dtype=np.bool_), room)
                first = last
            self._tell(self.told + len(block))

    def _walk(self, variants: EncodedVariants, suffixes: Suffixes, room: Room, first: int, last: int) -> None:
        flow = self.flow
        walked(
            variants.codes, variants.offsets, first, last,
            flow.delta, flow.out_start, flow.out_label, flow.out_target,
            suffixes.vectors, suffixes.vector_at, suffixes.offset_at,
            room.starts, room.kinds, room.entries, room.labels, room.sizes,
        )  # fmt: skip

    def _search(self, chosen: Ints, bounds: Ints) -> None:
        """Search `chosen` variants, keeping `bounds` nodes of each at most."""
        counts = StepCounts.of(self.flow, is_open=self.is_open)
        for block in self._blocks(chosen, SEARCHED_AT_ONCE):
            if self._is_late:
                return
            variants = self.variants.only(block)
            room = Room.of(2 * variants.lengths + int(self.flow.shortest[0]))
            lower, exact = np.zeros(len(block), dtype=np.int64), np.zeros(len(block), dtype=np.bool_)
            work = partial(self._search_block, variants, counts, bounds[block], room, lower, exact)
            self._in_threads(work, len(block), is_long=True)
            self.found.add(variants, block, lower, exact, room)
            self._tell(self.told + int(exact.sum()))

    def _search_block(
        self,
        variants: EncodedVariants,
        counts: StepCounts,
        bounds: Ints,
        room: Room,
        lower: Ints,
        exact: Bools,
        first: int,
        last: int,
    ) -> None:
        flow = self.flow
        searched(
            variants.codes, variants.offsets, first, last,
            flow.delta, flow.is_accepting, int(flow.shortest[0]), flow.out_start, flow.out_label, flow.out_target,
            counts.least, counts.most, self.is_open, bounds,
            room.starts, room.kinds, room.entries, room.labels, room.sizes, lower, exact,
        )  # fmt: skip
