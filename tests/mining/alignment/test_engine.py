"""The engine's ways: vectors, search, threads, budgets, what is known, long and odd inputs."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import numpy as np
import pytest

from mining.alignment import LOG, MODEL, Alignments, Budget, align, engine
from mining.alignment.engine import Engine
from mining.alignment.flow import Flow
from mining.alignment.vectors import CostVectors
from mining.automaton import automaton_of
from mining.events import VariantLog, variant_log_of
from mining.standard import FlowStandard, match_activities, standard_from_pnml
from tests.mining.blocks import noisy_traces, parallel_block
from tests.mining.drawn import pnml, standard
from tests.mining.random_spaces import standard_of_space

LOOP = ("s x1 A p1 B p2 x2 C e", "p1 D p2", "x2 x3 E x1", "x3 F x1")
"""A choice of two ways back around two parallel steps."""


def aligned(flow: FlowStandard, log: VariantLog, *, is_open: bool = False, **options: object) -> Alignments:
    match = match_activities(flow, log.activities, mapping={})
    return align(log, flow, match, is_open=is_open, **options)  # type: ignore[arg-type]


def some_log(count: int = 400, *, seed: int = 1, letters: str = "ABCDEFX") -> VariantLog:
    chance = random.Random(seed)
    rows = {"".join(chance.choices(letters, k=chance.randint(0, 14))): None for _ in range(count)}
    return variant_log_of(list(rows))


def facts(found: Alignments, variant: int) -> tuple[object, ...]:
    """Everything told about a variant."""
    first, last = found.offsets[variant], found.offsets[variant + 1]
    return (
        found.variant_ids[variant], found.cost[variant], int(found.lower[variant]), int(found.upper[variant]),
        found.fitness[variant], int(found.denominator[variant]), found.kinds[first:last].tolist(),
        found.positions[first:last].tolist(), found.labels[first:last], found.element_ids[first:last],
        found.label_codes[first:last].tolist(),
    )  # fmt: skip


def all_facts(found: Alignments) -> list[tuple[object, ...]]:
    return [facts(found, variant) for variant in range(len(found))]


@pytest.mark.parametrize("is_open", [False, True])
def test_threads_and_the_order_of_variants_do_not_count(is_open: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ENTRIES_A_THREAD", 0)
    monkeypatch.setattr(engine, "ENTRIES_AT_ONCE", 500)
    flow, log = standard(*LOOP), some_log()
    plain = all_facts(aligned(flow, log, is_open=is_open, threads=1))
    assert all_facts(aligned(flow, log, is_open=is_open, threads=2)) == plain
    assert all_facts(aligned(flow, log, is_open=is_open, threads=5)) == plain
    order = np.random.default_rng(7).permutation(len(log))
    assert all_facts(aligned(flow, log.only(order), is_open=is_open)) == [plain[number] for number in order]
    monkeypatch.setattr(engine, "MOST_STATES_AT_ONCE", 0)
    for threads in (1, 2):
        assert all_facts(aligned(flow, log, is_open=is_open, threads=threads)) == plain


@pytest.mark.parametrize("is_open", [False, True])
def test_a_warm_memo_tells_the_same(is_open: bool) -> None:
    flow, log = standard(*LOOP), some_log()
    together = all_facts(aligned(flow, log, is_open=is_open))
    alone = [facts(aligned(flow, log.only(np.array([number])), is_open=is_open), 0) for number in range(len(log))]
    assert alone == together
    # Room for so few vectors that they are forgotten again and again.
    assert all_facts(aligned(flow, log, is_open=is_open, budget=Budget(max_bytes=4_000))) == together


def test_few_bytes_are_kept() -> None:
    flow = Flow.of(standard(*LOOP).automaton)
    log = some_log(2_000)
    match = match_activities(standard(*LOOP), log.activities, mapping={})
    from mining.alignment.encoding import encoded

    variants = encoded(log, standard(*LOOP).labels, match)
    vectors = CostVectors(flow, is_open=False, max_bytes=20_000)
    first = 0
    while first < len(variants):
        _, last = vectors.suffixes(variants, first, len(variants))
        assert last > first
        assert vectors.held_bytes <= 20_000 + 4 * 512 * flow.state_count * 10
        first = last


def test_what_is_known_is_taken_over() -> None:
    flow, log = standard(*LOOP), some_log()
    whole = aligned(flow, log)
    known = aligned(flow, log.only(np.arange(0, len(log), 3)))
    seen: list[tuple[int, int]] = []
    again = aligned(flow, log, known=known, observer=lambda done, total: seen.append((done, total)))
    assert all_facts(again) == all_facts(whole)
    new = len(log) - len(known)
    assert seen[-1] == (new, new)
    assert all_facts(aligned(flow, log, known=whole)) == all_facts(whole)
    assert all_facts(aligned(flow, log, known=aligned(flow, variant_log_of([])))) == all_facts(whole)
    with pytest.raises(ValueError, match="open and closed"):
        aligned(flow, log, known=known, is_open=True)


def test_what_was_cut_off_is_not_taken_over() -> None:
    flow, log = standard(*LOOP), some_log()
    cut = aligned(flow, log, budget=Budget(max_seconds=0))
    assert not cut.is_exact.any()
    assert all_facts(aligned(flow, log, known=cut)) == all_facts(aligned(flow, log))


def test_out_of_time_the_bounds_hold() -> None:
    flow, log = standard(*LOOP), some_log()
    true, cut = aligned(flow, log), aligned(flow, log, budget=Budget(max_seconds=0))
    assert set(cut.cost) == {None}
    assert len(cut.kinds) == 0
    assert (cut.lower <= true.lower).all()
    assert (cut.upper >= true.upper).all()
    # The unknown X is a log move for certain.
    assert cut.lower.tolist() == [log.trace(number).count("X") for number in range(len(log))]


@pytest.mark.parametrize("is_open", [False, True])
def test_search_and_vectors_agree_on_a_parallel_block(is_open: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = standard_of_space(parallel_block(8))
    log = variant_log_of(noisy_traces(8, 300, 3))
    by_vectors = all_facts(aligned(flow, log, is_open=is_open))
    monkeypatch.setattr(engine, "MOST_STATES_AT_ONCE", 0)
    assert all_facts(aligned(flow, log, is_open=is_open)) == by_vectors
    # A search that may keep almost nothing hands over to vectors.
    monkeypatch.setattr(engine, "LEAST_SEARCHED", 1)
    assert all_facts(aligned(flow, log, is_open=is_open)) == by_vectors


def test_a_wide_block_is_solved_exactly() -> None:
    """Steps in any order: what is lost or doubled costs one each, whatever the order."""
    width = 12
    flow, traces = standard_of_space(parallel_block(width)), noisy_traces(width, 200, 5)
    found = aligned(flow, variant_log_of(traces))
    assert list(found.cost) == [width + len(trace) - 2 * len(set(trace)) for trace in traces]


def test_past_the_budget_a_wide_block_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without counts the search is blind, so that some variants run out.
    monkeypatch.setattr("mining.alignment.bounds.MAX_COUNTS", 0)
    flow, log = standard_of_space(parallel_block(9)), variant_log_of(noisy_traces(9, 60, 5))
    true = aligned(flow, log)
    cut = aligned(flow, log, budget=Budget(max_nodes=400))
    assert true.is_exact.all()
    assert 0 < int(cut.is_exact.sum()) < len(log)
    assert (cut.lower <= true.lower).all()
    assert (cut.upper >= true.upper).all()
    assert (cut.lower[~cut.is_exact] > 0).all()
    for number in np.flatnonzero(cut.is_exact).tolist():
        assert facts(cut, number) == facts(true, number)


def test_wide_automata_are_built_whole() -> None:
    automaton = automaton_of(parallel_block(16))
    assert automaton.state_count == 1 << 16
    assert automaton.shortest_run == 16
    assert int((automaton.delta >= 0).sum()) == 16 << 15


def test_costs_beyond_a_byte_and_traces_of_thousands() -> None:
    names = [f"S{number:03d}" for number in range(300)]
    flow = standard(f"s {' '.join(names)} e")
    rows = [[], names, names[::-1], ["X"] * 5_000, [*names, *names], ["S000"] * 3_000, names[:1] + names[1:] * 10]
    found = aligned(flow, variant_log_of(rows))
    assert found.cost == (300, 0, 598, 5_300, 300, 2_999 + 299, 299 * 9)
    opened = aligned(flow, variant_log_of(rows), is_open=True)
    assert opened.cost == (0, 0, 299, 5_000, 300, 2_999, 299 * 9)


def test_a_long_way_round() -> None:
    flow = standard("s x1 A x2 B e", "x2 R x1")
    trace = ["A", "R"] * 4_000 + ["A", "A", "B"]
    found = aligned(flow, variant_log_of([trace, trace[1:], ["R"] * 6_000]))
    assert found.cost == (1, 2, 6_002)
    assert found.kinds[:8_001].tolist() == [0] * 8_001
    assert found.kinds[8_001] == LOG


def test_several_ends_of_which_one_can_be_left() -> None:
    xml = pnml(
        {"i": 1, "m": 0, "o": 0},
        {"a": "A", "b": "B", "c": "C", "t": None, "u": None},
        ["i a", "a m", "m b", "b o", "o c", "c m", "m t", "t o", "o u", "u m"],
        final={"o": 1},
    )
    two = xml.replace(
        b"<finalmarkings>",
        b'<finalmarkings><marking><place idref="i"><text>1</text></place></marking>',
    )
    flow = standard_from_pnml(two, source="f")
    assert len(flow.space.finals) == 2
    # The cheapest run is empty, and silent steps go in a ring.
    found = aligned(flow, variant_log_of(["", "A", "B", "ABCBC", "CCC", "BX"]))
    assert found.cost == (0, 0, 1, 0, 1, 2)
    assert found.denominator.tolist() == [0, 1, 1, 5, 3, 2]
    assert found.fitness[0] == 1.0


def test_nothing_to_align() -> None:
    flow = standard(*LOOP)
    found = aligned(flow, variant_log_of([]))
    assert len(found) == 0
    assert found.moves_table().num_rows == 0
    only_unknown = aligned(flow, variant_log_of(["XYZ", "X"]), is_open=True)
    assert only_unknown.cost == (3, 1)
    assert only_unknown.fitness == (0.0, 0.0)


def test_skips_stand_where_they_were_due_and_insertions_where_they_happened() -> None:
    flow = standard("s A B C D e")
    found = aligned(flow, variant_log_of(["ACXD"]))
    assert [(int(kind), label) for kind, label in zip(found.kinds, found.labels, strict=True)] == [
        (0, "A"), (MODEL, "B"), (0, "C"), (LOG, "X"), (0, "D"),
    ]  # fmt: skip


def test_a_doubled_step_is_told_as_a_repeat() -> None:
    """Though the standard would let it happen again after waiting."""
    flow = standard("s x1 Take x2 Solve e", "x2 Wait x1")
    found = aligned(flow, variant_log_of([["Take", "Take", "Solve"], ["Take", "Take", "Wait", "Take", "Solve"]]))
    assert found.cost == (1, 1)
    assert found.kinds.tolist() == [0, LOG, 0, 0, LOG, 0, 0, 0]


def test_the_engine_is_told_what_the_budget_says() -> None:
    flow, log = standard(*LOOP), some_log(20)
    from mining.alignment.encoding import encoded

    variants = encoded(log, flow.labels, match_activities(flow, log.activities, mapping={}))
    found = Engine(Flow.of(flow.automaton), variants, False, Budget(), 1, None).run()
    assert found.is_exact.all()


DIGEST = """
import hashlib
from mining.alignment import align, engine, precision
from mining.events import variant_log_of
from mining.standard import match_activities
from tests.mining.alignment.test_engine import LOOP, all_facts, some_log
from tests.mining.blocks import noisy_traces, parallel_block
from tests.mining.drawn import standard
from tests.mining.random_spaces import standard_of_space
text = []
twice = standard("s p1 A p2 x1 C x2 e", "p1 B x3 D x4 p2", "x4 E x3", "x1 A2 x2", names={"A2": "A", "D": "B"})
for flow, log in (
    (standard(*LOOP), some_log(150)),
    (twice, some_log(80, letters="ABCE")),
    (standard_of_space(parallel_block(5)), variant_log_of(noisy_traces(5, 20, 1))),
):
    match = match_activities(flow, log.activities, mapping={})
    for most in (0, 400):
        engine.MOST_STATES_AT_ONCE = most
        for is_open in (False, True):
            found = align(log, flow, match, is_open=is_open)
            text.append(repr((all_facts(found), precision(log, found, flow))))
print(hashlib.sha256("".join(text).encode()).hexdigest())
"""


def digest(**environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DIGEST], env={**os.environ, **environ}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_kernels_say_the_same_without_the_compiler() -> None:
    assert digest(NUMBA_DISABLE_JIT="1", PYTHONWARNINGS="error::RuntimeWarning") == digest()


@pytest.mark.slow
def test_the_hash_seed_does_not_count() -> None:
    assert len({digest(PYTHONHASHSEED=str(seed)) for seed in range(10)}) == 1


@pytest.mark.parametrize("most", [2, 5, 10, 20, 40, 80, 160])
def test_a_search_cut_short_never_tells_another_path(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    flow, log = standard(*LOOP), some_log()
    by_vectors = all_facts(aligned(flow, log))
    monkeypatch.setattr(engine, "MOST_STATES_AT_ONCE", 0)
    monkeypatch.setattr(engine, "LEAST_SEARCHED", most)
    assert all_facts(aligned(flow, log)) == by_vectors
