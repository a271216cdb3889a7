"""Event definitions of an event, written inside it or referred to."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from mining.bpmn.account import model_children
from mining.bpmn.drawing import Trigger
from mining.document import local_name, spaced

_TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_REFERENCES = ("messageRef", "signalRef", "errorRef", "escalationRef")
_CODES = ("errorCode", "escalationCode")


def read_triggers(element: etree._Element, known: Mapping[str, etree._Element]) -> tuple[list[Trigger], list[str]]:
    """The event definitions of an event, and references to none.

    `known` holds the definitions, messages, errors ... of the file by id.
    """
    triggers, lost = [], []
    for child in model_children(element):
        part = local_name(child)
        if part.endswith("EventDefinition"):
            triggers.append(_trigger(child, element, known))
        elif part == "eventDefinitionRef":
            reference = bare(child.text)
            found = known.get(reference)
            if found is None or not local_name(found).endswith("EventDefinition"):
                lost.append(reference)
            else:
                triggers.append(_trigger(found, element, known))
    return triggers, lost


def bare(name: str | None) -> str:
    """A reference without the prefix of its namespace."""
    return spaced(name).split(":")[-1]


def text_of(element: etree._Element) -> str:
    """All text in an element, white space normalised."""
    return spaced("".join(str(text) for text in element.itertext()))


def _trigger(definition: etree._Element, event: etree._Element, known: Mapping[str, etree._Element]) -> Trigger:
    kind = local_name(definition).removesuffix("EventDefinition")
    reference = next((bare(definition.get(name)) for name in _REFERENCES if definition.get(name)), "")
    target = known.get(reference)
    code = timer = text = ""
    name = spaced(target.get("name")) if target is not None else ""
    if target is not None:
        code = next((spaced(target.get(each)) for each in _CODES if target.get(each)), "")
    if kind == "link":
        # Tools leave the link's own name out where the event shows it.
        reference = spaced(definition.get("name")) or spaced(event.get("name"))
        name = reference
    for child in model_children(definition):
        part = local_name(child)
        if part in _TIMERS:
            timer, text = _TIMERS[part], text_of(child)
        elif part == "condition":
            text = text_of(child)
    return Trigger(kind, reference, name, timer, text, code)
