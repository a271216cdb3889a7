"""Costs on real logs against two independent implementations, and what every alignment must be."""

from __future__ import annotations

import json
import random
import warnings
from typing import Any

import numpy as np
import pytest

from mining.alignment import LOG, MODEL, SYNCHRONOUS, Alignments, align, engine, precision
from mining.events import VariantLog, variant_log_of
from mining.standard import FlowStandard, match_activities
from tests.real.judging import (
    JUDGED,
    model_key,
    net_of,
    pm4py_costs,
    r4pm_answers,
    standard_of,
    variant_key,
    words_as_frame,
    words_of,
)
from tests.real.make_alignment_oracle import ORACLE

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]

R4PM_SAMPLE, PM4PY_SAMPLE = 100, 10


def oracle(name: str) -> dict[str, Any]:
    return dict(json.loads((ORACLE / f"{name}.json").read_text(encoding="utf-8")))


def aligned(name: str) -> tuple[FlowStandard, VariantLog, Alignments]:
    standard, log = standard_of(JUDGED[name]), variant_log_of(words_of(JUDGED[name]))
    match = match_activities(standard, log.activities, mapping={})
    return standard, log, align(log, standard, match, is_open=False)


@pytest.mark.parametrize("name", list(JUDGED))
def test_every_variant_costs_what_the_peers_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged, kept = JUDGED[name], oracle(name)
    assert kept["model"] == model_key(judged)
    standard, log, found = aligned(name)
    keys = [variant_key(log.trace(number)) for number in range(len(log))]
    told = kept["r4pm"] | kept["both"]
    assert sorted(told) == sorted(keys)
    assert len(kept["both"]) > 100 or len(kept["both"]) == len(keys)
    assert dict(zip(keys, found.cost, strict=True)) == told
    _check(standard, log, found)
    # The other way of aligning tells the same, move by move.
    monkeypatch.setattr(engine, "MOST_STATES_AT_ONCE", 0)
    match = match_activities(standard, log.activities, mapping={})
    searched = align(log, standard, match, is_open=False)
    assert searched.kinds.tobytes() == found.kinds.tobytes()
    assert searched.labels == found.labels
    assert searched.element_ids == found.element_ids


def _check(standard: FlowStandard, log: VariantLog, found: Alignments) -> None:
    """Every alignment projects to its trace and to a run, and costs what it says."""
    owners = np.repeat(np.arange(len(log)), np.diff(found.offsets))
    costs = np.bincount(owners[found.kinds != SYNCHRONOUS], minlength=len(log))
    assert costs.tolist() == list(found.cost)
    labels = np.asarray(found.labels, dtype=object)
    assert labels[found.kinds != MODEL].tolist() == [log.activities[code] for code in log.codes.tolist()]
    for number in range(len(log)):
        first, last = found.offsets[number], found.offsets[number + 1]
        assert standard.automaton.accepts(tuple(labels[first:last][found.kinds[first:last] != LOG].tolist()))


@pytest.mark.parametrize("name", list(JUDGED))
def test_a_sample_of_the_oracle_is_what_the_peers_say_today(name: str) -> None:
    warnings.simplefilter("ignore")
    judged, kept = JUDGED[name], oracle(name)
    words, net = list(words_of(judged)), net_of(judged)
    random.Random(name).shuffle(words)
    told = kept["r4pm"] | kept["both"]
    answers = r4pm_answers(words[:R4PM_SAMPLE], net)
    assert [answer["Ok"]["cost"] for answer in answers] == [told[variant_key(w)] for w in words[:R4PM_SAMPLE]]
    quick = [word for word in words if len(word) <= 30 and variant_key(word) in kept["both"]][:PM4PY_SAMPLE]
    for word, cost in pm4py_costs(quick, net, seconds_each=10, seconds=15):
        assert cost in {None, told[variant_key(word)]}


FITTING = 60


def _naive_precision(standard: FlowStandard, words: list[tuple[str, ...]], *, with_ends: bool) -> float:
    """Escaping edges by the definition, on words that are runs; `with_ends` counts the words as prefixes as well."""
    seen = possible = 0
    for word in words:
        for size in range(len(word) + with_ends):
            state = 0
            for label in word[:size]:
                state = int(standard.automaton.delta[state, standard.labels.index(label)])
            seen += len({other[size] for other in words if other[:size] == word[:size] and len(other) > size})
            possible += int((standard.automaton.delta[state] >= 0).sum())
    return seen / possible


@pytest.mark.parametrize(
    ("name", "ends_for_good"),
    [
        ("road_fines_normative", False),
        ("receipt_imf", False),
        ("helpdesk_imf", True),
        ("helpdesk_drawn", True),
        ("bpic2020_domestic_imf", True),
    ],
)
def test_precision_of_fitting_variants_is_that_of_pm4py(name: str, ends_for_good: bool) -> None:
    """pm4py leaves out the prefixes at which cases end: the same where nothing may follow them."""
    import pm4py

    warnings.simplefilter("ignore")
    standard, log, found = aligned(name)
    sub = log.only(np.flatnonzero(found.lower == 0)[:FITTING])
    words = [sub.trace(number) for number in range(len(sub))]
    again = align(sub, standard, match_activities(standard, sub.activities, mapping={}), is_open=False)
    ours = precision(sub, again, standard)
    theirs = pm4py.precision_alignments(words_as_frame(words), *net_of(JUDGED[name]))
    assert ours == pytest.approx(_naive_precision(standard, words, with_ends=True))
    assert theirs == pytest.approx(_naive_precision(standard, words, with_ends=False))
    assert (ours == pytest.approx(theirs)) == ends_for_good
