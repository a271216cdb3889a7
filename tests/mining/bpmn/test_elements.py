"""Every element that a service organisation draws, as it is read, and each refusal by id."""

from __future__ import annotations

import pytest

from mining.bpmn import Drawing, Loop, Node, RefusedDrawing, Trigger, read_bpmn
from tests.mining.drawn import document, parts

PLACES = {
    "start": '<startEvent id="x">{}</startEvent>',
    "end": '<endEvent id="x">{}</endEvent>',
    "catch": '<intermediateCatchEvent id="x">{}</intermediateCatchEvent>',
    "throw": '<intermediateThrowEvent id="x">{}</intermediateThrowEvent>',
    "boundary": '<boundaryEvent id="x" attachedToRef="A">{}</boundaryEvent>',
}
ALLOWED = {
    "start": {"message", "timer", "conditional", "signal", "error", "escalation"},
    "end": {"message", "signal", "error", "escalation", "terminate"},
    "catch": {"message", "timer", "conditional", "signal"},
    "throw": {"message", "escalation", "signal"},
    "boundary": {"message", "timer", "conditional", "signal", "error", "escalation", "cancel"},
}
KINDS = ("message", "timer", "conditional", "signal", "error", "escalation", "cancel", "compensate", "terminate")


def read(body: str, *, after: str = "", others: tuple[tuple[str, bytes], ...] = ()) -> Drawing:
    return read_bpmn(document(body, after=after), source="f.bpmn", others=others)


def node(drawing: Drawing, identity: str) -> Node:
    return next(each for each in drawing.nodes if each.id == identity)


def refused(body: str, *, after: str = "") -> RefusedDrawing:
    with pytest.raises(RefusedDrawing) as caught:
        read(body, after=after)
    return caught.value


def with_event(place: str, definitions: str) -> str:
    return parts("s A e") + PLACES[place].format(definitions)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_events_of_every_kind_at_every_place(place: str, kind: str) -> None:
    # BPMN 2.0.2, table 10.93
    body = with_event(place, f"<{kind}EventDefinition/>")
    if kind in ALLOWED[place]:
        assert node(read(body), "x").triggers == (Trigger(kind),)
    else:
        error = refused(body)
        assert error.refused == ("x",)
        assert "(x)" in str(error)
        said = {("end", "cancel"): "stands in none"}.get((place, kind), "has no meaning in BPMN")
        assert ("compensation" if kind == "compensate" else said) in str(error)


@pytest.mark.parametrize("place", PLACES)
def test_an_event_without_a_definition(place: str) -> None:
    drawing = read(with_event(place, ""))
    assert node(drawing, "x").trigger == ""
    assert ("x" in dict(drawing.notes)) == (place in {"catch", "boundary"})


def test_definitions_may_stand_elsewhere() -> None:
    body = with_event("boundary", "<eventDefinitionRef>t:d1</eventDefinitionRef>")
    after = (
        '<message id="m1" name=" New \n order "/><messageEventDefinition id="d1" messageRef="t:m1"/>'
        '<error id="r1" name="Lost" errorCode="E7"/>'
    )
    assert node(read(body, after=after), "x").triggers == (Trigger("message", "m1", "New order"),)
    body = with_event("boundary", '<errorEventDefinition errorRef="r1"/>')
    assert node(read(body, after=after), "x").triggers == (Trigger("error", "r1", "Lost", code="E7"),)
    assert "'d9', which the file doesn't have" in str(
        refused(with_event("end", "<eventDefinitionRef>d9</eventDefinitionRef>"), after=after)
    )


@pytest.mark.parametrize(("tag", "timer"), [("timeDate", "date"), ("timeDuration", "duration"), ("timeCycle", "cycle")])
def test_a_timer_keeps_its_text(tag: str, timer: str) -> None:
    body = with_event("boundary", f"<timerEventDefinition><{tag}> P2D\n </{tag}></timerEventDefinition>")
    assert node(read(body), "x").triggers == (Trigger("timer", timer=timer, text="P2D"),)


def test_a_condition_keeps_its_text() -> None:
    body = with_event(
        "catch", "<conditionalEventDefinition><condition>x  &lt; 1</condition></conditionalEventDefinition>"
    )
    assert node(read(body), "x").triggers == (Trigger("conditional", text="x < 1"),)


def test_several_triggers() -> None:
    two = "<messageEventDefinition/><signalEventDefinition/>"
    assert node(read(with_event("boundary", two)), "x").trigger == "multiple"
    body = with_event("boundary", two).replace('attachedToRef="A"', 'attachedToRef="A" parallelMultiple="true"')
    assert node(read(body), "x").trigger == "parallelMultiple"


def test_boundary_events() -> None:
    drawing = read(with_event("boundary", "<timerEventDefinition/>"))
    assert (node(drawing, "x").attached_to, node(drawing, "x").is_interrupting) == ("A", True)
    body = with_event("boundary", "<timerEventDefinition/>").replace('"A">', '"A" cancelActivity="false">')
    assert not node(read(body), "x").is_interrupting
    body = with_event("boundary", "<errorEventDefinition/>").replace('"A">', '"A" cancelActivity="false">')
    assert node(read(body), "x").is_interrupting
    assert "always interrupts" in dict(read(body).notes)["x"]


@pytest.mark.parametrize("attached", ["nothing", "e", "s", ""])
def test_a_boundary_event_needs_an_activity(attached: str) -> None:
    error = refused(with_event("boundary", "").replace('attachedToRef="A"', f'attachedToRef="{attached}"'))
    assert error.refused == ("x",)
    assert "is no activity beside it" in str(error)


INSIDE = '<startEvent id="s2"/><task id="X"/><sequenceFlow id="g1" sourceRef="s2" targetRef="X"/>'


@pytest.mark.parametrize("tag", ["subProcess", "transaction", "adHocSubProcess"])
def test_sub_processes(tag: str) -> None:
    body = parts("s A e").replace('<task id="A" name="A"/>', f'<{tag} id="A" name="A">{INSIDE}</{tag}>')
    drawing = read(body)
    assert (node(drawing, "A").type, node(drawing, "A").is_expanded, node(drawing, "A").is_step) == (tag, True, False)
    assert {each.id: each.scope for each in drawing.nodes} == {"s": "", "A": "", "e": "", "s2": "A", "X": "A"}
    assert {each.id: each.scope for each in drawing.flows} == {"f1": "", "f2": "", "g1": "A"}
    assert [each.id for each in drawing.nodes].index("A") < [each.id for each in drawing.nodes].index("X")
    empty = read(parts("s A e").replace('<task id="A" name="A"/>', f'<{tag} id="A"><dataObject id="d"/></{tag}>'))
    assert (node(empty, "A").is_expanded, node(empty, "A").is_step) == (False, True)


def test_ad_hoc_settings() -> None:
    opening = '<adHocSubProcess id="A" ordering="Sequential" cancelRemainingInstances="false">'
    body = parts("s A e").replace('<task id="A" name="A"/>', f'{opening}<task id="X"/></adHocSubProcess>')
    assert node(read(body), "A").is_sequential
    assert not node(read(body), "A").cancels_remaining


def test_event_sub_processes() -> None:
    inner = '<subProcess id="h" triggeredByEvent="true">{}</subProcess>'
    started = INSIDE.replace('<startEvent id="s2"/>', '<startEvent id="s2" isInterrupting="false"/>')
    drawing = read(parts("s A e") + inner.format(started))
    assert node(drawing, "h").is_event_sub_process
    assert not node(drawing, "s2").is_interrupting
    empty = read(parts("s A e") + inner.format(""))
    assert [(part.element_id, part.type) for part in empty.ignored] == [("h", "subProcess")]
    assert "nothing triggers it" in str(refused(parts("s A e") + inner.format('<task id="X"/>')))
    flow = '<sequenceFlow id="fh" sourceRef="A" targetRef="h"/>'
    assert "touches an event sub-process" in str(refused(parts("s A e") + inner.format(started) + flow))
    assert refused(parts("s A e") + inner.format("") + flow).refused == ("fh",)
    boundary = '<boundaryEvent id="b" attachedToRef="h"/>'
    assert "attached to an event sub-process" in str(refused(parts("s A e") + inner.format(started) + boundary))


SEVERAL = "<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics>"


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("<standardLoopCharacteristics/>", Loop("standard")),
        ('<standardLoopCharacteristics loopMaximum="4"/>', Loop("standard", maximum=4)),
        ('<standardLoopCharacteristics loopMaximum="0"/>', Loop("standard")),
        ('<standardLoopCharacteristics loopMaximum=""/>', Loop("standard")),
        ("<multiInstanceLoopCharacteristics/>", Loop("parallel")),
        ('<multiInstanceLoopCharacteristics isSequential="true"/>', Loop("sequential")),
        (SEVERAL.format(" 3 "), Loop("parallel", cardinality=3)),
        (SEVERAL.format("${n}"), Loop("parallel")),
    ],
)
def test_markers(marker: str, expected: Loop) -> None:
    drawing = read(parts("s A e").replace('<task id="A" name="A"/>', f'<task id="A">{marker}</task>'))
    assert node(drawing, "A").marker == expected
    assert ("A" in dict(drawing.notes)) == ("${n}" in marker or 'Maximum="0"' in marker)


def test_gateways_of_every_kind() -> None:
    body = parts("s A e") + (
        '<eventBasedGateway id="v" instantiate="true" eventGatewayType="Parallel"/><inclusiveGateway id="i"/>'
    )
    drawing = read(body)
    assert (node(drawing, "v").instantiates, node(drawing, "v").is_parallel) == (True, True)
    assert node(drawing, "i").type == "inclusiveGateway"
    task = parts("s A e").replace('<task id="A" name="A"/>', '<receiveTask id="A" instantiate="true"/>')
    assert "A" in dict(read(task).notes)


def link(place: str, identity: str, name: str) -> str:
    tag = {"throw": "intermediateThrowEvent", "catch": "intermediateCatchEvent"}[place]
    return f'<{tag} id="{identity}"><linkEventDefinition name="{name}"/></{tag}>'


def test_links() -> None:
    body = parts("s A e")
    pair = link("throw", "t", "L") + link("catch", "c", "L")
    assert node(read(body + pair), "t").triggers == (Trigger("link", "L", "L"),)
    read(body + pair + link("throw", "t2", "L"))
    assert refused(body + pair + link("catch", "c2", "L")).refused == ("c2",)
    assert refused(body + link("throw", "t", "L") + link("catch", "c", "M")).refused == ("t", "c")
    unnamed = '<intermediateThrowEvent id="t" name="L"><linkEventDefinition/></intermediateThrowEvent>'
    read(body + unnamed + link("catch", "c", "L"))


def test_cancel_ends_belong_in_a_transaction() -> None:
    cancel = '<endEvent id="c"><cancelEventDefinition/></endEvent>'
    assert refused(parts("s A e") + cancel).refused == ("c",)
    inner = f'<subProcess id="Q">{cancel}</subProcess>'
    inside = f'<transaction id="A">{INSIDE}{inner}</transaction>'
    read(parts("s A e").replace('<task id="A" name="A"/>', inside))


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ('<complexGateway id="x" name="The odd one"/>', "free text"),
        ('<choreographyTask id="x" name="The odd one"/>', "choreography"),
        ('<subChoreography id="x" name="The odd one"/>', "choreography"),
        ('<callChoreography id="x" name="The odd one"/>', "choreography"),
        ('<implicitThrowEvent id="x" name="The odd one"/>', "implicit"),
        ('<event id="x" name="The odd one"/>', "no stated type"),
        ('<task id="x" name="The odd one" isForCompensation="true"/>', "compensation"),
        ('<subProcess id="x" name="The odd one" completionQuantity="2"/>', "completionQuantity"),
        ('<task id="x" name="The odd one"><teleport/></task>', "<teleport>"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_id_and_name(element: str, said: str) -> None:
    error = refused(parts("s A e") + element)
    assert error.refused == ("x",)
    assert "'The odd one' (x)" in str(error)
    assert said in str(error)


def test_what_a_refused_element_holds_is_refused_with_it() -> None:
    error = refused(parts("s A e") + f'<subProcess id="x" isForCompensation="true">{INSIDE}</subProcess>')
    assert error.refused == ("x", "s2", "X", "g1")
    assert len(error.problems) == 1


def test_all_refused_elements_come_in_one_error() -> None:
    body = parts("s A e") + '<complexGateway id="i1"/><callChoreography id="c1"/>'
    error = refused(body.replace('<task id="A" name="A"/>', '<task id="A" name="A" startQuantity="3"/>'))
    assert error.refused == ("A", "i1", "c1")
    assert error.honoured == ("s", "e", "f1", "f2")


def test_a_flow_may_not_cross_the_border_of_a_sub_process() -> None:
    inside = f'<subProcess id="A">{INSIDE}<sequenceFlow id="g2" sourceRef="X" targetRef="e"/></subProcess>'
    error = refused(parts("s A e").replace('<task id="A" name="A"/>', inside))
    assert error.refused == ("g2",)
    assert "no element 'e' of this process or sub-process" in str(error)


def test_a_flow_that_a_tool_wrote_twice_is_read_once() -> None:
    inside = f'<subProcess id="A">{INSIDE}</subProcess>'
    twin = '<sequenceFlow id="g1" sourceRef="s2" targetRef="X"/>'
    drawing = read(parts("s A e").replace('<task id="A" name="A"/>', inside) + twin)
    assert [flow.scope for flow in drawing.flows if flow.id == "g1"] == ["A"]
    assert [(part.element_id, part.type) for part in drawing.ignored] == [("g1", "sequenceFlow")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<exclusiveGateway id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="a"/>', "the flow has no beginning"),
        (
            '<subProcess id="h"><task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="a"/></subProcess>',
            "subProcess (h): it has no beginning",
        ),
    ],
)
def test_a_flow_needs_a_beginning(body: str, said: str) -> None:
    assert said in str(refused(body))


def test_an_end_without_a_start_is_noted() -> None:
    (note,) = read(parts("A e")).notes
    assert note[0] == ""
    assert "task 'A' (A)" in note[1]


def test_lanes_that_name_what_is_nowhere_do_no_harm() -> None:
    lanes = (
        '<laneSet><lane id="l" name="Desk"><flowNodeRef>A</flowNodeRef><flowNodeRef>gone</flowNodeRef></lane></laneSet>'
    )
    drawing = read(lanes + with_event("boundary", ""))
    assert [(part.element_id, part.reason) for part in drawing.ignored] == [
        ("l", "the lane names 'gone', which is no element of the flow")
    ]
    assert node(drawing, "x").lane == "Desk", "what sits on an activity shares its lane"


def test_what_is_inside_a_sub_process_shares_its_lane() -> None:
    lanes = '<laneSet><lane id="l" name="Desk"><flowNodeRef>A</flowNodeRef></lane></laneSet>'
    body = parts("s A e").replace('<task id="A" name="A"/>', f'<subProcess id="A">{INSIDE}</subProcess>')
    assert node(read(lanes + body), "X").lane == "Desk"
    inner = body.replace(INSIDE, lanes.replace("Desk", "Night").replace(">A<", ">X<") + INSIDE)
    assert node(read(lanes + inner), "X").lane == "Night"
