"""Pools, lanes, message flows and what else does not touch the order (BPMN 2.0.2, 9.3, 9.4, 10.4, 10.8)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import MESSAGE, call, catch, definitions, drawing, process, throw
from tests.mining.semantics.playing import refusal, words_of

BANK = process(throw("t", MESSAGE), catch("c", MESSAGE), "s A t c B e", name="bank_process")
SHOP = process("s1 C D e1", name="shop_process")
POOLS = (
    '<participant id="bank" name="Bank" processRef="bank_process"/>'
    '<participant id="shop" name="Shop" processRef="shop_process"/>'
    '<participant id="post" name="Post"/>'
)
MESSAGES = (
    '<messageFlow id="m1" sourceRef="t" targetRef="C"/><messageFlow id="m2" sourceRef="D" targetRef="c"/>'
    '<messageFlow id="m3" sourceRef="post" targetRef="bank"/>'
)


def collaboration(content: str) -> str:
    return f'<collaboration id="together">{content}</collaboration>'


@pytest.mark.parametrize(
    ("participant", "expected"), [("Bank", {"AB"}), ("shop", {"CD"}), ("bank_process", {"AB"}), ("Shop", {"CD"})]
)
def test_the_named_pool_is_judged_and_no_other(participant: str, expected: set[str]) -> None:
    """9.3: each pool has a process of its own; messages between them don't lead its tokens (9.4)."""
    xml = definitions(collaboration(POOLS + MESSAGES), BANK, SHOP)
    assert words_of(xml, participant=participant) == expected


def test_several_pools_with_content_need_a_choice() -> None:
    problems = refusal(definitions(collaboration(POOLS), BANK, SHOP))
    assert any("Bank" in text and "Shop" in text for text in problems), problems


def test_a_pool_that_is_not_there_is_told() -> None:
    problems = refusal(definitions(collaboration(POOLS), BANK, SHOP), participant="Bakery")
    assert any("Bakery" in text for text in problems), problems


def test_the_only_pool_with_content_needs_no_choice() -> None:
    empty = '<process id="shop_process"/>'
    assert words_of(definitions(collaboration(POOLS), BANK, empty)) == {"AB"}


def test_a_called_process_is_no_pool() -> None:
    """10.3.6: two processes in the file, one of them a pool's."""
    pool = '<participant id="bank" name="Bank" processRef="bank_process"/>'
    flow = process(call("K", "shop_process"), "s A K B e", name="bank_process")
    assert words_of(definitions(collaboration(pool), flow, SHOP), participant="Bank") == {"ACDB"}


def test_lanes_do_not_touch_the_order() -> None:
    """10.8."""
    inner = '<childLaneSet id="l2"><lane id="l3" name="Night"><flowNodeRef>C</flowNodeRef></lane></childLaneSet>'
    lanes = (
        '<laneSet id="l0"><lane id="l1" name="Desk"><flowNodeRef>A</flowNodeRef>'
        f"<flowNodeRef>B</flowNodeRef>{inner}</lane></laneSet>"
    )
    assert words_of(definitions(process("s p A p2 C e", "p B p2", before=lanes))) == {"ABC", "BAC"}


def test_data_and_notes_do_not_touch_the_order() -> None:
    """10.4, 8.3: data objects, stores, associations, notes, groups and categories."""
    before = (
        '<dataObject id="d1"/><dataObjectReference id="d2" name="Form" dataObjectRef="d1"/>'
        '<dataStoreReference id="d3" name="Files"/>'
    )
    artefacts = (
        '<textAnnotation id="n1"><text>note</text></textAnnotation>'
        '<association id="n2" sourceRef="A" targetRef="n1"/><group id="n3"/>'
    )
    text = process("s x A y C e", "x B y", before=before).replace("</process>", f"{artefacts}</process>")
    assert words_of(definitions('<dataStore id="store"/><category id="k"/>', text)) == {"AC", "BC"}


def test_messages_and_signals_inside_a_process_are_not_weighed() -> None:
    """10.5.1: a drawing alone doesn't say which message reaches which event, so the flow decides (asrun's reading)."""
    xml = drawing(throw("t", MESSAGE), catch("c", MESSAGE), "s p A t e", "p c B e2")
    assert words_of(xml) == {"AB", "BA"}
