"""Alignments made up move by move: no engine, any order of log and model moves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from hypothesis import strategies as st

from mining.alignment import LOG, MODEL, SYNCHRONOUS
from mining.alignment.alignments import Alignments
from mining.events import VariantLog, variant_log_of
from mining.standard import FlowStandard
from tests.mining.drawn import standard
from tests.naive.deviations import Move

STEPS = ("A", "B", "C", "D", "E")
STRANGERS = ("unknown 1", "unknown 2")
_SORTS = {"sync": SYNCHRONOUS, "log": LOG, "model": MODEL}


def a_flow() -> FlowStandard:
    """A flow with all steps, two of them of the same name."""
    return standard("s A B C D E E2 e", names={"E2": "E"})


def alignments_of(variants: Sequence[Sequence[Move]], *, is_open: bool) -> tuple[Alignments, VariantLog]:
    """The moves as an engine would give them, with the log that they are of."""
    moves = [move for variant in variants for move in variant]
    places = []
    for variant in variants:
        entry = 0
        for move in variant:
            entry += move.sort != "model"
            places.append(0 if move.sort == "model" else entry)
    log = variant_log_of([[move.name for move in variant if move.sort != "model"] for variant in variants])
    count = len(variants)
    found = Alignments(
        is_open=is_open,
        variant_ids=log.variant_ids,
        cost=tuple(sum(move.sort != "sync" for move in variant) for variant in variants),
        lower=np.zeros(count, dtype=np.int64),
        upper=np.zeros(count, dtype=np.int64),
        is_exact=np.ones(count, dtype=np.bool_),
        denominator=np.ones(count, dtype=np.int64),
        fitness=(None,) * count,
        offsets=np.concatenate([[0], np.cumsum([len(variant) for variant in variants])]).astype(np.int64),
        kinds=np.asarray([_SORTS[move.sort] for move in moves], dtype=np.uint8),
        positions=np.asarray(places, dtype=np.int64),
        labels=tuple(move.name for move in moves),
        element_ids=tuple(None if move.sort == "log" else move.name for move in moves),
        label_codes=np.asarray([STEPS.index(m.name) if m.name in STEPS else -1 for m in moves], dtype=np.int32),
    )
    return found, log


def _could_be(moves: Sequence[Move]) -> bool:
    """Whether no step is both missing and extra within a gap, as in every cheapest alignment."""
    for is_gap, members in groupby(moves, key=lambda move: move.sort != "sync"):
        here = list(members)
        names = [{move.name for move in here if move.sort == sort} for sort in ("log", "model")]
        if is_gap and names[0] & names[1]:
            return False
    return True


_move = st.one_of(
    st.builds(Move, st.sampled_from(("sync", "log", "model")), st.sampled_from(STEPS)),
    st.builds(Move, st.just("log"), st.sampled_from(STRANGERS), st.just(False)),
)
variants_of_moves = st.lists(st.lists(_move, max_size=12).filter(_could_be), min_size=1, max_size=4)
