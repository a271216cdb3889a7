"""Nothing of a file is lost: each flow node and sequence flow is honoured, ignored or refused, whatever was drawn."""

from __future__ import annotations

import copy
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mining.bpmn import Drawing, RefusedDrawing, read_bpmn
from mining.errors import MiningError
from mining.statespace import check_soundness, explore_drawing
from tests.mining.drawn import MODEL

NODES = (
    *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask"),
    *("callActivity", "subProcess", "transaction", "adHocSubProcess"),
    *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"),
    *("choreographyTask", "subChoreography", "callChoreography", "event", "implicitThrowEvent"),
)
KINDS = (
    "message",
    "timer",
    "error",
    "escalation",
    "cancel",
    "compensate",
    "terminate",
    "link",
    "signal",
    "conditional",
)
BASE = f"""<definitions xmlns="{MODEL}">
<error id="lost" errorCode="L"/><messageEventDefinition id="mail"/>
<collaboration id="c"><participant id="p1" processRef="ours"/><participant id="p2" processRef="theirs"/></collaboration>
<process id="ours">
  <laneSet><lane id="l1" name="Desk"><flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef></lane></laneSet>
  <startEvent id="s"/><task id="a"/><inclusiveGateway id="o" default="f4"/><task id="b"/><inclusiveGateway id="o2"/>
  <subProcess id="q"><startEvent id="qs"/><task id="qa"><standardLoopCharacteristics/></task>
    <endEvent id="qe"><errorEventDefinition errorRef="lost"/></endEvent>
    <sequenceFlow id="qf1" sourceRef="qs" targetRef="qa"/><sequenceFlow id="qf2" sourceRef="qa" targetRef="qe"/>
    <subProcess id="h" triggeredByEvent="true">

      <startEvent id="hs" isInterrupting="false"><signalEventDefinition/></startEvent>
      <task id="ha"/><sequenceFlow id="hf" sourceRef="hs" targetRef="ha"/></subProcess>
  </subProcess>
  <boundaryEvent id="qb" attachedToRef="q"><errorEventDefinition errorRef="lost"/></boundaryEvent>
  <boundaryEvent id="bb" attachedToRef="b" cancelActivity="false"><timerEventDefinition/></boundaryEvent>
  <adHocSubProcess id="g"><task id="ga"/><task id="gb"/></adHocSubProcess>
  <callActivity id="k" calledElement="called"/><eventBasedGateway id="v"/>
  <intermediateCatchEvent id="m"><eventDefinitionRef>mail</eventDefinitionRef></intermediateCatchEvent>
  <intermediateCatchEvent id="t"><timerEventDefinition/></intermediateCatchEvent>
  <intermediateThrowEvent id="w"><linkEventDefinition name="L"/></intermediateThrowEvent>
  <intermediateCatchEvent id="u"><linkEventDefinition name="L"/></intermediateCatchEvent>
  <endEvent id="e"/><endEvent id="e2"><terminateEventDefinition/></endEvent><task id="r"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="o"/>
  <sequenceFlow id="f3" sourceRef="o" targetRef="b"/><sequenceFlow id="f4" sourceRef="o" targetRef="q"/>
  <sequenceFlow id="f5" sourceRef="b" targetRef="o2"/><sequenceFlow id="f6" sourceRef="q" targetRef="o2"/>
  <sequenceFlow id="f7" sourceRef="o2" targetRef="g"/><sequenceFlow id="f8" sourceRef="g" targetRef="k"/>
  <sequenceFlow id="f9" sourceRef="k" targetRef="v"/><sequenceFlow id="f10" sourceRef="v" targetRef="m"/>
  <sequenceFlow id="f11" sourceRef="v" targetRef="t"/><sequenceFlow id="f12" sourceRef="m" targetRef="w"/>
  <sequenceFlow id="f13" sourceRef="t" targetRef="e2"/><sequenceFlow id="f14" sourceRef="u" targetRef="e"/>
  <sequenceFlow id="f15" sourceRef="qb" targetRef="r"><conditionExpression>so</conditionExpression></sequenceFlow>
  <sequenceFlow id="f16" sourceRef="r" targetRef="e"/><sequenceFlow id="f17" sourceRef="bb" targetRef="e"/>
</process>
<process id="theirs"><task id="x1"/><task id="x2"/><sequenceFlow id="x3" sourceRef="x1" targetRef="x2"/></process>
<process id="called"><startEvent id="c1"/><task id="c2"/><sequenceFlow id="c3" sourceRef="c1" targetRef="c2"/></process>
</definitions>"""


def flow_parts(root: etree._Element) -> list[etree._Element]:
    """Flow nodes and sequence flows, by a plain look at every tag."""
    return [
        element
        for element in root.iter()
        if isinstance(element.tag, str)
        and etree.QName(element).namespace == MODEL
        and etree.QName(element).localname in (*NODES, "sequenceFlow")
    ]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The drawing above with up to six things gone wrong."""
    root = etree.fromstring(BASE)
    for _ in range(draw(st.integers(0, 6))):
        parts = flow_parts(root)
        part = parts[draw(st.integers(0, len(parts) - 1))]
        other = parts[draw(st.integers(0, len(parts) - 1))]
        what = draw(
            st.sampled_from(("drop", "copy", "tag", "move", "id", "no id", "ends", "event", "attach", "default"))
        )
        parent = part.getparent()
        assert parent is not None
        if what == "drop":
            parent.remove(part)
        elif what == "copy":
            parent.append(copy.deepcopy(part))
        elif what == "tag":
            part.tag = f"{{{MODEL}}}{draw(st.sampled_from(NODES))}"
        elif what == "move" and part not in other.iterancestors() and part is not other:
            other.append(part)
        elif what == "id":
            part.set("id", other.get("id") or "new")
        elif what == "no id":
            part.attrib.pop("id", None)
        elif what == "ends":
            part.set(draw(st.sampled_from(("sourceRef", "targetRef"))), other.get("id") or "")
        elif what == "event":
            etree.SubElement(part, f"{{{MODEL}}}{draw(st.sampled_from(KINDS))}EventDefinition")
        elif what == "attach":
            part.set("attachedToRef", other.get("id") or "")
        elif what == "default":
            part.set("default", other.get("id") or "")
    return etree.tostring(root)


@settings(max_examples=300)
@given(mutated())
def test_every_part_is_honoured_ignored_or_refused(xml: bytes) -> None:
    parts = Counter(part.get("id") or "" for part in flow_parts(etree.fromstring(xml)))
    found: Drawing | MiningError
    try:
        found = read_bpmn(xml, source="f.bpmn", participant="ours")
    except MiningError as error:
        found = error
    if isinstance(found, RefusedDrawing):
        assert found.refused or "no beginning" in str(found)
        told = Counter((*found.honoured, *found.refused))
    elif isinstance(found, MiningError):
        assert "with a flow" in str(found), found  # nothing is left of the participant
        return
    else:
        told = Counter(found.honoured)
        drawn = {node.id for node in found.nodes} | {flow.id for flow in found.flows}
        assert set(found.honoured) == {identity.removeprefix("k/") for identity in drawn}
    told += Counter(part.element_id for part in found.ignored if part.type in (*NODES, "sequenceFlow"))
    assert told == parts


@settings(max_examples=150)
@given(mutated())
def test_what_is_read_can_be_played(xml: bytes) -> None:
    try:
        drawing = read_bpmn(xml, source="f.bpmn", participant="ours")
    except MiningError:
        return
    try:
        space = explore_drawing(drawing, max_states=1500)
    except MiningError as error:
        told = str(error)
        assert "states" in told or "unbounded" in told
        return
    for flaw in (*check_soundness(space).flaws, *check_soundness(space).warnings):
        assert flaw.what
    assert {element.id for element in space.elements} == {
        node.id for node in drawing.nodes if not node.is_event_sub_process
    }


def test_the_drawing_itself_is_sound() -> None:
    drawing = read_bpmn(BASE.encode(), source="f.bpmn", participant="ours")
    assert check_soundness(explore_drawing(drawing)).is_sound
