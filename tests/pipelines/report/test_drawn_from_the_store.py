"""A night over one participant of a drawing that calls a process of another file: the report draws both."""

from __future__ import annotations

from pathlib import Path

from pipelines.report.build import build_report
from pipelines.report.render import render_report
from tests.builders.night import run_night
from tests.builders.workspaces import FLOW, standard_config, write_process, write_settings
from tests.pipelines.bad_input.nights import SNAPSHOT
from warehouse.reading.snapshot import Snapshot

_POOLS = (
    '<collaboration id="k"><participant id="a" name="Desk" processRef="desk"/>'
    '<participant id="b" name="Customer" processRef="other"/></collaboration><process id="other">'
    '<startEvent id="os"/><task id="ot" name="Wait"/><sequenceFlow id="o1" sourceRef="os" targetRef="ot"/></process>'
    '<process id="desk">'
)
_INNER = """<?xml version="1.0" encoding="ISO-8859-1"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="i" targetNamespace="https://desk.example.org">
<process id="inner"><startEvent id="is"/><task id="look" name="Prüfen"/><endEvent id="ie"/>
<sequenceFlow id="i1" sourceRef="is" targetRef="look"/><sequenceFlow id="i2" sourceRef="look" targetRef="ie"/></process>
</definitions>"""


def test_participant_and_called_process_reach_the_report(tmp_path: Path) -> None:
    flow = FLOW.replace('<process id="desk">', _POOLS).replace(
        '<task id="examine" name="Examine"/>', '<callActivity id="examine" name="Examine" calledElement="inner"/>'
    )
    folder = write_settings(tmp_path)
    standard = standard_config(participant="Desk", activities={"Examine": "Prüfen"})
    home = write_process(folder, flow=flow, standard=standard)
    (home / "standards" / "2026-01-01" / "inner.bpmn").write_bytes(_INNER.encode("latin-1"))
    assert not run_night(folder).has_failed
    with Snapshot(folder / SNAPSHOT) as snapshot:
        report = build_report(snapshot, "desk")
    assert report.flow.problem is None
    whole, inside = report.flow.pictures
    assert inside.title == "Examine"
    step = next(node for node in inside.nodes if node.element_id == "examine/look")
    assert step.name == "Prüfen"
    assert step.instances == 11
    assert step.deviating_cases == 1
    call = next(node for node in whole.nodes if node.element_id == "examine")
    assert (call.is_sum, call.deviating_cases) == (True, 1)
    assert "Inside: Examine" in render_report(report)
