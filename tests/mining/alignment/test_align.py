"""Alignments of hand-made traces."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from mining.alignment import LOG, MODEL, MOVE_NAMES, Alignments, Budget, align, log_fitness, precision
from mining.events import variant_log_of
from mining.standard import FlowStandard, match_activities
from tests.mining.drawn import pnml, standard


def aligned(flow: FlowStandard, *traces: str, is_open: bool = False, ignore: str = "") -> Alignments:
    log = variant_log_of(list(traces))
    return align(log, flow, match_activities(flow, log.activities, mapping={}, ignore=ignore), is_open=is_open)


def told(found: Alignments, variant: int = 0) -> str:
    """Moves as text: A synchronous, +A log, -A model."""
    first, last = found.offsets[variant], found.offsets[variant + 1]
    signs = {LOG: "+", MODEL: "-"}
    return " ".join(
        signs.get(kind, "") + label
        for kind, label in zip(found.kinds[first:last].tolist(), found.labels[first:last], strict=True)
    )


SEQUENCE = ("s A B C e",)
CHOICE = ("s x1 A x2 C e", "x1 B x2")
PARALLEL = ("s p1 A p2 C e", "p1 B p2")
LOOP = ("s x1 A x2 B e", "x2 R x1")


@pytest.mark.parametrize(
    ("chains", "trace", "expected"),
    [
        (SEQUENCE, "ABC", "A B C"),
        (SEQUENCE, "", "-A -B -C"),
        (SEQUENCE, "AC", "A -B C"),
        (SEQUENCE, "BC", "-A B C"),
        (SEQUENCE, "ABBC", "A B +B C"),
        (SEQUENCE, "ACB", "A -B C +B"),
        (SEQUENCE, "AXC", "A -B +X C"),
        (SEQUENCE, "BAC", "-A B +A C"),
        (SEQUENCE, "AB", "A B -C"),
        (SEQUENCE, "XYZ", "-A -B -C +X +Y +Z"),
        (CHOICE, "C", "-A C"),
        (CHOICE, "BAC", "B +A C"),
        (PARALLEL, "BAC", "B A C"),
        (PARALLEL, "BC", "B -A C"),
        (LOOP, "ARAB", "A R A B"),
        (LOOP, "AAB", "A +A B"),
        (LOOP, "AAAB", "A +A +A B"),
        (LOOP, "AXAB", "A -R +X A B"),
        (LOOP, "ARB", "A R -A B"),
    ],
)
def test_closed_cases(chains: tuple[str, ...], trace: str, expected: str) -> None:
    assert told(aligned(standard(*chains), trace)) == expected


@pytest.mark.parametrize(
    ("trace", "expected", "fitness"),
    [("", "", 1.0), ("A", "A", 1.0), ("AC", "A -B C", 0.5), ("B", "-A B", 0.0), ("CAB", "+C A B", 2 / 3)],
)
def test_open_cases_owe_nothing_yet(trace: str, expected: str, fitness: float) -> None:
    found = aligned(standard(*SEQUENCE), trace, is_open=True)
    assert told(found) == expected
    assert found.fitness[0] == pytest.approx(fitness)


def test_fitness_of_variants_and_log() -> None:
    found = aligned(standard(*SEQUENCE), "ABC", "AC", "")
    assert found.fitness == (1.0, 1 - 1 / 5, 0.0)
    assert found.denominator.tolist() == [6, 5, 3]
    assert log_fitness(found, [10, 2, 1]) == pytest.approx(1 - (0 + 2 + 3) / (60 + 10 + 3))
    assert log_fitness(found, [0, 0, 0]) == 1.0


def test_a_flow_whose_cheapest_run_is_empty() -> None:
    found = aligned(standard("s x1 A x2 e", "x1 x2"), "", "A", "AA")
    assert found.cost == (0, 0, 1)
    assert found.fitness[0] == 1.0


def test_ignored_entries_keep_their_place() -> None:
    found = aligned(standard(*SEQUENCE), "AnBnnC", "nnAC", ignore="n")
    assert told(found, 0) == "A B C"
    assert found.positions[:3].tolist() == [1, 3, 6]
    assert found.positions[3:].tolist() == [3, 0, 4]
    assert found.denominator.tolist() == [6, 5]


def test_a_silent_cycle_and_a_final_marking_that_is_left() -> None:
    from mining.standard import standard_from_pnml

    xml = pnml(
        {"i": 1, "m": 0, "o": 0},
        {"a": "A", "t1": None, "t2": None, "b": "B"},
        ["i a", "a m", "m t1", "t1 i", "m t2", "t2 o", "o b", "b m"],
        final={"o": 1},
    )
    flow = standard_from_pnml(xml, source="f")
    assert told(aligned(flow, "AAABA")) == "A A A B A"
    assert aligned(flow, "B", "A", "ABB").cost == (1, 0, 0)


def test_elements_are_named_where_a_step_stands_twice() -> None:
    flow = standard("s A B C e", names={"C": "A"})
    assert aligned(flow, "ABA").element_ids == ("A", "B", "C")
    assert aligned(flow, "AB").element_ids == ("A", "B", "C")


def test_past_the_budget_nothing_is_guessed() -> None:
    flow, log = standard(*SEQUENCE), variant_log_of(["CBA", "ABC"], case_counts=[1, 0])
    match = match_activities(flow, log.activities, mapping={})
    found = align(log, flow, match, is_open=False, budget=Budget(max_nodes=3))
    assert found.cost[0] is None
    assert found.fitness[0] is None
    assert not found.is_exact[0]
    assert found.lower[0] <= 4 <= found.upper[0] == 6
    assert log_fitness(found, log.case_counts) is None
    assert precision(log, found, flow) is None
    assert found.verdicts_table().column("alignment_cost").to_pylist()[0] is None


def test_the_observer_sees_every_variant() -> None:
    flow, log = standard(*SEQUENCE), variant_log_of(["A", "B"])
    seen: list[tuple[int, int]] = []
    match = match_activities(flow, log.activities, mapping={})
    align(log, flow, match, is_open=False, observer=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
    assert seen == sorted(set(seen))


def test_a_match_of_other_activities_is_a_mistake() -> None:
    flow = standard(*SEQUENCE)
    with pytest.raises(ValueError, match="other activities"):
        align(variant_log_of(["Q"]), flow, match_activities(flow, ["A"], mapping={}), is_open=False)


def test_tables() -> None:
    found = aligned(standard(*SEQUENCE), "AC", "", "ABCX")
    moves = found.moves_table().to_pylist()
    assert [row["step"] for row in moves] == [1, 2, 3, 1, 2, 3, 1, 2, 3, 4]
    assert moves[1] == {
        "variant_id": "1", "is_open": False, "step": 2, "move": "model", "activity": "B", "element_id": "B",
        "position": None,
    }  # fmt: skip
    assert moves[-1]["move"] == MOVE_NAMES[LOG]
    assert moves[-1]["element_id"] is None
    assert found.verdicts_table().column("alignment_cost").to_pylist() == [1, 3, 1]


def naive_precision(flow: FlowStandard, found: Alignments, counts: list[int]) -> float:
    words = []
    for number, count in enumerate(counts):
        moves = told(found, number).split()
        words += [tuple(move.lstrip("-") for move in moves if not move.startswith("+"))] * count
    seen = possible = 0
    for word in words:
        for size in range(len(word) + 1):
            prefix = word[:size]
            seen += len({other[size] for other in words if other[:size] == prefix and len(other) > size})
            state = 0
            for label in prefix:
                state = int(flow.automaton.delta[state, flow.labels.index(label)])
            possible += int((flow.automaton.delta[state] >= 0).sum())
    return seen / possible if possible else 1.0


@pytest.mark.parametrize("chains", [SEQUENCE, CHOICE, PARALLEL, LOOP])
def test_precision_is_that_of_the_definition(chains: tuple[str, ...]) -> None:
    flow = standard(*chains)
    traces, counts = ["ABC", "AC", "BC", "ARAB", ""], [3, 2, 1, 4, 1]
    log = variant_log_of(traces, case_counts=counts)
    found = align(log, flow, match_activities(flow, log.activities, mapping={}), is_open=False)
    assert precision(log, found, flow) == pytest.approx(naive_precision(flow, found, counts))


PRINT = """
import hashlib, itertools
from mining.alignment import align
from mining.deviations import find_deviations
from mining.events import variant_log_of
from mining.standard import match_activities
from tests.mining.drawn import standard
flow = standard("s p1 A p2 x1 C x2 e", "p1 B x3 D x4 p2", "x4 E x3", "x1 A2 x2", names={"A2": "A", "D": "B"})
rows = ["".join(r) for n in range(5) for r in itertools.product("ABCX", repeat=n)]
log = variant_log_of(rows)
match = match_activities(flow, log.activities, mapping={})
text = []
for is_open in (False, True):
    found = align(log, flow, match, is_open=is_open)
    text.append(repr((found.cost, found.kinds.tolist(), found.labels, found.element_ids)))
    text.append(repr(find_deviations(found, log, flow, match)))
print(hashlib.sha256("".join(text).encode()).hexdigest())
"""


@pytest.mark.slow
def test_the_hash_seed_does_not_count() -> None:
    digests = set()
    for seed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", PRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == len(hashlib.sha256().hexdigest())
