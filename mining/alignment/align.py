"""Aligning every variant of a log with a standard."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mining.alignment.alignments import LOG, Alignments, merged
from mining.alignment.encoding import UNKNOWN, encoded
from mining.alignment.engine import Budget, Engine, Observer
from mining.alignment.flow import Flow
from mining.alignment.replay import ElementReplay
from mining.events.variant_log import VariantLog
from mining.standard.flow_standard import FlowStandard
from mining.standard.match import ActivityMatch

Ints = NDArray[np.int64]
Value = TypeVar("Value")


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
    found = Engine(Flow.of(standard.automaton), variants, is_open, budget or Budget(), threads, observer).run()
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


def _where(given: NDArray[np.bool_], values: list[Value]) -> tuple[Value | None, ...]:
    if given.all():
        return tuple(values)
    return tuple(value if is_given else None for value, is_given in zip(values, given.tolist(), strict=True))


def _named(names: tuple[Value, ...], codes: Ints) -> tuple[Value, ...]:
    """The name of each code."""
    table = np.empty(len(names), dtype=object)
    table[:] = names
    return tuple(table[codes].tolist()) if len(names) else ()
