"""Reading PNML (ISO/IEC 15909-2) place/transition nets, as ProM, pm4py and others write them."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from mining.document import local_name, read_document, spaced
from mining.errors import MiningError, Problem
from mining.petri.net import Arc, Marking, Net, Place, Transition

_REFUSED = {
    "referencePlace": "a reference place can't be honoured.",
    "referenceTransition": "a reference transition can't be honoured.",
    "hlinitialMarking": "a high-level marking can't be honoured: only place/transition nets.",
}


@dataclass(slots=True)
class _Reading:
    """What has been found so far; lives only inside read_pnml."""

    source: str
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, element: etree._Element, what: str) -> None:
        self.problems.append(Problem(where=f"{self.source}, line {element.sourceline}", what=what))


def read_pnml(xml: bytes, *, source: str) -> Net:
    """The net in a PNML file.

    A transition is silent where it says invisible="true", where ProM's tool-specific activity is $invisible$, and
    where it has no name. Final markings come from <finalmarkings> or from each place's <finalMarking>. Raises
    MiningError with all problems of the file. Linear in the file.
    """
    root = read_document(xml, source=source, kind="PNML")
    if local_name(root) != "pnml":
        raise MiningError(
            Problem(
                where=source,
                what=f"a PNML file starts with <pnml>; found <{local_name(root)}>.",
                todo="Export the net as PNML.",
            )
        )
    nets = [child for child in root if isinstance(child.tag, str) and local_name(child) == "net"]
    if len(nets) != 1:
        raise MiningError(
            Problem(where=source, what=f"one net was expected; found {len(nets)}.", todo="Keep one net a file.")
        )
    reading = _Reading(source)
    net = _read_net(nets[0], reading)
    if reading.problems:
        raise MiningError(*reading.problems)
    return net


def _children(element: etree._Element, tag: str) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str) and local_name(child) == tag]


def _text(element: etree._Element, tag: str) -> str | None:
    """Text of the label `tag` of an element (<tag><text>...</text></tag>), None where it has none."""
    for label in _children(element, tag):
        texts = _children(label, "text") or _children(label, "value")
        return spaced(texts[0].text if texts else label.text)
    return None


def _count(element: etree._Element, tag: str, reading: _Reading, *, absent: int) -> int:
    text = _text(element, tag)
    if not text:
        return absent
    try:
        number = int(text.removeprefix("Default,"))
    except ValueError:
        number = -1
    if number < 0:
        reading.refuse(element, f"{tag} of '{element.get('id')}' is '{text}'; a whole number was expected.")
        return absent
    return number


def _read_net(net: etree._Element, reading: _Reading) -> Net:
    places: dict[str, Place] = {}
    transitions: dict[str, Transition] = {}
    arcs: list[etree._Element] = []
    initial: dict[str, int] = {}
    final: dict[str, int] = {}
    ignored: list[tuple[str, str]] = []
    for element in net.iter():
        if not isinstance(element.tag, str):
            continue
        tag, identity = local_name(element), element.get("id") or ""
        if tag in _REFUSED:
            reading.refuse(element, f"{tag} '{identity}': {_REFUSED[tag]}")
        elif tag == "place" and not element.get("idref"):
            if _is_new(element, places, transitions, reading):
                places[identity] = Place(identity, _text(element, "name") or "")
                initial[identity] = _count(element, "initialMarking", reading, absent=0)
                final[identity] = _count(element, "finalMarking", reading, absent=0)
        elif tag == "transition":
            if _is_new(element, places, transitions, reading):
                transitions[identity] = Transition(identity, _label(element))
                if element.get("guard"):
                    ignored.append((identity, "its guard is about data, not about the order of steps"))
        elif tag == "arc":
            arcs.append(element)
    read_arcs = _read_arcs(arcs, set(places), set(transitions), reading)
    finals = _stated_finals(net, places, reading) or ([_marking(final)] if any(final.values()) else [])
    if not transitions:
        reading.refuse(net, "the net has no transitions.")
    if not any(initial.values()) and not reading.problems:
        reading.refuse(net, "the net has no initial marking: no place holds a token at the start.")
    return Net(
        source=reading.source,
        places=tuple(places.values()),
        transitions=tuple(transitions.values()),
        arcs=read_arcs,
        initial=_marking(initial),
        finals=tuple(sorted(set(finals))),
        ignored=tuple(ignored),
    )


def _marking(counts: dict[str, int]) -> Marking:
    return tuple(sorted((place, count) for place, count in counts.items() if count))


def _is_new(
    element: etree._Element, places: dict[str, Place], transitions: dict[str, Transition], reading: _Reading
) -> bool:
    identity = element.get("id")
    if not identity:
        reading.refuse(element, f"a {local_name(element)} has no id.")
        return False
    if identity in places or identity in transitions:
        reading.refuse(element, f"the id '{identity}' stands twice.")
        return False
    return True


def _label(element: etree._Element) -> str | None:
    if element.get("invisible", "").lower() == "true":
        return None
    for specific in _children(element, "toolspecific"):
        if specific.get("activity") == "$invisible$":
            return None
    return _text(element, "name") or None


def _read_arcs(
    elements: list[etree._Element], places: set[str], transitions: set[str], reading: _Reading
) -> tuple[Arc, ...]:
    weights: dict[tuple[str, str], int] = {}
    for element in elements:
        identity = element.get("id") or "without an id"
        source, target = element.get("source") or "", element.get("target") or ""
        kind = _text(element, "arctype") or _text(element, "type") or "normal"
        if kind.lower() != "normal":
            reading.refuse(element, f"arc '{identity}': a {kind} arc can't be honoured.")
        if not ((source in places and target in transitions) or (source in transitions and target in places)):
            reading.refuse(
                element, f"arc '{identity}' must join a place and a transition; found '{source}' and '{target}'."
            )
            continue
        weight = _count(element, "inscription", reading, absent=1)
        weights[source, target] = weights.get((source, target), 0) + weight
    return tuple(Arc(source, target, weight) for (source, target), weight in weights.items() if weight)


def _stated_finals(net: etree._Element, places: dict[str, Place], reading: _Reading) -> list[Marking]:
    markings = []
    for block in net.iter():
        if not isinstance(block.tag, str) or local_name(block) != "finalmarkings":
            continue
        for marking in _children(block, "marking"):
            counts: dict[str, int] = {}
            for place in _children(marking, "place"):
                identity = place.get("idref") or ""
                if identity not in places:
                    reading.refuse(place, f"a final marking names the place '{identity}', which is not there.")
                    continue
                text = spaced((_children(place, "text") or [place])[0].text)
                if not text.isdecimal():
                    reading.refuse(place, f"a final marking holds '{text}'; a whole number was expected.")
                    continue
                counts[identity] = int(text)
            markings.append(_marking(counts))
    # An all-empty marking is what some tools write where nothing was chosen.
    return [marking for marking in markings if marking]
