"""Small BPMN drawings written as chains of one-letter names.

drawing("s A x B e", "x C e") is a process of a start event s, tasks A, B and C, an exclusive gateway x and an end
event e, with a sequence flow between neighbours. What is not declared has its kind from its first letter: a capital is
a task; s a start event, e an end event, x, y and z exclusive, p a parallel, o an inclusive, v an event-based gateway, i
an intermediate event without trigger. Anything else is declared beside the chains: catch("m", MESSAGE). A mark before a
name belongs to the flow that leads there: ?B has a condition, /B is the default flow. Ids are unique in the file.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HERE = "http://example.org/semantics"

NONE = ""
MESSAGE = "<messageEventDefinition/>"
SIGNAL = "<signalEventDefinition/>"
CONDITION = "<conditionalEventDefinition><condition>so</condition></conditionalEventDefinition>"
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
CYCLE = "<timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition>"
TERMINATE = "<terminateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"
COMPENSATE = "<compensateEventDefinition/>"

LOOP = "<standardLoopCharacteristics/>"

_BY_LETTER = {
    "s": "startEvent",
    "e": "endEvent",
    "x": "exclusiveGateway",
    "y": "exclusiveGateway",
    "z": "exclusiveGateway",
    "p": "parallelGateway",
    "o": "inclusiveGateway",
    "v": "eventBasedGateway",
    "i": "intermediateThrowEvent",
}


@dataclass(frozen=True)
class Node:
    """A declared flow node: `inside` is XML that comes first in it, `parts` the content of a sub-process."""

    id: str
    tag: str
    inside: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    after: str = ""


Part = str | Node


def error(code: str = "") -> str:
    return f'<errorEventDefinition errorRef="{code}"/>' if code else "<errorEventDefinition/>"


def escalation(code: str = "") -> str:
    return f'<escalationEventDefinition escalationRef="{code}"/>' if code else "<escalationEventDefinition/>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


def loop(maximum: int) -> str:
    return f'<standardLoopCharacteristics loopMaximum="{maximum}"/>'


def many(count: int | None = None, *, sequential: bool = False, until: str = "") -> str:
    """A multi-instance marker; `until` is its completion condition."""
    text = f"<loopCardinality>{count}</loopCardinality>" if count is not None else ""
    text += f"<completionCondition>{until}</completionCondition>" if until else ""
    flag = "true" if sequential else "false"
    return f'<multiInstanceLoopCharacteristics isSequential="{flag}">{text}</multiInstanceLoopCharacteristics>'


def task(name: str, tag: str = "task", *, marker: str = "", **attributes: str) -> Node:
    return Node(name, tag, inside=marker, attributes=attributes)


def gate(name: str, tag: str, **attributes: str) -> Node:
    return Node(name, tag, attributes=attributes)


def start(name: str, trigger: str, *, interrupting: bool = True, **attributes: str) -> Node:
    flag = {} if interrupting else {"isInterrupting": "false"}
    return Node(name, "startEvent", inside=trigger, attributes={**flag, **attributes})


def end(name: str, result: str) -> Node:
    return Node(name, "endEvent", inside=result)


def catch(name: str, trigger: str, **attributes: str) -> Node:
    return Node(name, "intermediateCatchEvent", inside=trigger, attributes=attributes)


def throw(name: str, result: str) -> Node:
    return Node(name, "intermediateThrowEvent", inside=result)


def boundary(name: str, on: str, trigger: str, *, interrupting: bool = True, **attributes: str) -> Node:
    flag = {} if interrupting else {"cancelActivity": "false"}
    return Node(name, "boundaryEvent", inside=trigger, attributes={"attachedToRef": on, **flag, **attributes})


def sub(name: str, *parts: Part, marker: str = "", **attributes: str) -> Node:
    return Node(name, "subProcess", inside=marker, attributes=attributes, parts=parts)


def event_sub(name: str, *parts: Part) -> Node:
    return Node(name, "subProcess", attributes={"triggeredByEvent": "true"}, parts=parts)


def transaction(name: str, *parts: Part, marker: str = "") -> Node:
    return Node(name, "transaction", inside=marker, parts=parts)


def ad_hoc(name: str, *parts: Part, marker: str = "", **attributes: str) -> Node:
    ending = "<completionCondition>enough</completionCondition>"
    return Node(name, "adHocSubProcess", inside=marker, attributes=attributes, parts=parts, after=ending)


def call(name: str, called: str = "", *, marker: str = "") -> Node:
    return Node(name, "callActivity", inside=marker, attributes={"calledElement": called} if called else {})


def process(*parts: Part, name: str = "flow", before: str = "") -> str:
    return f'<process id="{name}">{before}{_content(parts)}</process>'


def definitions(*roots: str) -> bytes:
    """A file of these root elements, and of the errors and escalations that they refer to."""
    text = "".join(roots)
    for kind in ("error", "escalation"):
        for code in sorted(set(re.findall(f'{kind}Ref="([^"]+)"', text))):
            text = f'<{kind} id="{code}" name="{code}" {kind}Code="{code}"/>{text}'
    head = f'<definitions xmlns="{MODEL}" xmlns:here="{HERE}" targetNamespace="{HERE}" id="file">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{text}</definitions>'.encode()


def drawing(*parts: Part) -> bytes:
    """A file of one process."""
    return definitions(process(*parts))


def _content(parts: tuple[Part, ...]) -> str:
    nodes = {part.id: part for part in parts if isinstance(part, Node)}
    defaults: dict[str, str] = {}
    flows, drawn = [], Counter[str]()
    for chain in (part for part in parts if isinstance(part, str)):
        steps = chain.split()
        for step in steps:
            name = step.lstrip("?/")
            if name not in nodes:
                nodes[name] = Node(name, "task" if name[0].isupper() else _BY_LETTER[name[0]])
        for before, after in pairwise(steps):
            source, target = before.lstrip("?/"), after.lstrip("?/")
            flow = f"{source}.{target}"
            drawn[flow] += 1
            flow += f".{drawn[flow]}" if drawn[flow] > 1 else ""
            condition = "<conditionExpression>so</conditionExpression>" if after[0] == "?" else ""
            if after[0] == "/":
                defaults[source] = flow
            ends = f'sourceRef="{source}" targetRef="{target}"'
            flows.append(f'<sequenceFlow id="{flow}" {ends}>{condition}</sequenceFlow>')
    return "".join([*(_node(node, defaults.get(node.id)) for node in nodes.values()), *flows])


def _node(node: Node, default: str | None) -> str:
    attributes = {"id": node.id, "name": node.id, **node.attributes}
    if default:
        attributes["default"] = default
    listed = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f"<{node.tag} {listed}>{node.inside}{_content(node.parts)}{node.after}</{node.tag}>"
