"""Which variants a model is found from and scored on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mining.errors import MiningError, Problem

if TYPE_CHECKING:
    from mining.events.variant_log import VariantLog


@dataclass(frozen=True, slots=True)
class Sample:
    """Chosen variants, most frequent first: their places in the log, their activities, their case counts."""

    places: tuple[int, ...]
    variants: tuple[tuple[str, ...], ...]
    case_counts: tuple[int, ...]

    @property
    def cases(self) -> int:
        """Cases of the chosen variants."""
        return sum(self.case_counts)


def frequent_variants(
    log: VariantLog, *, coverage: float, most_variants: int, most_events: int, most_activities: int
) -> Sample:
    """Choose the most frequent variants that together cover `coverage` of the cases, at most `most_variants`.

    Variants of more than `most_events` entries are left out, unless there are no others: then the shortest is taken.
    So are variants that would bring the sample to more than `most_activities` different activities, but not the
    first: the miner's work grows with about the third power of that number.
    Equally frequent variants come in order of length, then of their activities' names, so the choice does not depend
    on the order of the log. Raises MiningError for a log without cases.
    """
    counts = np.asarray(log.case_counts, dtype=np.int64)
    lengths = np.diff(np.asarray(log.offsets, dtype=np.int64))
    if not len(counts) or not counts.sum():
        raise MiningError(
            Problem(
                where="discovery",
                what="the log holds no cases, so there is no model to find.",
                todo="Check the sources and the mapping of the process.",
            )
        )
    short = np.flatnonzero((lengths <= most_events) & (counts > 0))
    if not len(short):
        filled = np.flatnonzero(counts > 0)
        short = filled[lengths[filled] == lengths[filled].min()][:1]
    rank = np.argsort(np.argsort(np.array(log.activities, dtype=np.str_))) if log.activities else np.empty(0, np.int64)
    ranked = [rank[log.codes[log.offsets[place] : log.offsets[place + 1]]].tolist() for place in short]
    order = sorted(range(len(short)), key=lambda at: (-counts[short[at]], lengths[short[at]], ranked[at]))
    wanted = coverage * int(counts.sum())
    places: list[int] = []
    seen: set[int] = set()
    covered = 0
    for at in order:
        place = int(short[at])
        together = seen.union(ranked[at])
        if places and len(together) > most_activities:
            continue
        seen = together
        places.append(place)
        covered += int(counts[place])
        if covered >= wanted or len(places) == most_variants:
            break
    return Sample(
        places=tuple(places),
        variants=tuple(
            tuple(log.activities[code] for code in log.codes[log.offsets[place] : log.offsets[place + 1]])
            for place in places
        ),
        case_counts=tuple(int(counts[place]) for place in places),
    )
