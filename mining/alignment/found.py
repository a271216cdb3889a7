"""Moves as they are found, block by block, and put in the order of variants."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mining.alignment.encoding import UNKNOWN, EncodedVariants

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int32]
Kinds = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Arrays that kernels write moves into: those of variant v are `sizes[v]` from `starts[v]`."""

    starts: Ints
    kinds: Kinds
    entries: Ints
    labels: Codes
    sizes: Ints

    @classmethod
    def of(cls, most: Ints) -> Room:
        """Room for `most[v]` moves of variant v."""
        edges = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(most)])
        return cls(
            starts=edges[:-1],
            kinds=np.empty(edges[-1], dtype=np.uint8),
            entries=np.empty(edges[-1], dtype=np.int64),
            labels=np.empty(edges[-1], dtype=np.int32),
            sizes=np.zeros(len(most), dtype=np.int64),
        )


@dataclass(slots=True, eq=False)
class Found:
    """What is known of each of `variants`: a proven lower bound, which is the cost where `is_exact`, and moves."""

    variants: EncodedVariants
    lower: Ints
    is_exact: Bools
    sizes: Ints
    parts: list[tuple[Ints, Kinds, Ints, Codes]] = field(default_factory=list)

    @classmethod
    def of(cls, variants: EncodedVariants) -> Found:
        """Nothing known but that what no step stands for is a log move, whatever else happens."""
        unknown = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(variants.codes == UNKNOWN)])
        count = len(variants)
        return cls(
            variants,
            np.diff(unknown[variants.offsets]),
            np.zeros(count, dtype=np.bool_),
            np.zeros(count, dtype=np.int64),
        )

    def add(self, block: EncodedVariants, chosen: Ints, lower: Ints, exact: Bools, room: Room) -> None:
        """Take over bounds and moves of a block, whose variants are `chosen` of all."""
        self.lower[chosen] = np.maximum(lower, self.lower[chosen])
        self.is_exact[chosen] = exact
        first = self.variants.offsets[chosen] - block.offsets[:-1]
        chosen, sizes, starts, first = chosen[exact], room.sizes[exact], room.starts[exact], first[exact]
        self.sizes[chosen] = sizes
        picked = _runs(starts, sizes)
        entries = room.entries[picked]
        # From places in the block to places among all.
        entries = np.where(entries >= 0, entries + np.repeat(first, sizes), entries)
        self.parts.append((chosen, room.kinds[picked], entries, room.labels[picked]))

    def joined(self) -> tuple[Ints, Kinds, Ints, Codes]:
        """Offsets of the variants, kinds, entries and labels, in the order of variants."""
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(self.sizes)])
        kinds = np.empty(offsets[-1], dtype=np.uint8)
        entries = np.empty(offsets[-1], dtype=np.int64)
        labels = np.empty(offsets[-1], dtype=np.int32)
        for chosen, kind, entry, label in self.parts:
            place = _runs(offsets[chosen], self.sizes[chosen])
            kinds[place], entries[place], labels[place] = kind, entry, label
        return offsets, kinds, entries, labels


def _runs(starts: Ints, sizes: Ints) -> Ints:
    """The numbers of runs that are `sizes` long from `starts`, one after the other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)
