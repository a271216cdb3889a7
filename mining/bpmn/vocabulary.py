"""What each BPMN tag means to us: honoured, ignored with a reason, or refused with a sentence."""

from __future__ import annotations

from mining.bpmn.drawing import EVENTS, GATEWAYS, SUB_PROCESSES, TASKS

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
POINTS = "http://www.omg.org/spec/DD/20100524/DI"

HONOURED_NODES = frozenset((*TASKS, *GATEWAYS, *EVENTS, *SUB_PROCESSES, "callActivity"))
"""Flow nodes that have a meaning here (BPMN 2.0.2, sections 10.3 to 10.6)."""

TRIGGERS = {
    "startEvent": frozenset({"message", "timer", "conditional", "signal", "error", "escalation"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "conditional", "signal", "link"}),
    "intermediateThrowEvent": frozenset({"message", "escalation", "signal", "link"}),
    "boundaryEvent": frozenset({"message", "timer", "conditional", "signal", "error", "escalation", "cancel"}),
    "endEvent": frozenset({"message", "signal", "error", "escalation", "cancel", "terminate"}),
}
"""What each kind of event may wait for or raise (BPMN 2.0.2, table 10.93); compensation is refused everywhere."""

PLACES = {
    "startEvent": "a start event",
    "intermediateCatchEvent": "an intermediate event that waits",
    "intermediateThrowEvent": "an intermediate event that raises something",
    "boundaryEvent": "a boundary event",
    "endEvent": "an end event",
}

COMPENSATION = "compensation can't be honoured: it undoes what the case has done before, in no drawn order."
_CHOREOGRAPHY = "a choreography can't be honoured: it tells what is said between participants, not what one does."
REFUSED_NODES = {
    "complexGateway": "a complex gateway can't be honoured: how many branches it waits for is free text.",
    "implicitThrowEvent": "an implicit throw event can't be honoured: it has no place in a flow.",
    "event": "an event of no stated type can't be honoured.",
    "choreographyTask": _CHOREOGRAPHY,
    "subChoreography": _CHOREOGRAPHY,
    "callChoreography": _CHOREOGRAPHY,
}
FLOW_NODES = HONOURED_NODES | frozenset(REFUSED_NODES)
FLOW_PARTS = FLOW_NODES | {"sequenceFlow"}

GLOBAL_TASKS = frozenset(
    {"globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"}
)
STRUCTURE = frozenset({"incoming", "outgoing", "laneSet", "documentation"})
LOOPS = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})

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
    "completionCondition": "a condition is not weighed: data is not known",
    "extensionElements": "a tool's own additions say nothing about the order of steps",
}
