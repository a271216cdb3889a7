"""What a BPMN file may hold, and how it is refused."""

from __future__ import annotations

import pytest

from mining.bpmn import Ignored, read_bpmn
from mining.errors import MiningError
from tests.mining.drawn import MODEL, document, drawn, parts


def refusals(xml: bytes) -> list[str]:
    with pytest.raises(MiningError) as caught:
        read_bpmn(xml, source="f.bpmn")
    return [str(problem) for problem in caught.value.problems]


def test_nodes_flows_and_names_are_read_in_file_order() -> None:
    drawing = read_bpmn(drawn("s A x1 B e", "x1 C e", names={"A": " Check \n the   form "}), source="f.bpmn")
    assert [node.id for node in drawing.nodes] == ["s", "A", "x1", "B", "e", "C"]
    assert drawing.nodes[1].name == "Check the form"
    assert [(flow.source, flow.target) for flow in drawing.flows][:2] == [("s", "A"), ("A", "x1")]
    assert set(drawing.honoured) == {node.id for node in drawing.nodes} | {flow.id for flow in drawing.flows}


@pytest.mark.parametrize(
    "tag",
    ["task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask"],
)
def test_tasks_of_every_type_are_steps(tag: str) -> None:
    # BPMN 2.0.2, section 10.3.3
    xml = drawn("s A e").replace(b"<task ", f"<{tag} ".encode())
    assert [node.type for node in read_bpmn(xml, source="f").nodes if node.is_task] == [tag]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<task id="A" name="A"/>', '<task id="A" isForCompensation="true"/>', "compensation"),
        ('<task id="A" name="A"/>', '<task id="A" startQuantity="2"/>', "startQuantity"),
        ('targetRef="e"/>', 'targetRef="nowhere"/>', "'nowhere'"),
        ('id="f2"', 'id="f1"', "stands twice"),
        ('id="f2"', "", "needs an id"),
        ('sourceRef="A" targetRef="e"', 'sourceRef="A" targetRef="s"', "runs into a start event"),
        ('sourceRef="A" targetRef="e"', 'sourceRef="e" targetRef="A"', "leaves an end event"),
    ],
)
def test_one_wrong_thing_is_told(old: str, new: str, said: str) -> None:
    assert any(said in each for each in refusals(document(parts("s A e").replace(old, new))))


def test_conditions_on_an_exclusive_gateway_are_a_free_choice() -> None:
    body = parts("s x1 A e", "x1 B e").replace(
        'targetRef="A"/>', 'targetRef="A"><conditionExpression>a &lt; 3</conditionExpression></sequenceFlow>'
    )
    body = body.replace('<exclusiveGateway id="x1" name=""/>', '<exclusiveGateway id="x1" default="f4"/>')
    drawing = read_bpmn(document(body), source="f")
    assert [(flow.id, flow.condition) for flow in drawing.flows if flow.is_conditional] == [("f2", "a < 3")]
    assert [flow.id for flow in drawing.flows if flow.is_default] == ["f4"]


def test_what_says_nothing_about_order_is_ignored_with_a_reason() -> None:
    body = parts("s A e") + (
        '<textAnnotation id="t1"><text>note</text></textAnnotation><dataObject id="d1"/><association id="a1"/>'
        '<group id="g1"/><extensionElements><x xmlns="urn:tool"/></extensionElements>'
    )
    drawing = read_bpmn(document(body), source="f")
    assert {part.element_id for part in drawing.ignored} == {"t1", "d1", "a1", "g1", "flow"}
    assert all(isinstance(part, Ignored) and part.reason for part in drawing.ignored)


def test_unknown_elements_are_not_passed_over() -> None:
    assert "not known to BPMN" in refusals(document(parts("s A e") + '<teleport id="q"/>'))[0]


def test_the_innermost_lane_is_the_role() -> None:
    lanes = (
        '<laneSet><lane id="l1" name="Desk"><flowNodeRef>A</flowNodeRef><flowNodeRef>B</flowNodeRef>'
        '<childLaneSet><lane id="l2" name="Night  desk"><flowNodeRef>B</flowNodeRef></lane></childLaneSet>'
        "</lane></laneSet>"
    )
    drawing = read_bpmn(document(lanes + parts("s A B e")), source="f")
    assert {node.id: node.lane for node in drawing.nodes if node.is_task} == {"A": "Desk", "B": "Night desk"}
    assert [(lane.id, lane.parent) for lane in drawing.lanes] == [("l1", ""), ("l2", "l1")]


def two_pools() -> bytes:
    other = parts("s A e").replace('"s"', '"s2"').replace('"A"', '"A2"').replace('"e"', '"e2"').replace('"f', '"g')
    before = (
        '<collaboration id="c"><participant id="p1" name="Customer" processRef="flow"/>'
        '<participant id="p2" name="Bank" processRef="other"/><participant id="p3" name="Post"/>'
        '<messageFlow id="m1" sourceRef="A" targetRef="A2"/></collaboration>'
    )
    return document(parts("s A e"), before=before, after=f'<process id="other">{other}</process>')


def test_two_participants_need_a_choice() -> None:
    (told,) = refusals(two_pools())
    assert "'Customer', 'Bank'" in told


@pytest.mark.parametrize("participant", ["Bank", "p2", "other", " Bank "])
def test_a_participant_can_be_chosen(participant: str) -> None:
    drawing = read_bpmn(two_pools(), source="f", participant=participant)
    assert [node.id for node in drawing.nodes] == ["s2", "A2", "e2"]
    assert {part.element_id for part in drawing.ignored} >= {"m1", "A", "s", "e", "f1"}
    with pytest.raises(MiningError, match="found 'Customer', 'Bank'"):
        read_bpmn(two_pools(), source="f", participant="Nobody")


def test_shapes_and_edges_are_kept_as_drawn() -> None:
    after = (
        '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:c="http://www.omg.org/spec/DD/20100524/DC" xmlns:p="http://www.omg.org/spec/DD/20100524/DI"><d:BPMNPlane>'
        '<d:BPMNShape bpmnElement="A"><c:Bounds x="10" y="20.5" width="100" height="80"/></d:BPMNShape>'
        '<d:BPMNShape bpmnElement="e"><c:Bounds x="nan" y="0" width="1" height="1"/></d:BPMNShape>'
        '<d:BPMNEdge bpmnElement="f1"><p:waypoint x="1" y="2"/><p:waypoint x="3" y="4"/></d:BPMNEdge>'
        "</d:BPMNPlane></d:BPMNDiagram>"
    )
    drawing = read_bpmn(document(parts("s A e"), after=after), source="f")
    assert [(s.element_id, s.bounds.y) for s in drawing.shapes] == [("A", 20.5)]
    assert drawing.edges[0].waypoints == ((1.0, 2.0), (3.0, 4.0))
    assert [part.element_id for part in drawing.ignored] == ["e"]


@pytest.mark.parametrize("x", ["1e155", "-2000000", "inf", "1,5", ""])
@pytest.mark.parametrize(
    "place",
    [
        '<d:BPMNShape bpmnElement="A"><c:Bounds x="{}" y="0" width="1" height="1"/></d:BPMNShape>',
        '<d:BPMNShape bpmnElement="A"><c:Bounds x="0" y="0" width="1" height="{}"/></d:BPMNShape>',
        '<d:BPMNEdge bpmnElement="f1"><p:waypoint x="{}" y="2"/><p:waypoint x="3" y="4"/></d:BPMNEdge>',
    ],
)
def test_a_place_beyond_any_page_is_left_out_and_told(place: str, x: str) -> None:
    after = (
        '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:c="http://www.omg.org/spec/DD/20100524/DC" xmlns:p="http://www.omg.org/spec/DD/20100524/DI"><d:BPMNPlane>'
        f"{place.format(x)}</d:BPMNPlane></d:BPMNDiagram>"
    )
    drawing = read_bpmn(document(parts("s A e"), after=after), source="f")
    assert (drawing.shapes, drawing.edges) == ((), ())
    assert "its place on the page can't be read" in {part.reason for part in drawing.ignored}


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"PK\x03\x04 not xml", "well-formed"),
        (drawn("s A e")[:-20], "well-formed"),
        (b"<html/>", "definitions"),
        (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "definitions"),
        (f'<definitions xmlns="{MODEL}"><process id="p"/></definitions>'.encode(), "no process"),
        (b"<!DOCTYPE x><x/>", "document type"),
    ],
)
def test_a_file_that_is_no_drawing_is_one_clear_error(xml: bytes, said: str) -> None:
    (told,) = refusals(xml)
    assert said in told
