"""Moves told as findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.alignment import LOG, MODEL, SYNCHRONOUS, Budget, align
from mining.deviations import MESSAGES, Finding, find_deviations, findings_table
from mining.events import variant_log_of
from mining.standard import FlowStandard, match_activities
from mining.statespace import StateSpace
from tests.mining.drawn import standard
from tests.mining.random_spaces import spaces, standard_of_space, traces


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
        ("ABX", [("unknown_activity", "X", 3), ("unfinished", "X", 3)]),
        ("", [("unfinished", None, None)]),
        ("ACDX", [("skipped", "B", 2), ("unknown_activity", "X", 4)]),
        ("DABCD", [("inserted", "D", 1)]),
    ],
)
def test_closed(trace: str, expected: list[tuple[str, str | None, int | None]]) -> None:
    assert short(found(standard(*SEQUENCE), trace)) == expected


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


def test_out_of_order_tells_what_changed_places() -> None:
    (late,) = found(standard(*SEQUENCE), "ACBD")
    assert (late.message_key, dict(late.message_args)) == ("flow.out_of_order_late", {"step": "B", "other": "C"})
    assert (late.expected, late.observed) == ("B → C", "C → B")
    (early,) = found(standard(*SEQUENCE), "DABC")
    assert (early.message_key, dict(early.message_args)) == ("flow.out_of_order_early", {"step": "D", "other": "C"})
    assert early.clause_id == "step:D"


def test_occurrences_count_within_kind_clause_and_activity() -> None:
    findings = found(standard(*SEQUENCE), "ABBBCXXD")
    assert [(f.kind, f.activity, f.occurrence) for f in findings] == [
        ("repeated", "B", 1),
        ("repeated", "B", 2),
        ("unknown_activity", "X", 1),
        ("unknown_activity", "X", 2),
    ]
    assert [dict(f.message_args).get("times") for f in findings[:2]] == ["2", "3"]


def test_positions_count_ignored_entries() -> None:
    assert short(found(standard(*SEQUENCE), "nAnCDn", ignore="n")) == [("skipped", "B", 4)]
    assert short(found(standard(*SEQUENCE), "nAnBn", ignore="n")) == [("unfinished", "B", 4)]


def test_unfinished_lists_the_missing_steps() -> None:
    (finding,) = found(standard(*SEQUENCE), "AB")
    assert dict(finding.message_args) == {"after": "B", "steps": "C; D"}
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
        '{"activity": "X"}',
        '{"after": "A", "before": "C", "step": "B"}',
    ]
    assert findings_table([]).num_rows == 0


@given(spaces(), st.lists(traces, min_size=1, max_size=3), st.booleans())
def test_every_move_of_cost_one_is_in_exactly_one_finding(
    space: StateSpace, rows: list[list[str]], is_open: bool
) -> None:
    flow, log = standard_of_space(space), variant_log_of(rows)
    match = match_activities(flow, log.activities, mapping={})
    alignments = align(log, flow, match, is_open=is_open)
    findings = find_deviations(alignments, log, flow, match)
    for variant, identity in enumerate(log.variant_ids):
        kinds = alignments.kinds[alignments.offsets[variant] : alignments.offsets[variant + 1]].tolist()
        mine = [finding for finding in findings if finding.variant_id == identity]
        covered = sorted(move for finding in mine for move in finding.moves)
        assert covered == [number for number, kind in enumerate(kinds) if kind != SYNCHRONOUS]
        keys = [(f.kind, f.clause_id, f.activity, f.occurrence) for f in mine]
        assert len(set(keys)) == len(keys)
        for finding in mine:
            assert finding.moves
            assert {name for name, _ in finding.message_args} <= set(MESSAGES[finding.message_key])
            if finding.kind == "out_of_order":
                assert sorted(kinds[move] for move in finding.moves) == [LOG, MODEL]
                assert len(finding.message_args) == 2
            elif finding.kind in {"skipped", "unfinished"}:
                assert {kinds[move] for move in finding.moves} == {MODEL}
            else:
                assert [kinds[move] for move in finding.moves] == [LOG]
            if finding.message_key != "flow.unfinished":
                assert {name for name, _ in finding.message_args} == set(MESSAGES[finding.message_key])
            if is_open:
                assert finding.kind != "unfinished"
