"""Discovered models in writing: BPMN 2.0 and PNML (ISO/IEC 15909-2), the same bytes for the same tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from mining.errors import MiningError, Problem

if TYPE_CHECKING:
    from mining.discovery.graph import Graph
    from mining.discovery.net import PlainNet

_BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_ELEMENTS: Final = {
    "start": "startEvent",
    "end": "endEvent",
    "step": "task",
    "split": "exclusiveGateway",
    "merge": "exclusiveGateway",
    "fork": "parallelGateway",
    "join": "parallelGateway",
}


def bpmn_text(graph: Graph) -> str:
    """Write a graph as a BPMN 2.0 process, without diagram coordinates.

    Raises MiningError where an activity's name holds a character that XML can't carry.
    """
    root = etree.Element(f"{{{_BPMN}}}definitions", nsmap={"bpmn": _BPMN})
    root.set("id", "discovered")
    root.set("targetNamespace", "urn:asrun:discovered")
    process = etree.SubElement(root, f"{{{_BPMN}}}process", id="process", isExecutable="false")
    flows = [(f"flow_{number}", *flow) for number, flow in enumerate(graph.flows, start=1)]
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for name, source, target in flows:
        outgoing.setdefault(source, []).append(name)
        incoming.setdefault(target, []).append(name)
    for node in graph.nodes:
        element = etree.SubElement(process, f"{{{_BPMN}}}{_ELEMENTS[node.sort]}", id=node.id)
        if node.label:
            _name(element, "name", node.label)
        if node.sort in ("split", "fork"):
            element.set("gatewayDirection", "Diverging")
        if node.sort in ("merge", "join"):
            element.set("gatewayDirection", "Converging")
        for name in incoming.get(node.id, ()):
            etree.SubElement(element, f"{{{_BPMN}}}incoming").text = name
        for name in outgoing.get(node.id, ()):
            etree.SubElement(element, f"{{{_BPMN}}}outgoing").text = name
    for name, source, target in flows:
        etree.SubElement(process, f"{{{_BPMN}}}sequenceFlow", id=name, sourceRef=source, targetRef=target)
    return _text(root)


def pnml_text(net: PlainNet) -> str:
    """Write a net as PNML with its initial and final marking; silent transitions carry ProM's $invisible$."""
    root = etree.Element("pnml")
    element = etree.SubElement(root, "net", id="net", type="http://www.pnml.org/version-2009/grammar/ptnet")
    page = etree.SubElement(element, "page", id="page")
    for place in net.places:
        node = etree.SubElement(page, "place", id=place)
        _label(node, "name", place)
        if place == net.source:
            _label(node, "initialMarking", "1")
    for transition, label in net.transitions:
        node = etree.SubElement(page, "transition", id=transition)
        _label(node, "name", label or transition)
        if not label:
            etree.SubElement(node, "toolspecific", tool="ProM", version="6.4", activity="$invisible$")
    for number, (source, target) in enumerate(net.arcs, start=1):
        arc = etree.SubElement(page, "arc", id=f"arc_{number}", source=source, target=target)
        _label(arc, "inscription", "1")
    marking = etree.SubElement(etree.SubElement(element, "finalmarkings"), "marking")
    _label(etree.SubElement(marking, "place", idref=net.sink), "", "1")
    return _text(root)


def _label(parent: etree._Element, tag: str, text: str) -> None:
    holder = etree.SubElement(parent, tag) if tag else parent
    _name(etree.SubElement(holder, "text"), "", text)


def _name(element: etree._Element, attribute: str, text: str) -> None:
    try:
        if attribute:
            element.set(attribute, text)
        else:
            element.text = text
    except ValueError as error:
        raise MiningError(
            Problem(
                where=f"activity {text!r}",
                what="its name holds a character that XML can't carry.",
                todo="Map the activity to a name without control characters.",
            )
        ) from error


def _text(root: etree._Element) -> str:
    etree.indent(root)
    body = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
