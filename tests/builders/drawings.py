"""A drawing of the made-up service desk, with its diagram coordinates."""

from __future__ import annotations

DESK_STEPS = (
    ("register", "Register ticket", "medium"),
    ("classify", "Classify ticket", "high"),
    ("respond", "First response", "medium"),
    ("assign", "Assign to second line", "low"),
    ("investigate", "Investigate", "medium"),
    ("resolve", "Resolve ticket", "high"),
    ("confirm", "Confirm with customer", "high"),
    ("close", "Close ticket", "medium"),
)

_BOUNDS = {
    "start": (120, 100, 36, 36),
    "register": (200, 78, 110, 80),
    "classify": (350, 78, 110, 80),
    "respond": (500, 78, 110, 80),
    "which": (655, 93, 50, 50),
    "assign": (750, 238, 110, 80),
    "investigate": (900, 238, 110, 80),
    "join": (790, 93, 50, 50),
    "resolve": (1050, 78, 110, 80),
    "confirm": (1200, 78, 110, 80),
    "close": (1350, 78, 110, 80),
    "end": (1510, 100, 36, 36),
}
_FLOWS = (
    ("f1", "start", "register", "", ((156, 118), (200, 118))),
    ("f2", "register", "classify", "", ((310, 118), (350, 118))),
    ("f3", "classify", "respond", "", ((460, 118), (500, 118))),
    ("f4", "respond", "which", "", ((610, 118), (655, 118))),
    ("f5", "which", "assign", "second line", ((680, 143), (680, 278), (750, 278))),
    ("f6", "which", "join", "first line", ((705, 118), (790, 118))),
    ("f7", "assign", "investigate", "", ((860, 278), (900, 278))),
    ("f8", "join", "investigate", "", ((840, 118), (955, 118), (955, 238))),
    ("f9", "investigate", "resolve", "", ((1010, 278), (1105, 278), (1105, 158))),
    ("f10", "resolve", "confirm", "", ((1160, 118), (1200, 118))),
    ("f11", "confirm", "close", "", ((1310, 118), (1350, 118))),
    ("f12", "close", "end", "", ((1460, 118), (1510, 118))),
)


def _desk() -> str:
    names = {element: name for element, name, _ in DESK_STEPS}
    nodes = "".join(f'<userTask id="{element}" name="{name}"/>' for element, name in names.items())
    flows = "".join(
        f'<sequenceFlow id="{i}" sourceRef="{a}" targetRef="{b}" name="{label}"/>' for i, a, b, label, _ in _FLOWS
    )
    first = "".join(f"<flowNodeRef>{e}</flowNodeRef>" for e in _BOUNDS if e not in {"assign", "investigate"})
    second = "<flowNodeRef>assign</flowNodeRef><flowNodeRef>investigate</flowNodeRef>"
    shapes = "".join(
        f'<bpmndi:BPMNShape id="s_{e}" bpmnElement="{e}"><dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'
        "</bpmndi:BPMNShape>"
        for e, (x, y, w, h) in {
            "pool": (40, 30, 1560, 330),
            "lane1": (70, 30, 1530, 170),
            "lane2": (70, 200, 1530, 160),
            **_BOUNDS,
        }.items()
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="e_{i}" bpmnElement="{i}">'
        + "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
        + "</bpmndi:BPMNEdge>"
        for i, _, _, _, points in _FLOWS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
        'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="http://example.org/desk">'
        '<collaboration id="c"><participant id="pool" name="Service desk 服务台" processRef="p"/></collaboration>'
        f'<process id="p" isExecutable="false"><laneSet id="l"><lane id="lane1" name="First line 一线">{first}</lane>'
        f'<lane id="lane2" name="Second line 二线">{second}</lane></laneSet>'
        '<startEvent id="start" name="Ticket comes in"/>'
        f"{nodes}"
        '<exclusiveGateway id="which" name="Who can help?"/><exclusiveGateway id="join"/>'
        '<endEvent id="end" name="Done"/>'
        f"{flows}</process>"
        '<bpmndi:BPMNDiagram id="g"><bpmndi:BPMNPlane id="pl" bpmnElement="c">'
        f"{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
    )


DESK_BPMN = _desk()
