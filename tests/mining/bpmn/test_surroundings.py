"""What is drawn around a flow."""

from __future__ import annotations

from mining.bpmn import Surroundings, read_bpmn, read_surroundings

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="http://example.org">'
)
_MODEL = (
    '<category id="k"><categoryValue id="kv" value="Back office 后台"/></category><collaboration id="c">'
    '<participant id="us" name="Us" processRef="p"/><participant id="them" name="Customer"/>'
    '<participant id="far" name="Nobody talks to them"/>'
    '<participant id="busy" name="Drawn themselves" processRef="q"/>'
    '<messageFlow id="m" name="order" sourceRef="them" targetRef="s"/>'
    '<messageFlow id="n" sourceRef="qt" targetRef="A"/><group id="g" categoryValueRef="kv"/></collaboration>'
    '<process id="p"><startEvent id="s"/><task id="A" name="Do it">'
    '<dataInputAssociation id="di"><sourceRef>data</sourceRef><targetRef>in</targetRef></dataInputAssociation></task>'
    '<endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="A"/>'
    '<sequenceFlow id="f2" sourceRef="A" targetRef="e"/>'
    '<dataObjectReference id="data" name="Form"/><dataStoreReference id="store" name="Archive"/>'
    '<textAnnotation id="note"><text>Mind   the &lt;gap&gt;</text></textAnnotation>'
    '<textAnnotation id="stray"><text>elsewhere</text></textAnnotation>'
    '<association id="a" sourceRef="A" targetRef="note"/></process>'
    '<process id="q"><task id="qt" name="Other"/></process>'
)
_PLACES = {
    "us": (0, 100, 600, 200),
    "them": (0, 0, 600, 50),
    "far": (0, -900, 600, 50),
    "busy": (0, 500, 600, 200),
    "qt": (100, 550, 100, 80),
    "s": (60, 180, 36, 36),
    "A": (200, 158, 100, 80),
    "e": (400, 180, 36, 36),
    "data": (220, 260, 36, 50),
    "store": (300, 260, 50, 50),
    "note": (320, 110, 100, 30),
    "stray": (320, 2110, 100, 30),
    "g": (180, 140, 140, 120),
}
_LINES = ("m", "n", "di", "a", "f1", "f2")
FILE = (
    _HEAD
    + _MODEL
    + '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="c">'
    + "".join(
        f'<bpmndi:BPMNShape bpmnElement="{name}"><dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'
        "</bpmndi:BPMNShape>"
        for name, (x, y, w, h) in _PLACES.items()
    )
    + "".join(
        f'<bpmndi:BPMNEdge bpmnElement="{name}"><di:waypoint x="96" y="198"/><di:waypoint x="200" y="198"/>'
        "</bpmndi:BPMNEdge>"
        for name in _LINES
    )
    + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
)


def _read(xml: str) -> Surroundings:
    return read_surroundings(xml.encode(), read_bpmn(xml.encode(), source="f", participant="Us"))


def test_notes_data_groups_and_who_is_talked_to_are_kept() -> None:
    found = _read(FILE)
    assert {(box.element_id, box.kind, box.name) for box in found.boxes} == {
        ("them", "pool", "Customer"),
        ("data", "data", "Form"),
        ("store", "store", "Archive"),
        ("note", "note", "Mind the <gap>"),
        ("g", "group", "Back office 后台"),
    }
    assert {(link.element_id, link.kind, link.name) for link in found.links} == {
        ("m", "message", "order"),
        ("di", "data", ""),
        ("a", "association", ""),
    }


def test_a_file_without_a_diagram_has_nothing_around_its_flow() -> None:
    assert _read(_HEAD + _MODEL + "</definitions>") == Surroundings()
