"""Moves told as findings."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.alignment import LOG, SYNCHRONOUS, Budget, align
from mining.alignment.alignments import MOVE_NAMES, Alignments
from mining.deviations import MESSAGES, WITH_PLACE, Finding, find_deviations, findings_table
from mining.deviations.pairing import paired
from mining.events import VariantLog, variant_log_of
from mining.standard import FlowStandard, match_activities
from mining.statespace import StateSpace
from tests.mining.deviations.made_up import a_flow, alignments_of, variants_of_moves
from tests.mining.drawn import standard
from tests.mining.random_spaces import spaces, standard_of_space, traces
from tests.naive.deviations import Move, tell

FLOW = a_flow()


def found(flow: FlowStandard, trace: str, *, is_open: bool = False, ignore: str = "") -> list[Finding]:
    log = variant_log_of([trace])
    match = match_activities(flow, log.activities, mapping={}, ignore=ignore)
    return list(find_deviations(align(log, flow, match, is_open=is_open), log, flow, match))


def short(findings: list[Finding]) -> list[tuple[str, str | None, int | None]]:
    return [(finding.kind, finding.activity, finding.position) for finding in findings]


SEQUENCE = ("s A B C D e",)


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        ("ABCD", []),
        ("ACD", [("skipped", "B", 2)]),
        ("BCD", [("skipped", "A", 1)]),
        ("AXBCD", [("unknown_activity", "X", 2)]),
        ("ABBCD", [("repeated", "B", 3)]),
        ("ABCBCD", [("repeated", "B", 4), ("repeated", "C", 5)]),
        ("ACBD", [("out_of_order", "B", 3)]),
        ("DABC", [("out_of_order", "D", 1)]),
        ("ABC", [("unfinished", "C", 3)]),
        ("AB", [("unfinished", "B", 2)]),
        ("ABX", [("unknown_activity", "X", 3), ("unfinished", "B", 3)]),
        ("", [("unfinished", None, None)]),
        ("ACDX", [("skipped", "B", 2), ("unknown_activity", "X", 4)]),
        ("AXCD", [("skipped", "B", 2), ("unknown_activity", "X", 2)]),
        # the first of several may be the one too many
        ("DABCD", [("repeated", "D", 1)]),
        ("AACD", [("repeated", "A", 2), ("skipped", "B", 3)]),
        ("ABCC", [("repeated", "C", 4), ("unfinished", "C", 4)]),
        ("XY", [("unknown_activity", "X", 1), ("unknown_activity", "Y", 2), ("unfinished", None, 2)]),
    ],
)
def test_closed(trace: str, expected: list[tuple[str, str | None, int | None]]) -> None:
    assert short(found(standard(*SEQUENCE), trace)) == expected


# two branches: the steps of one are known, but wrong, in the other
BRANCHES = ("s A x1 B C x2 D e", "x1 F G H x2")


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        ("ABHD", [("replaced", "C", 3)]),
        ("AFGBD", [("replaced", "H", 4)]),
        # the first missing one first; what is left over keeps its own kind
        ("HBCD", [("replaced", "A", 1)]),
        ("ABHFD", [("replaced", "C", 3), ("inserted", "F", 4)]),
        # what nobody knows replaces nothing
        ("ABXD", [("skipped", "C", 3), ("unknown_activity", "X", 3)]),
        # a repetition is a story of its own
        ("ABBD", [("repeated", "B", 3), ("skipped", "C", 4)]),
        # at the end: with something in the place of all that is missing, the case did not stop early
        ("ABCH", [("replaced", "D", 4)]),
        ("ABH", [("inserted", "H", 3), ("unfinished", "B", 3)]),
        ("ABHF", [("replaced", "C", 3), ("replaced", "D", 4)]),
    ],
)
def test_replaced(trace: str, expected: list[tuple[str, str | None, int | None]]) -> None:
    findings = sorted(found(standard(*BRANCHES), trace), key=lambda finding: finding.position or 0)
    assert sorted(short(findings), key=repr) == sorted(expected, key=repr)


def test_a_replaced_step_in_full() -> None:
    (finding,) = found(standard(*BRANCHES), "ABHD")
    assert (finding.clause_id, finding.element_id) == ("step:C", "C")
    assert dict(finding.message_args) == {"after": "B", "before": "D", "other": "H", "step": "C"}
    assert (finding.expected, finding.observed) == ("C", "H")


def test_the_first_missing_step_is_the_replaced_one() -> None:
    flow = standard("s A x1 B C E x2 D e", "x1 F G H I J x2")
    assert short(found(flow, "ABHD")) == [("skipped", "E", 3), ("replaced", "C", 3)]


def test_an_open_case_has_nothing_replaced_at_its_end() -> None:
    assert short(found(standard(*BRANCHES), "ABH", is_open=True)) == [("inserted", "H", 3)]


LOOP = ("s A x1 B x2 C e", "x2 D x1")


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        ("ABDBDBC", []),
        # done twice in a row is a simpler story than a step between them that was skipped
        ("ABBC", [("repeated", "B", 3)]),
        ("ABDBCC", [("repeated", "C", 6)]),
        ("ABDBDC", [("skipped", "B", 6)]),
        ("ADBC", [("skipped", "B", 2)]),
    ],
)
def test_in_loops(trace: str, expected: list[tuple[str, str | None, int | None]]) -> None:
    assert short(found(standard(*LOOP), trace)) == expected


def test_open_cases_are_not_unfinished() -> None:
    assert found(standard(*SEQUENCE), "AB", is_open=True) == []
    assert short(found(standard(*SEQUENCE), "AC", is_open=True)) == [("skipped", "B", 2)]


def test_a_skipped_step_in_full() -> None:
    (finding,) = found(standard(*SEQUENCE), "ACD")
    assert finding.clause_id == "step:B"
    assert finding.element_id == "B"
    assert finding.message_key == "flow.skipped"
    assert dict(finding.message_args) == {"step": "B", "after": "A", "before": "C"}
    assert (finding.expected, finding.observed) == ("B", "C")


@pytest.mark.parametrize(
    ("trace", "key", "arguments", "expected", "observed"),
    [
        ("ACBD", "flow.out_of_order_late", {"step": "B", "other": "C"}, "B → C", "C → B"),
        ("ACDB", "flow.out_of_order_later", {"step": "B", "other": "C", "last": "D"}, "B → C", "D → B"),
        ("DABC", "flow.out_of_order_earlier", {"step": "D", "other": "C", "first": "A"}, "C → D", "D → A"),
        ("ABDCE", "flow.out_of_order_late", {"step": "C", "other": "D"}, "C → D", "D → C"),
    ],
)
def test_out_of_order_tells_what_changed_places(
    trace: str, key: str, arguments: dict[str, str], expected: str, observed: str
) -> None:
    (finding,) = found(standard("s A B C D E e") if "E" in trace else standard(*SEQUENCE), trace)
    assert (finding.message_key, dict(finding.message_args)) == (key, arguments)
    assert (finding.expected, finding.observed) == (expected, observed)
    assert finding.clause_id == f"step:{arguments['step']}"


def test_occurrences_count_within_kind_clause_and_activity() -> None:
    findings = found(standard(*SEQUENCE), "ABBBCXXD")
    assert [(f.kind, f.activity, f.occurrence) for f in findings] == [
        ("repeated", "B", 1),
        ("repeated", "B", 2),
        ("unknown_activity", "X", 1),
        ("unknown_activity", "X", 2),
    ]
    assert [dict(f.message_args).get("times") for f in findings[:2]] == ["2", "3"]


def test_an_extra_step_tells_what_was_due_there_and_its_place() -> None:
    (unknown,) = found(standard(*SEQUENCE), "AXBCD")
    assert dict(unknown.message_args) == {"activity": "X", "after": "A", "before": "B"}
    assert unknown.expected == "B"
    skipped, unknown = found(standard(*SEQUENCE), "AXCD")
    assert (skipped.expected, unknown.expected) == ("B", "B")
    (early,) = found(standard(*SEQUENCE), "DABCD")
    assert (early.message_key, dict(early.message_args)) == ("flow.repeated_early", {"step": "D", "before": "A"})
    assert (early.expected, early.element_id) == ("A", "D")
    (last,) = found(standard(*SEQUENCE), "ABCDX")
    assert dict(last.message_args) == {"activity": "X", "after": "D"}
    assert last.expected is None


def test_a_repetition_stands_at_the_element_that_was_used() -> None:
    flow = standard("s A B C B2 D e", names={"B2": "B"})
    assert [f.element_id for f in found(flow, "ABBCBD")] == ["B"]
    assert [f.element_id for f in found(flow, "ABCBBD")] == ["B2"]


def test_positions_count_ignored_entries() -> None:
    assert short(found(standard(*SEQUENCE), "nAnCDn", ignore="n")) == [("skipped", "B", 4)]
    assert short(found(standard(*SEQUENCE), "nAnBn", ignore="n")) == [("unfinished", "B", 4)]


def test_unfinished_lists_the_missing_steps() -> None:
    (finding,) = found(standard(*SEQUENCE), "AB")
    assert dict(finding.message_args) == {"after": "B", "steps": ("C", "D")}
    assert finding.element_id == "C"
    (nothing,) = found(standard(*SEQUENCE), "")
    assert nothing.message_key == "flow.unfinished_not_begun"


def test_mapped_activities_are_told_by_their_step() -> None:
    flow = standard(*SEQUENCE)
    log = variant_log_of([("a", "C", "D", "b")])
    match = match_activities(flow, log.activities, mapping={"a": "A", "b": "B"})
    (finding,) = find_deviations(align(log, flow, match, is_open=False), log, flow, match)
    assert (finding.kind, finding.activity, finding.position) == ("out_of_order", "B", 4)


def test_variants_without_exact_alignment_have_no_findings() -> None:
    flow, log = standard(*SEQUENCE), variant_log_of(["DCBA"])
    match = match_activities(flow, log.activities, mapping={})
    assert find_deviations(align(log, flow, match, is_open=False, budget=Budget(max_nodes=1)), log, flow, match) == ()


def test_table() -> None:
    table = findings_table(found(standard(*SEQUENCE), "XACD"))
    assert table.num_rows == 2
    assert table.column("message_args").to_pylist() == [
        '{"activity": "X", "before": "A"}',
        '{"after": "A", "before": "C", "step": "B"}',
    ]
    assert findings_table([]).num_rows == 0


def check(alignments: Alignments, log: VariantLog, flow: FlowStandard) -> None:
    """Every move of cost 1 in exactly one finding, and all of it as the twin tells it."""
    match = match_activities(flow, log.activities, mapping={})
    step_of = dict(zip(match.activities, match.steps, strict=True))
    findings = find_deviations(alignments, log, flow, match)
    for variant, identity in enumerate(log.variant_ids):
        here = slice(alignments.offsets[variant], alignments.offsets[variant + 1])
        kinds = alignments.kinds[here].tolist()
        moves = [
            Move(MOVE_NAMES[kind].replace("synchronous", "sync"), label, kind != LOG or step_of.get(label) is not None)
            for kind, label in zip(kinds, alignments.labels[here], strict=True)
        ]
        mine = [finding for finding in findings if finding.variant_id == identity]
        told = sorted(((f.kind, f.activity, f.moves) for f in mine), key=lambda one: one[2])
        assert told == tell(moves, is_open=alignments.is_open)
        covered = sorted(move for finding in mine for move in finding.moves)
        assert covered == [number for number, kind in enumerate(kinds) if kind != SYNCHRONOUS]
        keys = [(f.kind, f.clause_id, f.activity, f.occurrence) for f in mine]
        assert len(set(keys)) == len(keys)
        for finding in mine:
            names = {name for name, _ in finding.message_args}
            assert names - {"after", "before"} == set(MESSAGES[finding.message_key]) - {"after"}
            assert finding.message_key in WITH_PLACE or names == set(MESSAGES[finding.message_key])
            assert list(finding.message_args) == sorted(finding.message_args, key=lambda one: one[0])
            if finding.position is not None and finding.kind not in {"skipped", "unfinished"}:
                assert alignments.positions[here][list(finding.moves)].max() == finding.position


@given(spaces(), st.lists(traces, min_size=1, max_size=3), st.booleans())
def test_every_move_of_cost_one_is_in_exactly_one_finding(
    space: StateSpace, rows: list[list[str]], is_open: bool
) -> None:
    flow, log = standard_of_space(space), variant_log_of(rows)
    match = match_activities(flow, log.activities, mapping={})
    alignments = align(log, flow, match, is_open=is_open)
    check(alignments, log, flow)
    if is_open:
        assert "unfinished" not in {f.kind for f in find_deviations(alignments, log, flow, match)}


@settings(max_examples=400)
@given(variants_of_moves, st.booleans())
def test_any_moves_are_told_as_the_twin_tells_them(variants: list[list[Move]], is_open: bool) -> None:
    check(*alignments_of(variants, is_open=is_open), FLOW)


@given(variants_of_moves, st.booleans(), st.randoms())
def test_other_variants_and_their_order_change_nothing(
    variants: list[list[Move]], is_open: bool, chance: random.Random
) -> None:
    def told(chosen: list[list[Move]]) -> list[list[Finding]]:
        alignments, log = alignments_of(chosen, is_open=is_open)
        findings = find_deviations(alignments, log, FLOW, match_activities(FLOW, log.activities, mapping={}))
        return [
            [replace(finding, variant_id="") for finding in findings if finding.variant_id == identity]
            for identity in log.variant_ids
        ]

    order = list(range(len(variants)))
    chance.shuffle(order)
    whole, shuffled = told(variants), told([variants[number] for number in order])
    assert [whole[number] for number in order] == shuffled
    assert [told([variant])[0] for variant in variants] == whole


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.booleans()), max_size=14),
    st.lists(st.integers(1, 3), min_size=14, max_size=14),
)
def test_pairs_are_the_nearest_first(line: list[tuple[str, bool]], steps: list[int]) -> None:
    places = [sum(steps[: number + 1]) for number in range(len(line))]
    skips = [(place, step) for place, (step, is_skip) in zip(places, line, strict=True) if is_skip]
    extras = [(place, step) for place, (step, is_skip) in zip(places, line, strict=True) if not is_skip]
    left = sorted((abs(s - x), s, x) for s, one in skips for x, other in extras if one == other)
    wanted: dict[int, int] = {}
    for _, skip, extra in left:
        if skip not in wanted and extra not in wanted.values():
            wanted[skip] = extra
    assert paired(skips, extras) == wanted
