"""What each BPMN tag means to us: honoured, ignored with a reason, or refused with a sentence."""

from __future__ import annotations

from mining.bpmn.drawing import TASKS

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
POINTS = "http://www.omg.org/spec/DD/20100524/DI"

GATEWAYS = ("exclusiveGateway", "parallelGateway")
EVENTS = ("startEvent", "endEvent")
HONOURED_NODES = frozenset((*TASKS, *GATEWAYS, *EVENTS))
START_TRIGGERS = frozenset({"", "message", "timer", "conditional", "signal"})
END_TRIGGERS = frozenset({"", "message", "signal"})

REFUSED_NODES = {
    "inclusiveGateway": "an inclusive gateway can't be honoured yet: how many branches run is not told.",
    "eventBasedGateway": "an event-based gateway can't be honoured yet.",
    "complexGateway": "a complex gateway can't be honoured: its condition is free text.",
    "subProcess": "a sub-process can't be honoured yet.",
    "adHocSubProcess": "an ad-hoc sub-process can't be honoured: it sets no order.",
    "transaction": "a transaction can't be honoured yet.",
    "callActivity": "a call activity can't be honoured yet: the flow that it calls is elsewhere.",
    "boundaryEvent": "a boundary event can't be honoured yet.",
    "intermediateCatchEvent": "an intermediate event can't be honoured yet.",
    "intermediateThrowEvent": "an intermediate event can't be honoured yet.",
    "implicitThrowEvent": "an implicit throw event can't be honoured.",
    "event": "an event of no stated type can't be honoured.",
    "choreographyTask": "a choreography can't be honoured.",
    "subChoreography": "a choreography can't be honoured.",
    "callChoreography": "a choreography can't be honoured.",
}
FLOW_NODES = HONOURED_NODES | frozenset(REFUSED_NODES)

STRUCTURE = frozenset({"incoming", "outgoing", "laneSet", "documentation", "extensionElements"})

_DATA = "data says nothing about the order of steps"
_WHO = "who does a step says nothing about the order of steps"
IGNORED = {
    "textAnnotation": "a text annotation is a note to the reader",
    "association": "an association links a note or data",
    "group": "a group is a visual frame",
    "category": "a category is a label",
    "dataObject": _DATA,
    "dataObjectReference": _DATA,
    "dataStoreReference": _DATA,
    "dataStore": _DATA,
    "dataInput": _DATA,
    "dataOutput": _DATA,
    "inputSet": _DATA,
    "outputSet": _DATA,
    "ioSpecification": _DATA,
    "ioBinding": _DATA,
    "property": _DATA,
    "dataInputAssociation": _DATA,
    "dataOutputAssociation": _DATA,
    "messageFlow": "a message flow runs between participants, and the standard is one participant's",
    "performer": _WHO,
    "humanPerformer": _WHO,
    "potentialOwner": _WHO,
    "resourceRole": _WHO,
    "rendering": "how a form is shown says nothing about the order of steps",
    "script": "a script is for an engine",
    "auditing": "auditing settings are for an engine",
    "monitoring": "monitoring settings are for an engine",
    "correlationSubscription": "correlation is for an engine",
    "supports": "a reference to another process",
    "supportedInterfaceRef": "an interface is for an engine",
    "extensionElements": "a tool's own additions say nothing about the order of steps",
}
LOOPS = {
    "standardLoopCharacteristics": "a loop marker can't be honoured yet.",
    "multiInstanceLoopCharacteristics": "a multi-instance marker can't be honoured yet.",
}
