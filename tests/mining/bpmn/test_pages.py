"""Where shapes and their names stand: pages, labels, what is drawn open or closed."""

from __future__ import annotations

import re

import pytest

from mining.bpmn import Bounds, Drawing, Shape, read_bpmn
from tests.builders.notation import PAGES


def shapes_of(xml: str) -> dict[str, Shape]:
    drawing: Drawing = read_bpmn(xml.encode(), source="f")
    return {shape.element_id: shape for shape in drawing.shapes}


def test_each_diagram_of_the_file_is_a_page() -> None:
    shapes = shapes_of(PAGES)
    assert [shapes[name].page for name in ("s", "sub", "look", "c", "c/transfer")] == [0, 0, 1, 0, 2]
    assert shapes["sub"].is_closed
    assert shapes["c"].is_closed
    edges = {edge.element_id: edge.page for edge in read_bpmn(PAGES.encode(), source="f").edges}
    assert edges == {"f1": 0, "f2": 0, "f3": 0, "i1": 1, "i2": 1, "c/p1": 2, "c/p2": 2}


def test_a_process_called_twice_is_drawn_for_each_call() -> None:
    twice = PAGES.replace('<endEvent id="e"/>', '<callActivity id="c2" calledElement="pay"/><endEvent id="e"/>', 1)
    twice = twice.replace('sourceRef="c" targetRef="e"', 'sourceRef="c" targetRef="c2"').replace(
        "</process>", '<sequenceFlow id="f4" sourceRef="c2" targetRef="e"/></process>', 1
    )
    shapes = shapes_of(twice)
    assert shapes["c/transfer"].bounds == shapes["c2/transfer"].bounds


@pytest.mark.parametrize(
    ("inner", "is_closed"),
    [("210 88 36 36", False), ("900 900 36 36", True)],
    ids=["whole inside within it", "inside elsewhere on the page"],
)
def test_what_is_said_to_be_closed_is_open_where_its_inside_stands_in_it(inner: str, is_closed: bool) -> None:
    x, y, width, height = inner.split()
    place = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    both = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{name}">{place}</bpmndi:BPMNShape>' for name in ("is", "look", "ie")
    )
    one_page = re.sub(r'<bpmndi:BPMNDiagram id="sub">.*?</bpmndi:BPMNDiagram>', "", PAGES)
    one_page = one_page.replace("</bpmndi:BPMNPlane>", both + "</bpmndi:BPMNPlane>", 1)
    assert shapes_of(one_page)["sub"].is_closed == is_closed


def test_labels_and_upright_pools_are_read() -> None:
    label = '<bpmndi:BPMNLabel><dc:Bounds x="90" y="140" width="60" height="14"/></bpmndi:BPMNLabel>'
    labelled = PAGES.replace("</bpmndi:BPMNShape>", label + "</bpmndi:BPMNShape>", 1)
    labelled = labelled.replace("</bpmndi:BPMNEdge>", label.replace("90", "150") + "</bpmndi:BPMNEdge>", 1)
    drawing = read_bpmn(labelled.encode(), source="f")
    assert drawing.shapes[0].label == Bounds(90, 140, 60, 14)
    assert drawing.edges[0].label == Bounds(150, 140, 60, 14)
    assert drawing.shapes[1].label is None
    pool = (
        '<collaboration id="k"><participant id="pool" name="P" processRef="main"/></collaboration><process id="main">'
    )
    shape = '<bpmndi:BPMNShape bpmnElement="pool" isHorizontal="{}"><dc:Bounds x="0" y="0" width="9" height="9"/>'
    for stated, is_vertical in (("false", True), ("true", False)):
        upright = PAGES.replace('<process id="main">', pool).replace(
            "<bpmndi:BPMNShape", shape.format(stated) + "</bpmndi:BPMNShape><bpmndi:BPMNShape", 1
        )
        assert shapes_of(upright)["pool"].is_vertical == is_vertical
