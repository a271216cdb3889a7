"""The tasks of the alignment races: `words` is a JSON list of traces, `model` a PNML file."""

from __future__ import annotations

import json
import random
import statistics
import time
import warnings
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Stopwatch

Told = dict[str, Any]


def _words(path: str) -> list[tuple[str, ...]]:
    return [tuple(word) for word in json.loads(Path(path).read_text(encoding="utf-8"))]


def _standard(model: str, width: int) -> Any:
    """The standard, its automaton not yet counted; a wide block is laid down as the state space that it is."""
    from mining.standard import standard_from_pnml
    from tests.mining.blocks import parallel_block
    from tests.mining.random_spaces import standard_of_space

    if width:
        return standard_of_space(parallel_block(width))
    return standard_from_pnml(Path(model).read_bytes(), source=model)


def align_all(watch: Stopwatch, *, words: str, model: str, width: int) -> Told:
    """Encoding, automaton and moves of every variant, as a night does it, five times; the median of each part counts.

    `start` is the time to import numba and the kernels, which come from the disk where the first start ever left
    them; `first` the whole of the first time.
    """
    started = time.perf_counter()
    from mining.alignment import align

    start = time.perf_counter() - started
    from mining.automaton import automaton_of
    from mining.events import variant_log_of
    from mining.standard import match_activities

    traces, standard = _words(words), _standard(model, width)
    rounds: list[dict[str, float]] = []
    for _ in range(5):
        parts: dict[str, float] = {}
        started = time.perf_counter()
        log = variant_log_of(traces)
        match = match_activities(standard, log.activities, mapping={})
        parts["encoding"] = time.perf_counter() - started
        started = time.perf_counter()
        automaton = automaton_of(standard.space)
        parts["automaton"] = time.perf_counter() - started
        started = time.perf_counter()
        found = align(log, standard, match, is_open=False)
        parts["moves"] = time.perf_counter() - started
        rounds.append(parts)
    parts = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    watch.seconds = sum(parts.values())
    told = {"start": start, "first": sum(rounds[0].values())}
    return told | {
        "parts": parts,
        "costs": list(found.cost),
        "states": automaton.state_count,
        "moves": len(found.kinds),
    }


def align_second_night(watch: Stopwatch, *, words: str, model: str, width: int, share: float) -> Told:
    """All but a share of the variants are known from the night before."""
    from mining.alignment import align
    from mining.events import variant_log_of
    from mining.standard import match_activities

    traces, standard = _words(words), _standard(model, width)
    random.Random(1).shuffle(traces)
    new = max(1, round(share * len(traces)))
    log = variant_log_of(traces)
    match = match_activities(standard, log.activities, mapping={})
    fresh = variant_log_of(traces[:new], variant_ids=log.variant_ids[:new])
    known = align(variant_log_of(traces[new:], variant_ids=log.variant_ids[new:]), standard, match, is_open=False)
    with watch.running():
        align(fresh, standard, match, is_open=False)
    joined = Stopwatch()
    with joined.running():
        whole = align(log, standard, match, is_open=False, known=known)
    again = align(log, standard, match, is_open=False)
    assert (whole.kinds.tobytes(), whole.labels) == (again.kinds.tobytes(), again.labels)
    return {"new": new, "joined": joined.seconds}


def align_by_r4pm(watch: Stopwatch, *, words: str, model: str) -> Told:
    """r4pm as it comes: no bound on states, all cores; its answer is taken as text, before Python reads it."""
    import r4pm
    from r4pm import petri_net

    from tests.real.judging import r4pm_projection

    traces = _words(words)
    net = petri_net.import_pnml(model)
    (identity,) = [row["id"] for row in r4pm.list_bindings() if row["name"] == "align_variants"]
    parts = {}
    started = time.perf_counter()
    projection = r4pm_projection(traces)
    parts["encoding"] = time.perf_counter() - started
    started = time.perf_counter()
    answer = r4pm.call_binding(identity, json.dumps({"net": net, "projection": projection}))
    parts["moves"] = time.perf_counter() - started
    watch.seconds = sum(parts.values())
    found = {tuple(row["activities"]): row["result"].get("Ok", {}).get("cost") for row in json.loads(answer)}
    return {"parts": parts, "costs": [found.get(trace) for trace in traces]}


def align_by_pm4py(watch: Stopwatch, *, words: str, model: str, seconds: float) -> Told:
    """pm4py's fastest exact variant on variants by chance, ten at a time, until its time is up."""
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm

    from tests.real.judging import words_as_frame

    warnings.simplefilter("ignore")
    traces, net = _words(words), pm4py.read_pnml(model)
    order = list(range(len(traces)))
    random.Random(1).shuffle(order)
    found: dict[int, int] = {}
    while len(found) < len(order) and watch.seconds < seconds:
        part = order[len(found) : len(found) + 10]
        frame = words_as_frame([traces[number] for number in part])
        with watch.running():
            rows = algorithm.apply(frame, *net, variant=algorithm.Variants.VERSION_DIJKSTRA_LESS_MEMORY)
        found |= {number: int(row["cost"]) // 10_000 for number, row in zip(part, rows, strict=True)}
    return {"aligned": len(found), "costs": found}


def _sample(words: str, variants: int) -> list[tuple[str, ...]]:
    short = [word for word in _words(words) if len(word) <= 30]
    return random.Random(1).sample(short, min(variants, len(short)))


def precision(watch: Stopwatch, *, words: str, model: str, variants: int) -> Told:
    """Alignments and precision of a sample, together, as pm4py's precision aligns as well."""
    from mining.alignment import align
    from mining.alignment import precision as precision_of
    from mining.events import variant_log_of
    from mining.standard import match_activities

    standard, log = _standard(model, 0), variant_log_of(_sample(words, variants))
    match = match_activities(standard, log.activities, mapping={})
    with watch.running():
        value = precision_of(log, align(log, standard, match, is_open=False), standard)
    return {"precision": value}


def precision_by_pm4py(watch: Stopwatch, *, words: str, model: str, variants: int) -> Told:
    """The same sample by pm4py's precision on alignments."""
    import pm4py

    from tests.real.judging import words_as_frame

    warnings.simplefilter("ignore")
    net, frame = pm4py.read_pnml(model), words_as_frame(_sample(words, variants))
    with watch.running():
        value = pm4py.precision_alignments(frame, *net)
    return {"precision": value}
