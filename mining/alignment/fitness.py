"""Fitness of a variant and of a log."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mining.alignment.alignments import Alignments


def fitness_of(cost: int, denominator: int) -> float:
    """1 - cost / denominator, where 0/0 is a perfect fit."""
    return 1.0 if denominator == 0 else 1.0 - cost / denominator


def log_fitness(alignments: Alignments, case_counts: Sequence[int] | NDArray[np.int64]) -> float | None:
    """1 - sum of costs / sum of denominators over all cases (`case_counts` per variant).

    None where a variant with cases has no exact cost: a fitness of the rest would be a guess.
    """
    cost = denominator = 0
    for number, count in enumerate(np.asarray(case_counts, dtype=np.int64).tolist()):
        if count == 0:
            continue
        each = alignments.cost[number]
        if each is None:
            return None
        cost += count * each
        denominator += count * int(alignments.denominator[number])
    return fitness_of(cost, denominator)
