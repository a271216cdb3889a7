"""Call activities (BPMN 2.0.2, 10.3.6, 10.3.7, 13.3.4)."""

from __future__ import annotations

import pytest

from mining.standard import standard_from_bpmn
from tests.mining.semantics.drawings import (
    MESSAGE,
    NONE,
    TERMINATE,
    TIMER,
    boundary,
    call,
    definitions,
    drawing,
    end,
    process,
    start,
    sub,
)
from tests.mining.semantics.playing import refusal, words_of
from tests.mining.semantics.words import shuffle, shuffles, then

CALLED = process("s1 A B e1", name="called")


def with_called(*parts: object) -> bytes:
    return definitions(process(*parts), CALLED)  # type: ignore[arg-type]


def test_a_called_process_stands_for_the_call() -> None:
    """13.3.4: a call starts and ends as a sub-process does."""
    assert words_of(with_called(call("K", "called"), "s K C e")) == {"ABC"}


def test_a_called_process_may_stand_before_its_caller() -> None:
    assert words_of(definitions(CALLED, process(call("K", "called"), "s K C e")), participant="flow") == {"ABC"}


def test_a_prefixed_name_is_looked_up_without_its_prefix() -> None:
    """10.3.6: calledElement is a qualified name."""
    assert words_of(with_called(call("K", "here:called"), "s K C e")) == {"ABC"}


def test_a_process_can_be_called_from_several_places() -> None:
    one_after_another = with_called(call("K", "called"), call("L", "called"), "s K C L e")
    assert words_of(one_after_another) == {"ABCAB"}
    side_by_side = with_called(call("K", "called"), call("L", "called"), "s p K p2 C e", "p L p2")
    assert words_of(side_by_side) == then(shuffle("AB", "AB"), {"C"})


def test_the_steps_of_a_call_have_ids_of_their_own() -> None:
    xml = with_called(call("K", "called"), call("L", "called"), "s K L C e")
    ids = {part.id for part in standard_from_bpmn(xml, source="x.bpmn").space.elements if part.is_visible}
    assert ids == {"K/A", "K/B", "L/A", "L/B", "C"}


def test_a_called_process_may_call_on() -> None:
    middle = process(call("L", "called"), "s2 L C e2", name="middle")
    xml = definitions(process(call("K", "middle"), "s K D e"), middle, CALLED)
    assert words_of(xml) == {"ABCD"}
    ids = {part.id for part in standard_from_bpmn(xml, source="x.bpmn").space.elements if part.is_visible}
    assert ids == {"K/L/A", "K/L/B", "K/C", "D"}


def test_a_call_inside_a_sub_process() -> None:
    assert words_of(with_called(sub("S", call("K", "called"), "s2 K C e2"), "s S D e")) == {"ABCD"}


def test_a_process_of_another_file_is_called_too() -> None:
    xml = drawing(call("K", "called"), "s K C e")
    assert words_of(xml, others=[("called.bpmn", definitions(CALLED))]) == {"ABC"}


@pytest.mark.parametrize("called", ["nowhere", ""])
def test_a_call_that_is_not_found_is_one_step(called: str) -> None:
    assert words_of(drawing(call("K", called), "s K C e")) == {"KC"}


@pytest.mark.parametrize(
    "tag", ["globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"]
)
def test_a_called_global_task_is_one_step(tag: str) -> None:
    """10.3.7."""
    assert words_of(definitions(process(call("K", "G"), "s K C e"), f'<{tag} id="G" name="G"/>')) == {"KC"}


def test_a_process_that_calls_itself_is_refused() -> None:
    problems = refusal(drawing(call("K", "flow"), "s A K e"))
    assert any("'K'" in text for text in problems), problems


def test_processes_that_call_each_other_are_refused() -> None:
    one = process(call("K", "two"), "s1 A K e1", name="one")
    two = process(call("L", "one"), "s2 B L e2", name="two")
    problems = refusal(definitions(process(call("J", "one"), "s J e"), one, two), participant="flow")
    assert any("'K'" in text or "'L'" in text or "K/L" in text for text in problems), problems


def test_a_call_starts_by_the_plain_start_event_alone() -> None:
    """13.3.4: triggered starts of the called process are alternatives to the plain one, and ignored in a call."""
    called = process(start("s1", NONE), start("s2", MESSAGE), "s1 A x1 B e1", "s2 D x1", name="called")
    found = words_of(definitions(process(call("K", "called"), "s K C e"), called))
    assert found == {"ABC"}


def test_terminate_in_a_called_process_ends_the_call_alone() -> None:
    """13.5.6."""
    called = process(end("t", TERMINATE), "s1 p1 A t", "p1 B e1", name="called")
    xml = definitions(process(call("K", "called"), "s p K p2 C e", "p D p2"), called)
    assert words_of(xml) == then(shuffles({"A", "AB", "BA"}, {"D"}), {"C"})


def test_a_call_is_left_by_its_boundary_event() -> None:
    """13.5.3."""
    called = process("s1 A B", name="called")
    flow = process(call("K", "called"), boundary("b", "K", TIMER), "s K C e", "b D e2")
    assert words_of(definitions(flow, called)) == {"ABC", "D", "AD"}


def test_each_call_is_an_instance_of_its_own() -> None:
    """13.3.4."""
    called = process("s1 p1 A p2 C e1", "p1 B p2", name="called")
    xml = definitions(process(call("K", "called"), "s p K e", "p K"), called)
    assert words_of(xml) == shuffles({"ABC", "BAC"}, {"ABC", "BAC"})


def test_steps_of_a_call_can_be_silent_and_its_events_seen() -> None:
    called = process(end("f", MESSAGE), "s1 A B f", name="called")
    xml = definitions(process(call("K", "called"), "s K C e"), called)
    assert words_of(xml, silent=["A"], observed=["f"]) == {"BfC"}
