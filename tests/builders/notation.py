"""A drawing that holds every element of the model once, set out on a grid, and a file with insides on other pages."""

from __future__ import annotations

from mining.bpmn import Bounds, Drawing, Edge, Flow, Lane, Loop, Node, Pool, Shape, Trigger

HOSTILE = "<script>window.hacked=1</script>\"'&</svg><img src=x onerror=alert(1)> ]]>"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabgabebescheinigung prüfen und an alle Beteiligten senden"
CHINESE = "部门领导审批付款申请并核对全部附件与合同条款后签字"

_CATCHING = ("message", "timer", "conditional", "signal", "link")
_THROWING = ("message", "escalation", "signal", "link")
_ENDING = ("message", "signal", "error", "escalation", "cancel", "terminate")
_BOUNDARY = ("message", "timer", "conditional", "signal", "error", "escalation", "cancel")
_TASKS = (
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
)
_LOOPS = ("standard", "sequential", "parallel")
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")


def _triggers(kind: str) -> tuple[Trigger, ...]:
    return (Trigger(kind),) if kind else ()


def _events() -> list[Node]:
    both = (Trigger("message"), Trigger("timer"))
    nodes = [Node(f"start-{kind}", kind, "startEvent", triggers=_triggers(kind)) for kind in ("", *_CATCHING[:4])]
    nodes += [Node(f"catch-{kind}", kind, "intermediateCatchEvent", triggers=_triggers(kind)) for kind in _CATCHING]
    nodes += [Node(f"throw-{kind}", kind, "intermediateThrowEvent", triggers=_triggers(kind)) for kind in _THROWING]
    nodes += [Node(f"end-{kind}", kind, "endEvent", triggers=_triggers(kind)) for kind in ("", *_ENDING)]
    nodes += [
        Node("catch-multiple", "multiple", "intermediateCatchEvent", triggers=both),
        Node("catch-all", "all of them", "intermediateCatchEvent", triggers=both, is_parallel=True),
    ]
    return nodes


def _activities() -> list[Node]:
    nodes = [Node(kind, f"A {kind}", kind) for kind in _TASKS]
    nodes += [
        Node(f"loop-{kind}", kind, "userTask", marker=Loop(kind)) for kind in ("standard", "sequential", "parallel")
    ]
    nodes += [
        Node("call", "Called elsewhere", "callActivity", called="elsewhere"),
        Node("closed", "Without an inside", "subProcess"),
        Node("ad-hoc", "As they like", "adHocSubProcess", marker=Loop("parallel")),
        Node("deal", "A transaction", "transaction"),
        Node("hostile", HOSTILE, "userTask"),
        Node("long", LONG, "serviceTask"),
        Node("chinese", CHINESE, "userTask"),
    ]
    return nodes


def notation() -> Drawing:
    """Every element of the model on one page, with a host for boundary events and open sub-processes in each other."""
    loose = [*_events(), *_activities(), *(Node(kind, f"Which {kind}?", kind) for kind in _GATEWAYS)]
    loose.append(Node("begins", "Begins", "eventBasedGateway", instantiates=True))
    loose.append(Node("all", "All", "eventBasedGateway", instantiates=True, is_parallel=True))
    shapes = []
    for number, node in enumerate(loose):
        x, y = 90 + 180 * (number % 8), 60 + 150 * (number // 8)
        width, height = (100, 80) if node.is_activity else (50, 50) if "Gateway" in node.type else (36, 36)
        shapes.append(Shape(node.id, Bounds(x, y, width, height), is_closed=node.id in {"closed", "ad-hoc", "deal"}))
    low = 60 + 150 * (len(loose) // 8 + 1)
    host = Node("host", "Many things may happen", "userTask")
    shapes.append(Shape("host", Bounds(90, low, 760, 80)))
    riders = []
    for number, kind in enumerate(_BOUNDARY):
        stops = kind in {"error", "cancel"} or number % 2 == 0
        riders.append(
            Node(
                f"on-{kind}", kind, "boundaryEvent", triggers=_triggers(kind), attached_to="host", is_interrupting=stops
            )
        )
        shapes.append(Shape(riders[-1].id, Bounds(110 + 100 * number, low + 62, 36, 36)))
    outer = Node("outer", "Around", "subProcess", is_expanded=True)
    inner = Node("inner", "When it comes", "subProcess", scope="outer", is_expanded=True, is_event_sub_process=True)
    begin = Node("inner-start", "", "startEvent", scope="inner", triggers=_triggers("signal"), is_interrupting=False)
    work = Node("inner-task", "Do it", "task", scope="inner")
    shapes += [
        Shape("outer", Bounds(900, low, 420, 220)),
        Shape("inner", Bounds(930, low + 40, 340, 150)),
        Shape("inner-start", Bounds(960, low + 97, 36, 36)),
        Shape("inner-task", Bounds(1080, low + 75, 100, 80)),
        Shape("pool", Bounds(20, 20, 1480, low + 260)),
        Shape("lane", Bounds(50, 20, 1450, low + 260)),
    ]
    flows = [
        Flow("into", "inner-start", "inner-task", scope="inner"),
        Flow("else", "exclusiveGateway", "parallelGateway", "otherwise", is_default=True),
        Flow("if", "userTask", "manualTask", "if it is so", is_conditional=True),
        Flow("gated", "inclusiveGateway", "eventBasedGateway", is_conditional=True),
    ]
    boxes = {shape.element_id: shape.bounds for shape in shapes}
    edges = []
    for flow in flows:
        source, target = boxes[flow.source], boxes[flow.target]
        line = ((source.x + source.width, source.y + 20), (target.x, target.y + 20))
        edges.append(Edge(flow.id, line))
    nodes = (*loose, *riders, host, outer, inner, begin, work)  # riders before their host, as some tools write them
    return Drawing(
        source="notation",
        process_id="p",
        process_name="Notation",
        nodes=nodes,
        flows=tuple(flows),
        lanes=(Lane("lane", "A lane 泳道"),),
        pools=(Pool("pool", HOSTILE, "p"),),
        shapes=tuple(shapes),
        edges=tuple(edges),
        honoured=tuple(node.id for node in nodes),
        ignored=(),
    )


def _shape(element: str, x: int, y: int, width: int, height: int, more: str = "") -> str:
    return (
        f'<bpmndi:BPMNShape bpmnElement="{element}"{more}>'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
    )


def _edge(element: str, *points: tuple[int, int]) -> str:
    line = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge bpmnElement="{element}">{line}</bpmndi:BPMNEdge>'


_PLANE = '<bpmndi:BPMNDiagram id="{0}"><bpmndi:BPMNPlane bpmnElement="{0}">{1}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'

PAGES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="http://example.org">'
    '<process id="main"><startEvent id="s"/><subProcess id="sub" name="Check it"><startEvent id="is"/>'
    '<task id="look" name="Look"/><endEvent id="ie"/><sequenceFlow id="i1" sourceRef="is" targetRef="look"/>'
    '<sequenceFlow id="i2" sourceRef="look" targetRef="ie"/></subProcess>'
    '<callActivity id="c" name="Pay" calledElement="pay"/><endEvent id="e"/>'
    '<sequenceFlow id="f1" sourceRef="s" targetRef="sub"/><sequenceFlow id="f2" sourceRef="sub" targetRef="c"/>'
    '<sequenceFlow id="f3" sourceRef="c" targetRef="e"/></process>'
    '<process id="pay"><startEvent id="ps"/><task id="transfer" name="Transfer 转账"/><endEvent id="pe"/>'
    '<sequenceFlow id="p1" sourceRef="ps" targetRef="transfer"/>'
    '<sequenceFlow id="p2" sourceRef="transfer" targetRef="pe"/></process>'
    + _PLANE.format(
        "main",
        _shape("s", 100, 100, 36, 36)
        + _shape("sub", 200, 78, 100, 80, ' isExpanded="false"')
        + _shape("c", 360, 78, 100, 80)
        + _shape("e", 520, 100, 36, 36)
        + _edge("f1", (136, 118), (200, 118))
        + _edge("f2", (300, 118), (360, 118))
        + _edge("f3", (460, 118), (0, 0)),  # as a tool that does not know the point
    )
    + _PLANE.format(
        "sub",
        _shape("is", 10, 32, 36, 36)
        + _shape("look", 100, 10, 100, 80)
        + _shape("ie", 260, 32, 36, 36)
        + _edge("i1", (46, 50), (100, 50))
        + _edge("i2", (200, 50), (260, 50)),
    )
    + _PLANE.format(
        "pay",
        _shape("ps", 10, 32, 36, 36)
        + _shape("transfer", 700, 10, 100, 80)
        + _shape("pe", 900, 32, 36, 36)
        + _edge("p1", (46, 50), (700, 50))
        + _edge("p2", (800, 50), (900, 50)),
    )
    + "</definitions>"
)
"""A closed sub-process and a called process, each drawn on a page of its own."""
