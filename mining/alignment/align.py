"""Aligning every variant of a log with a standard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mining.alignment.alignments import LOG, Alignments, merged
from mining.alignment.bounds import StepCounts
from mining.alignment.encoding import UNKNOWN, EncodedVariants, encoded
from mining.alignment.flow import Flow
from mining.alignment.replay import ElementReplay
from mining.alignment.search import searched
from mining.alignment.vectors import CostVectors
from mining.alignment.walk import walked
from mining.events.variant_log import VariantLog
from mining.standard.flow_standard import FlowStandard
from mining.standard.match import ActivityMatch

MOST_STATES_AT_ONCE = 400
"""Up to here whole vectors are fastest; beyond, a search comes first and vectors only where it grows long."""

LEAST_SEARCHED, MOST_SEARCHED = 4_000, 2_000_000
"""Bounds on the nodes that a search keeps: 60 bytes each, about a microsecond each."""

ENTRIES_AT_ONCE = 100_000
WORK_AT_ONCE = 50_000_000

Ints = NDArray[np.int64]

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
class _Moves:
    """Moves and costs as they are found, by variant."""

    lower: Ints
    is_exact: NDArray[np.bool_]
    sizes: Ints
    parts: list[tuple[Ints, NDArray[np.uint8], Ints, NDArray[np.int32]]] = field(default_factory=list)

    @classmethod
    def of(cls, variants: EncodedVariants) -> _Moves:
        count = len(variants)
        # What no step stands for is a log move whatever else happens.
        unknown = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(variants.codes == UNKNOWN)])
        lower = np.diff(unknown[variants.offsets])
        return cls(lower, np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.int64))

    def add(
        self,
        chosen: Ints,
        sizes: Ints,
        starts: Ints,
        kinds: NDArray[np.uint8],
        entries: Ints,
        labels: NDArray[np.int32],
        shift: Ints | int,
    ) -> None:
        """Take over the moves of `chosen` variants, which lie `sizes` long from `starts`; entries move by `shift`."""
        self.sizes[chosen] = sizes
        ends = np.cumsum(sizes)
        picked = np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)
        entries = entries[picked]
        told = entries >= 0
        entries[told] += shift if isinstance(shift, int) else shift[entries[told]]
        self.parts.append((chosen, kinds[picked], entries, labels[picked]))

    def joined(self) -> tuple[Ints, NDArray[np.uint8], Ints, NDArray[np.int32]]:
        """Offsets of the variants, kinds, entries and labels, in the order of variants."""
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(self.sizes)])
        kinds = np.empty(offsets[-1], dtype=np.uint8)
        entries = np.empty(offsets[-1], dtype=np.int64)
        labels = np.empty(offsets[-1], dtype=np.int32)
        for chosen, kind, entry, label in self.parts:
            sizes = self.sizes[chosen]
            ends = np.cumsum(sizes)
            place = np.repeat(offsets[chosen] - ends + sizes, sizes) + np.arange(len(kind))
            kinds[place], entries[place], labels[place] = kind, entry, label
        return offsets, kinds, entries, labels


@dataclass(slots=True, eq=False)
class _Engine:
    """Finds the moves of encoded variants."""

    flow: Flow
    variants: EncodedVariants
    is_open: bool
    budget: Budget
    threads: int
    observer: Observer | None
    shortest_run: int
    found: _Moves = field(init=False)
    done: int = field(init=False, default=0)
    deadline: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.found = _Moves.of(self.variants)
        if self.budget.max_seconds is not None:
            self.deadline = monotonic() + self.budget.max_seconds

    def run(self) -> _Moves:
        lengths = self.variants.lengths
        nodes = (lengths + 1) * self.flow.state_count
        fits = nodes <= self.budget.max_nodes
        if self.flow.state_count > MOST_STATES_AT_ONCE:
            first = np.full(len(self.variants), True)
        else:
            first = ~fits
        if first.any():
            most = min(self.budget.max_nodes, MOST_SEARCHED)
            bounds = np.where(fits, np.minimum(most, np.maximum(LEAST_SEARCHED, nodes // 16)), most)
            fits &= ~self._search(np.flatnonzero(first), bounds) | ~first
        self._by_vectors(np.flatnonzero(fits & ~self.found.is_exact))
        self._tell(len(self.variants))
        return self.found

    @property
    def _is_late(self) -> bool:
        return self.deadline is not None and monotonic() > self.deadline

    def _tell(self, done: int) -> None:
        if self.observer is not None and done > self.done:
            self.done = done
            self.observer(done, len(self.variants))

    def _blocks(self, chosen: Ints, most_entries: int) -> Iterator[Ints]:
        """Parts of `chosen` of some `most_entries` entries each."""
        filled = np.cumsum(self.variants.lengths[chosen] + 1) // max(1, most_entries)
        yield from np.split(chosen, np.flatnonzero(np.diff(filled)) + 1)

    def _in_threads(self, work: Callable[[int, int], None], count: int) -> None:
        """Do `work` on the ranges that make up 0 ... count."""
        parts = min(self.threads, count)
        if parts <= 1:
            work(0, count)
            return
        edges = [count * part // parts for part in range(parts + 1)]
        with ThreadPoolExecutor(parts) as pool:
            for future in [pool.submit(work, edges[part], edges[part + 1]) for part in range(parts)]:
                future.result()

    def _by_vectors(self, chosen: Ints) -> None:
        if chosen.size == 0:
            return
        flow = self.flow
        vectors = CostVectors(flow, self.is_open, self.budget.max_bytes)
        size = flow.state_count + len(flow.out_target)
        for block in self._blocks(chosen, min(ENTRIES_AT_ONCE, max(1_000, WORK_AT_ONCE // size))):
            if self._is_late:
                return
            variants = self.variants if len(block) == len(self.variants) else self.variants.only(block)
            first = 0
            while first < len(block):
                suffixes, last = vectors.suffixes(variants, first, len(block))
                base = variants.offsets[first]
                offsets = variants.offsets[first : last + 1] - base
                codes = variants.codes[base : variants.offsets[last]]
                begin = offsets[:-1] + np.arange(last - first)
                cost = suffixes.vectors[suffixes.vector_at[begin], 0].astype(np.int64) + suffixes.offset_at[begin]
                room = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.diff(offsets) + cost)])
                kinds = np.empty(room[-1], dtype=np.uint8)
                entries = np.empty(room[-1], dtype=np.int64)
                labels = np.empty(room[-1], dtype=np.int32)
                sizes = np.zeros(last - first, dtype=np.int64)

                def walk(
                    low: int,
                    high: int,
                    codes: NDArray[np.int32] = codes,
                    offsets: Ints = offsets,
                    of: tuple[NDArray[np.int32], ...] = (suffixes.vectors, suffixes.vector_at, suffixes.offset_at),
                    to: tuple[Ints, NDArray[np.uint8], Ints, NDArray[np.int32], Ints] = (
                        room, kinds, entries, labels, sizes,
                    ),
                ) -> None:  # fmt: skip
                    walked(
                        codes, offsets, low, high, flow.delta, flow.out_start, flow.out_label, flow.out_target, *of, *to
                    )

                self._in_threads(walk, last - first)
                now = block[first:last]
                self.found.lower[now] = cost
                self.found.is_exact[now] = True
                shift = self._shift(variants, block)
                shift = int(base) if isinstance(shift, int) else shift[base:] + base
                self.found.add(now, sizes, room[:-1], kinds, entries, labels, shift)
                first = last
            self._tell(self.done + len(block))

    def _search(self, chosen: Ints, bounds: Ints) -> NDArray[np.bool_]:
        """Search `chosen` variants, keeping `bounds` nodes of each at most; which variants were left for time."""
        flow = self.flow
        counts = StepCounts.of(flow, is_open=self.is_open)
        left = np.zeros(len(self.variants), dtype=np.bool_)
        blocks = list(self._blocks(chosen, 1_000))
        for number, block in enumerate(blocks):
            if self._is_late:
                left[np.concatenate(blocks[number:])] = True
                break
            variants = self.variants.only(block)
            lengths = variants.lengths
            upper = 2 * lengths + self.shortest_run
            room = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(upper)])
            kinds = np.empty(room[-1], dtype=np.uint8)
            entries = np.empty(room[-1], dtype=np.int64)
            labels = np.empty(room[-1], dtype=np.int32)
            sizes = np.zeros(len(block), dtype=np.int64)
            lower = np.zeros(len(block), dtype=np.int64)
            exact = np.zeros(len(block), dtype=np.bool_)
            order = np.arange(len(block))
            limits = bounds[block]

            def work(
                low: int,
                high: int,
                variants: EncodedVariants = variants,
                limits: Ints = limits,
                order: Ints = order,
                to: tuple[Ints, NDArray[np.uint8], Ints, NDArray[np.int32], Ints, Ints, NDArray[np.bool_]] = (
                    room, kinds, entries, labels, sizes, lower, exact,
                ),
            ) -> None:  # fmt: skip
                searched(
                    variants.codes, variants.offsets, order, low, high, flow.delta, flow.is_accepting,
                    self.shortest_run, flow.out_start, flow.out_label, flow.out_target, counts.least, counts.most,
                    self.is_open, limits, *to,
                )  # fmt: skip

            self._in_threads(work, len(block))
            self.found.lower[block] = np.maximum(lower, self.found.lower[block])
            self.found.is_exact[block] = exact
            starts, shift = room[:-1][exact], self._shift(variants, block)
            self.found.add(block[exact], sizes[exact], starts, kinds, entries, labels, shift)
            self._tell(self.done + int(exact.sum()))
        return left

    def _shift(self, variants: EncodedVariants, block: Ints) -> Ints | int:
        """What takes an entry of a block to its place among all."""
        if variants is self.variants:
            return 0
        return np.repeat(self.variants.offsets[block] - variants.offsets[:-1], variants.lengths)


def align(
    log: VariantLog,
    standard: FlowStandard,
    match: ActivityMatch,
    *,
    is_open: bool,
    budget: Budget | None = None,
    observer: Observer | None = None,
    threads: int = 2,
    known: Alignments | None = None,
) -> Alignments:
    """The cheapest alignment of every variant, exact and canonical.

    Log moves and visible model moves cost 1, all else 0 (Adriansyah 2014, "Aligning observed and modeled behavior").
    An open case (`is_open`) may stop anywhere: a step not yet done costs nothing. `match` must know every activity
    of `log`; ignored activities yield no move and unknown ones are log moves. Where `budget` runs out, cost and
    fitness are None and the bounds hold. The same input gives the same moves in any order of variants, whatever
    `threads` is; which of several cheapest alignments is told: see mining.alignment.walk.

    `known` holds alignments against the same standard and match: variants whose ids stand there with an exact cost
    are taken over, and only the others are aligned. The caller vouches that standard and match are the same.
    Raises ValueError where `known` is of the other `is_open` or `match` lacks an activity.
    """
    if known is not None:
        if known.is_open != is_open:
            raise ValueError("what is known was aligned as the other of open and closed cases")
        there = {identity for identity, is_exact in zip(known.variant_ids, known.is_exact, strict=True) if is_exact}
        fresh = np.asarray([n for n, identity in enumerate(log.variant_ids) if identity not in there], dtype=np.int64)
        if len(fresh) < len(log):
            new = align(
                log.only(fresh), standard, match, is_open=is_open, budget=budget, observer=observer, threads=threads
            )
            return merged(known, new, log.variant_ids)
    labels = standard.automaton.labels
    variants = encoded(log, labels, match)
    shortest = standard.automaton.shortest_run
    engine = _Engine(
        flow=Flow.of(standard.automaton),
        variants=variants,
        is_open=is_open,
        budget=budget or Budget(),
        threads=threads,
        observer=observer,
        shortest_run=shortest,
    )
    found = engine.run()
    offsets, kinds, entries, codes = found.joined()
    denominator = variants.lengths if is_open else variants.lengths + shortest
    is_log, is_entry = kinds == LOG, entries >= 0
    positions = np.zeros(len(kinds), dtype=np.int64)
    positions[is_entry] = variants.places[entries[is_entry]]
    names = codes.astype(np.int64)
    unknown = codes == UNKNOWN
    names[unknown] = len(labels) + variants.activities[entries[unknown]]
    replay = ElementReplay(standard.space, labels, is_open)
    kept = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(~is_log)])
    elements = np.full(len(kinds), len(standard.space.elements), dtype=np.int64)
    elements[~is_log] = replay.elements(codes[~is_log], kept[offsets])
    fitness = 1.0 - found.lower / np.maximum(denominator, 1)
    exact = found.is_exact
    return Alignments(
        is_open=is_open,
        variant_ids=log.variant_ids,
        cost=_where(exact, found.lower.tolist()),
        lower=found.lower,
        upper=np.where(exact, found.lower, denominator),
        is_exact=exact,
        denominator=denominator,
        fitness=_where(exact, fitness.tolist()),
        offsets=offsets,
        kinds=kinds,
        positions=positions,
        labels=_named((*labels, *log.activities), names),
        element_ids=_named((*(element.id for element in standard.space.elements), None), elements),
        label_codes=codes,
    )


Value = TypeVar("Value")


def _where(given: NDArray[np.bool_], values: list[Value]) -> tuple[Value | None, ...]:
    if given.all():
        return tuple(values)
    return tuple(value if is_given else None for value, is_given in zip(values, given.tolist(), strict=True))


def _named(names: tuple[Value, ...], codes: Ints) -> tuple[Value, ...]:
    """The name of each code."""
    table = np.empty(len(names), dtype=object)
    table[:] = names
    return tuple(table[codes].tolist()) if len(names) else ()
