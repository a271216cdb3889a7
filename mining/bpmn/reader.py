"""Reading a BPMN 2.0 file: one participant's flow, honoured whole or refused by element."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.diagram import read_diagram
from mining.bpmn.drawing import Drawing, Flow, Ignored, Lane, Node, Trigger
from mining.bpmn.participants import Participants, read_participants
from mining.document import local_name, read_document, spaced
from mining.errors import MiningError, Problem

_REDRAW = "Redraw it with tasks, exclusive and parallel gateways."


@dataclass(slots=True)
class _Reading:
    """What has been found so far; lives only inside read_bpmn."""

    source: str
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    counted: list[etree._Element] = field(default_factory=list)

    def refuse(self, element: etree._Element, what: str, *, todo: str = _REDRAW) -> None:
        name, identity = spaced(element.get("name")), element.get("id") or "without an id"
        told = f"'{name}' ({identity})" if name else f"({identity})"
        self.problems.append(
            Problem(
                where=f"{self.source}, line {element.sourceline}",
                what=f"{local_name(element)} {told}: {what}",
                todo=todo,
            )
        )


def read_bpmn(xml: bytes, *, source: str, participant: str | None = None) -> Drawing:
    """The drawing in a BPMN 2.0 file.

    `source` names the file in errors; `participant` (a pool's or process's name or id) chooses among several
    pools with content. Honoured (BPMN 2.0.2): tasks of every type (section 10.3.3), start events without trigger
    or with message, timer, conditional or signal (10.5.2; several are alternatives), end events without result
    or with message or signal (10.5.3), exclusive and parallel gateways (10.6.2, 10.6.4), sequence flows (8.4.13),
    lanes. Raises MiningError with one problem per element that can't be honoured. Linear in the file.
    """
    root = read_document(xml, source=source, kind="BPMN 2.0")
    if root.tag != f"{{{vocabulary.MODEL}}}definitions":
        raise MiningError(
            Problem(
                where=source,
                what=f"a BPMN 2.0 file starts with <definitions> of {vocabulary.MODEL}; found {root.tag}.",
                todo="Export the flow as BPMN 2.0.",
            )
        )
    participants = read_participants(root, source=source, participant=participant)
    reading = _Reading(source)
    _read_elsewhere(root, participants, reading)
    _read_process(root, participants.process, reading)
    _check_complete(root, reading)
    _check_ends(reading)
    if reading.problems:
        raise MiningError(*reading.problems)
    shapes, edges = read_diagram(
        root,
        boxes={*(n.id for n in reading.nodes), *(lane.id for lane in reading.lanes), participants.pool_id},
        lines={flow.id for flow in reading.flows},
        ignored=reading.ignored,
    )
    return Drawing(
        source=source,
        process_id=participants.process.get("id") or "",
        process_name=spaced(participants.process.get("name")),
        nodes=tuple(reading.nodes),
        flows=tuple(reading.flows),
        lanes=tuple(reading.lanes),
        pools=participants.pools,
        shapes=shapes,
        edges=edges,
        honoured=(*(node.id for node in reading.nodes), *(flow.id for flow in reading.flows)),
        ignored=tuple(reading.ignored),
    )


def _ours(parent: etree._Element) -> list[etree._Element]:
    return [child for child in parent if _is_model(child)]


def _is_model(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{vocabulary.MODEL}}}")


def _flow_parts(parent: etree._Element) -> list[etree._Element]:
    """Every flow node and sequence flow at any depth, except inside a tool's extensions."""
    found = []
    for element in parent.iter(f"{{{vocabulary.MODEL}}}*"):
        tag = local_name(element)
        if tag in vocabulary.FLOW_NODES or tag == "sequenceFlow":
            inside = any(local_name(a) == "extensionElements" for a in element.iterancestors() if _is_model(a))
            if not inside:
                found.append(element)
    return found


def _read_elsewhere(root: etree._Element, participants: Participants, reading: _Reading) -> None:
    """What stands outside the chosen process: other participants, message flows, definitions."""
    for element in _ours(root):
        tag = local_name(element)
        if tag == "process" and element is not participants.process:
            parts = _flow_parts(element)
            reading.counted += parts
            reading.ignored += [
                Ignored(part.get("id") or "", local_name(part), "belongs to another participant") for part in parts
            ]
        elif tag == "collaboration":
            for part in _ours(element):
                _ignore(part, reading)
        elif tag in {"choreography", "globalChoreographyTask"} and _flow_parts(element):
            reading.refuse(element, "a choreography can't be honoured.", todo="Draw it as a process.")
            reading.counted += _flow_parts(element)


def _ignore(element: etree._Element, reading: _Reading) -> bool:
    reason = vocabulary.IGNORED.get(local_name(element))
    if reason is None:
        return False
    owner = element.get("id")
    if owner is None:
        parent = element.getparent()
        owner = parent.get("id") if parent is not None else ""
    reading.ignored.append(Ignored(owner or "", local_name(element), reason))
    return True


def _read_process(root: etree._Element, process: etree._Element, reading: _Reading) -> None:
    lane_of: dict[str, str] = {}
    for lane_set in process.findall(f"{{{vocabulary.MODEL}}}laneSet"):
        _read_lanes(lane_set, reading, lane_of)
    definitions = {
        element.get("id"): local_name(element)
        for element in _ours(root)
        if local_name(element).endswith("EventDefinition")
    }
    seen: Counter[str] = Counter()
    flow_elements = []
    for element in _ours(process):
        tag = local_name(element)
        if tag in vocabulary.FLOW_NODES:
            reading.counted += _flow_parts(element)
            if not _has_new_id(element, seen, reading):
                continue
            if tag in vocabulary.REFUSED_NODES:
                reading.refuse(element, vocabulary.REFUSED_NODES[tag])
            else:
                _read_node(element, definitions, lane_of, reading)
        elif tag == "sequenceFlow":
            reading.counted.append(element)
            if _has_new_id(element, seen, reading):
                flow_elements.append(element)
        elif tag not in vocabulary.STRUCTURE and not _ignore(element, reading):
            reading.refuse(element, "this element is not known to BPMN 2.0 at this place.")
        elif tag == "extensionElements":
            _ignore(element, reading)
    # A flow may stand before the nodes that it joins.
    _read_flows(process, flow_elements, seen, reading)


def _has_new_id(element: etree._Element, seen: Counter[str], reading: _Reading) -> bool:
    identity = element.get("id")
    if not identity:
        reading.refuse(element, "an element of the flow needs an id.", todo="Export the drawing again.")
        return False
    seen[identity] += 1
    if seen[identity] > 1:
        reading.refuse(element, "its id stands twice in the file.", todo="Give each element an id of its own.")
        return False
    return True


def _read_lanes(lane_set: etree._Element, reading: _Reading, lane_of: dict[str, str]) -> None:
    waiting = [(lane_set, "")]
    while waiting:
        around, parent = waiting.pop(0)
        for lane in around.findall(f"{{{vocabulary.MODEL}}}lane"):
            identity, name = lane.get("id") or "", spaced(lane.get("name"))
            reading.lanes.append(Lane(identity, name, parent))
            for reference in lane.findall(f"{{{vocabulary.MODEL}}}flowNodeRef"):
                # Inner lanes come later and win: the innermost lane is the role.
                lane_of[spaced(reference.text)] = name
            waiting += [(inner, identity) for inner in lane.findall(f"{{{vocabulary.MODEL}}}childLaneSet")]


def _read_node(
    element: etree._Element, definitions: dict[str | None, str], lane_of: dict[str, str], reading: _Reading
) -> None:
    tag = local_name(element)
    triggers: list[str] = []
    reasons: list[str] = []
    for child in _ours(element):
        part = local_name(child)
        if part.endswith("EventDefinition"):
            triggers.append(part.removesuffix("EventDefinition"))
        elif part == "eventDefinitionRef":
            name = spaced(child.text).split(":")[-1]
            triggers.append(definitions.get(name, "unknown").removesuffix("EventDefinition"))
        elif part in vocabulary.LOOPS:
            reasons.append(vocabulary.LOOPS[part])
        elif part in vocabulary.IGNORED:
            _ignore(child, reading)
        elif part not in vocabulary.STRUCTURE:
            reasons.append(f"its part <{part}> can't be honoured.")
    reasons += _node_reasons(element, tag, triggers)
    for reason in reasons:
        reading.refuse(element, reason)
    identity = element.get("id") or ""
    reading.nodes.append(
        Node(
            id=identity,
            name=spaced(element.get("name")),
            type=tag,
            lane=lane_of.get(identity, ""),
            triggers=tuple(Trigger(trigger) for trigger in triggers),
        )
    )


def _node_reasons(element: etree._Element, tag: str, triggers: list[str]) -> list[str]:
    reasons = []
    if len(triggers) > 1:
        reasons.append(f"an event with several triggers ({', '.join(triggers)}) can't be honoured yet.")
    elif triggers:
        trigger = triggers[0]
        allowed = vocabulary.START_TRIGGERS if tag == "startEvent" else vocabulary.END_TRIGGERS
        if tag in vocabulary.EVENTS and trigger not in allowed:
            side = "start" if tag == "startEvent" else "end"
            reasons.append(f"a {side} event of type {trigger} can't be honoured yet.")
    if element.get("isForCompensation") in {"true", "1"}:
        reasons.append("compensation can't be honoured.")
    reasons += [
        f"a {quantity} other than 1 can't be honoured."
        for quantity in ("startQuantity", "completionQuantity")
        if spaced(element.get(quantity, "1")) != "1"
    ]
    if tag == "receiveTask" and element.get("instantiate") in {"true", "1"}:
        reasons.append("a receive task that starts the flow can't be honoured yet; draw a message start event.")
    return reasons


def _read_flows(process: etree._Element, elements: list[etree._Element], ids: Counter[str], reading: _Reading) -> None:
    nodes = {node.id: node for node in reading.nodes}
    defaults = {element.get("default"): element for element in _ours(process) if element.get("default")}
    outgoing = Counter(spaced(element.get("sourceRef")) for element in elements)
    for element in elements:
        ends = spaced(element.get("sourceRef")), spaced(element.get("targetRef"))
        for end, side in zip(ends, ("source", "target"), strict=True):
            # An end that was refused above has its own problem already.
            if end not in nodes and end not in ids:
                told = f"no element '{end}' of this process" if end else "none"
                reading.refuse(element, f"its {side} is {told}.", todo="Connect the flow again.")
        conditional = any(local_name(child) == "conditionExpression" for child in _ours(element))
        default = element.get("id") in defaults
        node = nodes.get(ends[0])
        if node is not None and node.type != "exclusiveGateway":
            if conditional:
                reading.refuse(
                    element,
                    f"a condition on a flow out of {node.told} can't be honoured yet.",
                    todo="Put an exclusive gateway behind it and the conditions on the gateway's flows.",
                )
            elif default and outgoing[node.id] > 1:
                reading.refuse(
                    element,
                    f"a default flow out of {node.told} can't be honoured yet.",
                    todo="Put an exclusive gateway behind it.",
                )
        if conditional:
            reading.ignored.append(
                Ignored(element.get("id") or "", "conditionExpression", "the choice is free; data is not weighed")
            )
        for child in _ours(element):
            _ignore(child, reading)
        reading.flows.append(
            Flow(
                id=element.get("id") or "",
                source=ends[0],
                target=ends[1],
                name=spaced(element.get("name")),
                is_conditional=conditional,
                is_default=default,
            )
        )


def _check_ends(reading: _Reading) -> None:
    """Starts and ends as BPMN 2.0.2 asks (10.5.2 and 10.5.3)."""
    if reading.problems:
        return
    entered = {flow.target for flow in reading.flows}
    left = {flow.source for flow in reading.flows}
    starts = [node for node in reading.nodes if node.type == "startEvent"]
    where = reading.source
    for node in reading.nodes:
        if node.type == "startEvent" and node.id in entered:
            reading.problems.append(Problem(where=where, what=f"{node.told}: a flow runs into a start event."))
        if node.type == "endEvent" and node.id in left:
            reading.problems.append(Problem(where=where, what=f"{node.told}: a flow leaves an end event."))
        if starts and node.type != "startEvent" and node.id not in entered:
            reading.problems.append(
                Problem(
                    where=where,
                    what=f"{node.told}: nothing leads to it.",
                    todo="Connect it to the flow or remove it.",
                )
            )
    if not starts and any(node.type == "endEvent" for node in reading.nodes):
        reading.problems.append(
            Problem(
                where=where,
                what="the flow has an end event but no start event.",
                todo="Draw a start event where the flow begins.",
            )
        )
    elif not starts and all(node.id in entered for node in reading.nodes):
        reading.problems.append(
            Problem(
                where=where,
                what="the flow has no beginning: no start event, and every element has a flow into it.",
                todo="Draw a start event where the flow begins.",
            )
        )


def _check_complete(root: etree._Element, reading: _Reading) -> None:
    """Every flow node and sequence flow of the file was counted once, or the reader itself is at fault."""
    counted = {id(element) for element in reading.counted}
    for element in _flow_parts(root):
        if id(element) not in counted:
            reading.refuse(element, "it stands where no flow belongs.", todo="Move it into a process.")
