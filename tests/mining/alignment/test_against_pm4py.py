"""Costs and precision against an independent implementation."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from typing import Any

import pytest

from mining.alignment import align, precision
from mining.events import VariantLog, variant_log_of
from mining.standard import FlowStandard, match_activities, standard_from_pnml
from tests.mining.drawn import pnml
from tests.mining.real_data import real_data

os.environ.setdefault("PM4PY_SHOW_PROGRESS_BAR", "False")
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def net_of(standard: FlowStandard) -> tuple[Any, Any, Any]:
    """The standard's net as pm4py's objects, built by hand: its reader knows fewer ways to be silent."""
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    assert standard.net is not None
    net = PetriNet("n")
    nodes: dict[str, Any] = {}
    for place in standard.net.places:
        nodes[place.id] = PetriNet.Place(place.id)
        net.places.add(nodes[place.id])
    for transition in standard.net.transitions:
        nodes[transition.id] = PetriNet.Transition(transition.id, transition.label)
        net.transitions.add(nodes[transition.id])
    for arc in standard.net.arcs:
        add_arc_from_to(nodes[arc.source], nodes[arc.target], net, arc.weight)
    (final,) = standard.net.finals
    return net, Marking({nodes[p]: n for p, n in standard.net.initial}), Marking({nodes[p]: n for p, n in final})


def frame(log: VariantLog) -> Any:
    import pandas as pd

    rows = [
        (f"{variant:06d}", activity, pd.Timestamp("2020-01-01") + pd.Timedelta(seconds=place))
        for variant in range(len(log))
        for place, activity in enumerate(log.trace(variant))
    ]
    return pd.DataFrame(rows, columns=["case:concept:name", "concept:name", "time:timestamp"])


def pm4py_costs(log: VariantLog, standard: FlowStandard) -> list[int]:
    import pm4py

    return [row["cost"] // 10000 for row in pm4py.conformance_diagnostics_alignments(frame(log), *net_of(standard))]


def log_of(rows: Sequence[Sequence[str]]) -> VariantLog:
    return variant_log_of(rows)


NETS = {
    "choice in parallel with a loop": pnml(
        {"i": 1, "p": 0, "q": 0, "r": 0, "s": 0, "o": 0},
        {"t0": None, "a": "A", "b": "B", "c": "C", "t1": None, "t2": None},
        ["i t0", "t0 p", "t0 q", "p a", "a r", "p b", "b r", "q c", "c s", "s t1", "t1 q", "r t2", "s t2", "t2 o"],
        final={"o": 1},
    ),
    "skips": pnml(
        {"i": 1, "p": 0, "q": 0, "o": 0},
        {"a": "A", "h1": None, "b": "B", "h2": None, "c": "C", "back": None},
        ["i a", "a p", "i h1", "h1 p", "p b", "b q", "p h2", "h2 q", "q c", "c o", "q back", "back i"],
        final={"o": 1},
    ),
    "a label twice": pnml(
        {"i": 1, "p": 0, "q": 0, "o": 0},
        {"a": "A", "b": "B", "a2": "A", "c": "C", "h": None},
        ["i a", "a p", "p b", "b q", "q a2", "a2 o", "q c", "c i", "p h", "h o"],
        final={"o": 1},
    ),
}


@pytest.mark.parametrize("name", sorted(NETS))
def test_costs_agree(name: str) -> None:
    standard = standard_from_pnml(NETS[name], source=name)
    rows = [row for size in range(1, 5) for row in itertools.product("ABC", repeat=size)]
    log = log_of([*rows, ("X",), ("A", "X", "B", "X", "C"), ("C", "B", "A", "C", "B", "A")])
    found = align(log, standard, match_activities(standard, log.activities, mapping={}), is_open=False)
    assert list(found.cost) == pm4py_costs(log, standard)


def test_precision_agrees_where_runs_end_for_good() -> None:
    # Only whole runs, so that the choice of alignment does not count, and nothing is allowed behind an end:
    # pm4py leaves out the prefixes at which cases end.
    import pm4py

    standard = standard_from_pnml(NETS["skips"], source="f")
    log = log_of([("A", "B", "C"), ("C",), ("B", "C"), ("A", "A", "B", "C")])
    found = align(log, standard, match_activities(standard, log.activities, mapping={}), is_open=False)
    assert found.cost == (0, 0, 0, 0)
    theirs = pm4py.precision_alignments(frame(log), *net_of(standard))
    assert precision(log, found, standard) == pytest.approx(theirs)


@pytest.mark.real
def test_road_fines_costs_agree_on_every_variant() -> None:
    import polars as pl
    import rustxes

    path = real_data("road_fines", "Road_Traffic_Fine_Management_Process.xes.gz")
    standard = standard_from_pnml(
        real_data("road_fines", "cocomot_RoadFines_WithData.pnml").read_bytes(), source="road_fines"
    )
    assert not any(re.match(r"Inv\d", label) for label in standard.labels)
    events = rustxes.import_xes(str(path))
    events = events[0] if isinstance(events, tuple | list) else events
    variants = (
        events.with_row_index()
        .sort("case:concept:name", "time:timestamp", "index")
        .group_by("case:concept:name", maintain_order=True)
        .agg(pl.col("concept:name"))
        .group_by("concept:name")
        .len()
        .with_columns(word=pl.col("concept:name").list.join("|"))
        .sort("word")
    )
    log = variant_log_of(variants["concept:name"].to_list(), case_counts=variants["len"].to_list())
    assert (len(log), int(log.case_counts.sum())) == (231, 150_370)
    found = align(log, standard, match_activities(standard, log.activities, mapping={}), is_open=False)
    # The order of the file decides ties; in it the whole log costs 3,896.
    assert sum(c * n for c, n in zip(found.cost, log.case_counts.tolist(), strict=True) if c is not None) == 3_896
    assert list(found.cost) == pm4py_costs(log, standard)
