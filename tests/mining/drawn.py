"""Drawings and nets in one line, for tests.

drawn("s A p1 B p2 e", "p1 C p2") is a flow with a start event s, tasks A, B and C, and parallel gateways p1 and
p2; x... is an exclusive gateway, e... an end event, s... a start event; everything else is a task of that name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from mining.standard import FlowStandard, standard_from_bpmn

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def tag_of(name: str) -> str:
    if name[0].islower():
        return {"s": "startEvent", "e": "endEvent", "x": "exclusiveGateway", "p": "parallelGateway"}[name[0]]
    return "task"


def parts(*chains: str, names: Mapping[str, str] | None = None) -> str:
    names = names or {}
    nodes: dict[str, str] = {}
    flows = []
    for chain in chains:
        steps = chain.split()
        for step in steps:
            title = names.get(step, step if tag_of(step) == "task" else "")
            nodes[step] = f"<{tag_of(step)} id={quoteattr(step)} name={quoteattr(title)}/>"
        for source, target in pairwise(steps):
            number = len(flows) + 1
            flows.append(f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>')
    return "".join([*nodes.values(), *flows])


def document(process: str, *, before: str = "", after: str = "") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{MODEL}">{before}'
        f'<process id="flow">{process}</process>{after}</definitions>'
    )
    return text.encode()


def drawn(*chains: str, names: Mapping[str, str] | None = None) -> bytes:
    return document(parts(*chains, names=names))


def standard(*chains: str, names: Mapping[str, str] | None = None, silent: Collection[str] = ()) -> FlowStandard:
    return standard_from_bpmn(drawn(*chains, names=names), source="test.bpmn", silent=silent)


def pnml(
    places: Mapping[str, int],
    transitions: Mapping[str, str | None],
    arcs: Collection[str],
    *,
    final: Mapping[str, int] | None = None,
) -> bytes:
    """A net; arcs as "source target" or "source target weight"; a label of None is ProM's invisible transition."""
    rows = [
        '<?xml version="1.0"?><pnml><net id="n" type="http://www.pnml.org/version-2009/grammar/ptnet"><page id="p">'
    ]
    for place, tokens in places.items():
        marking = f"<initialMarking><text>{tokens}</text></initialMarking>" if tokens else ""
        rows.append(f'<place id="{place}"><name><text>{place}</text></name>{marking}</place>')
    for identity, label in transitions.items():
        hidden = '<toolspecific tool="ProM" version="6.4" activity="$invisible$"/>' if label is None else ""
        rows.append(f'<transition id="{identity}"><name><text>{label or identity}</text></name>{hidden}</transition>')
    for number, arc in enumerate(arcs):
        source, target, *weight = arc.split()
        text = f"<inscription><text>{weight[0]}</text></inscription>" if weight else ""
        rows.append(f'<arc id="a{number}" source="{source}" target="{target}">{text}</arc>')
    rows.append("</page>")
    if final is not None:
        marks = "".join(f'<place idref="{place}"><text>{tokens}</text></place>' for place, tokens in final.items())
        rows.append(f"<finalmarkings><marking>{marks}</marking></finalmarkings>")
    rows.append("</net></pnml>")
    return "".join(rows).encode()
