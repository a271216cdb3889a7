"""What a drawing offers as steps and events."""

from __future__ import annotations

import pytest

from mining.alignment import align
from mining.errors import MiningError
from mining.events import variant_log_of
from mining.standard import FlowStandard, Step, match_activities, standard_from_bpmn
from tests.builders.languages import language
from tests.mining.drawn import document, drawn, parts

BODY = parts("s A M e", names={"s": "Ordered", "A": "Check"}).replace(
    '<task id="M" name="M"/>',
    '<intermediateCatchEvent id="M" name="Paid"><messageEventDefinition/></intermediateCatchEvent>',
)
LATE = '<boundaryEvent id="b" name="Late" attachedToRef="A"><timerEventDefinition/></boundaryEvent><task id="L"/>'
LATE += '<sequenceFlow id="fb" sourceRef="b" targetRef="L"/>'


def standard(body: str = BODY, **options: list[str]) -> FlowStandard:
    return standard_from_bpmn(document(body), source="f", **options)  # type: ignore[arg-type]


def words(flow: FlowStandard) -> set[tuple[str, ...]]:
    return set(language(flow.space, 6))


def test_events_are_silent_unless_observed() -> None:
    flow = standard(BODY + LATE)
    assert flow.labels == ("Check", "L")
    assert flow.silent_events == (Step("b", "Late"), Step("s", "Ordered"), Step("M", "Paid"), Step("e", "e"))
    assert words(flow) == {("Check",), ("L",)}


def test_observed_events_are_steps() -> None:
    flow = standard(BODY + LATE, observed=["b", " Paid ", "unknown", "Check"])
    assert flow.labels == ("Check", "L", "Late", "Paid")
    assert [step.element_id for step in flow.silent_events] == ["s", "e"]
    assert words(flow) == {("Check", "Paid"), ("Late", "L")}
    assert standard(BODY, observed=["Ordered"]).elements_of("Ordered") == ("s",)


def test_a_name_that_a_step_bears_means_the_step() -> None:
    body = BODY.replace('name="Paid"', 'name="Check"')
    assert standard(body, observed=["Check"]).elements_of("Check") == ("A",)
    assert standard(body, observed=["M"]).elements_of("Check") == ("A", "M")


def test_an_error_that_is_caught_is_seen_where_it_is_raised_and_where_it_is_caught() -> None:
    inside = '<startEvent id="s2"/><task id="X"/><endEvent id="t"><errorEventDefinition/></endEvent>'
    inside += '<sequenceFlow id="g1" sourceRef="s2" targetRef="X"/><sequenceFlow id="g2" sourceRef="X" targetRef="t"/>'
    body = parts("s A e").replace('<task id="A" name="A"/>', f'<subProcess id="A">{inside}</subProcess>')
    body += '<boundaryEvent id="b" attachedToRef="A"><errorEventDefinition/></boundaryEvent>'
    body = body.replace('sourceRef="A" targetRef="e"', 'sourceRef="b" targetRef="e"')
    assert words(standard(body, observed=["t", "b"])) == {("X", "t", "b")}


def test_an_activity_without_an_inside_is_a_step_that_may_be_silenced() -> None:
    body = parts("s A B e").replace('<task id="A" name="A"/>', '<subProcess id="A" name="A"/>')
    assert words(standard(body)) == {("A", "B")}
    assert words(standard(body, silent=["A"])) == {("B",)}


def test_notes_are_told() -> None:
    inside = parts("s2 X e2").replace('"f', '"g')
    many = f'<subProcess id="A"><multiInstanceLoopCharacteristics/>{inside}</subProcess>'
    flow = standard(parts("s A e").replace('<task id="A" name="A"/>', many))
    assert flow.notes == (("A", "at most 3 of its instances run at a time."),)


def test_the_same_drawing_is_always_the_same_space() -> None:
    one, two = standard(BODY + LATE), standard(LATE + BODY)
    assert one.space.elements == two.space.elements
    for name in ("source", "target", "element"):
        assert getattr(one.space, name).tolist() == getattr(two.space, name).tolist()


# B goes on to the end; C and D each wait for the other
STUCK = drawn("s A x1 B x2 e", "x1 C p1 x2", "x1 D p1")


def test_an_unsound_flow_is_refused_unless_the_owner_says_otherwise() -> None:
    with pytest.raises(MiningError, match=r"gets stuck.*unsound: warn"):
        standard_from_bpmn(STUCK, source="f")
    flow = standard_from_bpmn(STUCK, source="f", allow_unsound=True)
    assert not flow.soundness.is_sound
    assert words(flow) == {("A", "B")}
    log = variant_log_of([["A", "B"], ["A", "C"], ["A", "C", "D"]])
    match = match_activities(flow, log.activities, mapping={})
    # what leads nowhere is no way to go, not even for a case that is still open
    assert align(log, flow, match, is_open=False).cost == (0, 2, 3)
    assert align(log, flow, match, is_open=True).cost == (0, 1, 2)


def test_a_flow_without_an_end_is_refused_in_any_case() -> None:
    with pytest.raises(MiningError, match="no run of the flow reaches an end"):
        standard_from_bpmn(drawn("s A x1 B p1 e", "x1 C p1"), source="f", allow_unsound=True)
