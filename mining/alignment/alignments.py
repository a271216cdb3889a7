"""Verdicts on variants: costs, bounds and moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SYNCHRONOUS, LOG, MODEL = 0, 1, 2
MOVE_NAMES = ("synchronous", "log", "model")


@dataclass(frozen=True, slots=True, eq=False)
class Alignments:
    """One verdict per variant of a log, in the log's order.

    `cost[v]` is the least number of log and visible model moves, None where the budget ran out; then
    `lower[v] <= cost <= upper[v]` still holds and there are no moves. `fitness[v]` likewise; `denominator[v]` is what
    the cost is divided by (int64). Moves of variant v are entries `offsets[v]` to `offsets[v + 1]` of:
    `kinds` (uint8: SYNCHRONOUS, LOG or MODEL), `positions` (int64: entry of the whole variant, ignored ones counted,
    from 1; 0 for a model move), `labels` (step name; for a log move of an unknown activity its own name),
    `label_codes` (int32: place of the step name among the standard's labels, -1 where unknown) and `element_ids` (the
    element that the standard's run used; None for log moves).
    """

    is_open: bool
    variant_ids: tuple[str, ...]
    cost: tuple[int | None, ...]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    is_exact: NDArray[np.bool_]
    denominator: NDArray[np.int64]
    fitness: tuple[float | None, ...]
    offsets: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    positions: NDArray[np.int64]
    labels: tuple[str, ...]
    element_ids: tuple[str | None, ...]
    label_codes: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.variant_ids)

    def verdicts_table(self) -> pa.Table:
        """One row a variant: variant_id, is_open, alignment_cost, cost_lower, cost_upper, is_exact, fitness."""
        return pa.table(
            {
                "variant_id": pa.array(self.variant_ids, pa.string()),
                "is_open": pa.array([self.is_open] * len(self), pa.bool_()),
                "alignment_cost": pa.array(self.cost, pa.int64()),
                "cost_lower": pa.array(self.lower, pa.int64()),
                "cost_upper": pa.array(self.upper, pa.int64()),
                "is_exact": pa.array(self.is_exact, pa.bool_()),
                "fitness": pa.array(self.fitness, pa.float64()),
            }
        )

    def moves_table(self) -> pa.Table:
        """One row a move: variant_id, is_open, step (from 1), move, activity, element_id, position (NULL: none)."""
        lengths = np.diff(self.offsets)
        owners = np.repeat(np.arange(len(self)), lengths)
        first = np.repeat(self.offsets[:-1], lengths)
        return pa.table(
            {
                "variant_id": pa.array(self.variant_ids, pa.string()).take(pa.array(owners, pa.int64())),
                "is_open": pa.array([self.is_open] * len(owners), pa.bool_()),
                "step": pa.array(np.arange(len(owners)) - first + 1, pa.int64()),
                "move": pa.array(MOVE_NAMES, pa.string()).take(pa.array(self.kinds, pa.uint8())),
                "activity": pa.array(self.labels, pa.string()),
                "element_id": pa.array(self.element_ids, pa.string()),
                "position": pa.array(self.positions, pa.int64(), mask=self.positions == 0),
            }
        )


def merged(known: Alignments, fresh: Alignments, variant_ids: tuple[str, ...]) -> Alignments:
    """The alignments of `variant_ids`, in that order: those of `fresh`, and of `known` where fresh has none.

    Both must be against one standard. Raises KeyError where neither knows a variant.
    """
    place = {identity: number for number, identity in enumerate(known.variant_ids)}
    place |= {identity: len(known) + number for number, identity in enumerate(fresh.variant_ids)}
    rows = np.asarray([place[identity] for identity in variant_ids], dtype=np.int64)
    sizes = np.concatenate([np.diff(known.offsets), np.diff(fresh.offsets)])[rows]
    starts = np.concatenate([known.offsets[:-1], fresh.offsets[:-1] + known.offsets[-1]])[rows]
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    moves = np.repeat(starts - offsets[:-1], sizes) + np.arange(offsets[-1])
    chosen, picked = rows.tolist(), moves.tolist()
    costs, fitness = known.cost + fresh.cost, known.fitness + fresh.fitness
    labels, element_ids = known.labels + fresh.labels, known.element_ids + fresh.element_ids
    return Alignments(
        is_open=fresh.is_open,
        variant_ids=variant_ids,
        cost=tuple(costs[row] for row in chosen),
        lower=np.concatenate([known.lower, fresh.lower])[rows],
        upper=np.concatenate([known.upper, fresh.upper])[rows],
        is_exact=np.concatenate([known.is_exact, fresh.is_exact])[rows],
        denominator=np.concatenate([known.denominator, fresh.denominator])[rows],
        fitness=tuple(fitness[row] for row in chosen),
        offsets=offsets,
        kinds=np.concatenate([known.kinds, fresh.kinds])[moves],
        positions=np.concatenate([known.positions, fresh.positions])[moves],
        labels=tuple(labels[move] for move in picked),
        element_ids=tuple(element_ids[move] for move in picked),
        label_codes=np.concatenate([known.label_codes, fresh.label_codes])[moves],
    )
