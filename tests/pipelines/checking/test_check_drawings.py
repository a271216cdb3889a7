"""What `asrun check` tells of drawings, steps and events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.checking import CheckReport, check_workspace, told
from tests.builders.workspaces import FLOW, PNML, ROWS, standard_config, write_process, write_settings

_TASK = '<task id="examine" name="Examine"/>'
_OTHER = (
    '<collaboration id="c"><participant id="a" name="Desk 服务台" processRef="desk"/>'
    '<participant id="b" name="Customer" processRef="other"/></collaboration><process id="other"><startEvent id="os"/>'
    '<task id="ot" name="Elsewhere"/><endEvent id="oe"/><sequenceFlow id="o1" sourceRef="os" targetRef="ot"/>'
    '<sequenceFlow id="o2" sourceRef="ot" targetRef="oe"/></process><process id="desk">'
)
_TWO_POOLS = FLOW.replace('<process id="desk">', _OTHER)
_TIMER = (
    '<task id="examine" name="Examine"/><boundaryEvent id="late" name="Too late" attachedToRef="examine" '
    'cancelActivity="false"><timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition>'
    '</boundaryEvent><endEvent id="told"/><sequenceFlow id="tf" sourceRef="late" targetRef="told"/>'
)
_DEADLOCK = (
    FLOW.replace(_TASK, f'{_TASK}<exclusiveGateway id="one"/><parallelGateway id="both"/>')
    .replace('sourceRef="examine" targetRef="resolve"', 'sourceRef="examine" targetRef="one"')
    .replace(
        '<sequenceFlow id="f4"',
        '<sequenceFlow id="n1" sourceRef="one" targetRef="both"/><sequenceFlow id="n2" sourceRef="one" '
        'targetRef="both"/><sequenceFlow id="n3" sourceRef="both" targetRef="resolve"/><sequenceFlow id="f4"',
    )
)


def _checked(folder: Path, **written: Any) -> CheckReport:
    write_settings(folder)
    write_process(folder, **written)
    return check_workspace(folder, environ={})


def _text(report: CheckReport) -> str:
    return "\n".join(line for drawing in report.drawings for line in told(drawing))


def test_a_good_drawing_is_told_with_its_counts_and_states(tmp_path: Path) -> None:
    report = _checked(tmp_path, flow=FLOW.replace("<endEvent", "<textAnnotation id='note'/><endEvent"))
    assert report.problems == ()
    assert told(report.drawings[0]) == (
        "processes/desk/standards/2026-01-01/flow.bpmn",
        "  honoured: 5 sequenceFlow, 4 task, 1 endEvent, 1 startEvent",
        "  ignored: 1 textAnnotation (note): a text annotation is a note to the reader",
        "  sound: yes",
        f"  states: {report.drawings[0].states} (5 after minimising)",
    )


def test_a_net_is_told_as_such(tmp_path: Path) -> None:
    report = _checked(tmp_path, flow=PNML, flow_name="flow.pnml")
    assert report.problems == ()
    assert "  honoured: 5 place, 4 transition, 8 arc" in told(report.drawings[0])


def test_each_refused_element_stands_there_with_the_rest(tmp_path: Path) -> None:
    flow = FLOW.replace(_TASK, '<complexGateway id="examine" name="Examine"/>')
    report = _checked(tmp_path, flow=flow)
    assert [problem.what.split(":")[0] for problem in report.problems] == ["complexGateway 'Examine' (examine)"]
    assert report.drawings[0].refused == ("examine",)
    assert "  honoured: 10 elements" in told(report.drawings[0])
    assert "  refused: 1 (examine); the errors say why" in told(report.drawings[0])


def test_an_unsound_drawing_is_told_with_a_run_and_its_states(tmp_path: Path) -> None:
    report = _checked(tmp_path, flow=_DEADLOCK)
    text = _text(report)
    assert "  sound: no" in text
    assert "for example: start > Register > Examine > one" in text
    assert "  states: " in text
    assert report.problems


def test_what_was_bounded_is_noted_by_name(tmp_path: Path) -> None:
    report = _checked(tmp_path, flow=FLOW.replace(_TASK, _TIMER))
    assert report.problems == ()
    assert report.drawings[0].notes == ()
    timer = "<timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition>"
    report = _checked(tmp_path, flow=FLOW.replace(_TASK, _TIMER.replace(timer, "<messageEventDefinition/>")))
    assert "  note: boundaryEvent 'Too late' (late): " in _text(report)


def test_the_participant_is_chosen_in_standard_yaml(tmp_path: Path) -> None:
    report = _checked(tmp_path, flow=_TWO_POOLS)
    assert "'Customer', 'Desk 服务台'" in str(report.problems[0])
    report = _checked(tmp_path, flow=_TWO_POOLS, standard=standard_config(participant="Desk 服务台"))
    assert report.problems == ()
    assert "2 sequenceFlow, 1 endEvent, 1 startEvent, 1 task (os, ot, oe, o1, o2): belongs to another" in _text(report)
    report = _checked(tmp_path, flow=_TWO_POOLS, standard=standard_config(participant="Dask"))
    assert "no participant 'Dask' with a flow; found 'Customer', 'Desk 服务台'" in str(report.problems[0])


def test_a_step_that_no_activity_stands_for_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    rows = [(case, "Examin" if step == "Examine" else step, *rest) for case, step, *rest in ROWS]
    report = _checked(tmp_path, rows=rows)
    (problem,) = report.problems
    assert "the step 'Examine' (examine)" in problem.what
    assert problem.todo.startswith("Nearest: 'Examin'.")
    assert problem.where.startswith("processes/desk/standards/2026-01-01/standard.yaml")


@pytest.mark.parametrize(
    "changes",
    [{"activities": {"Examin": "Examine"}}, {"activities": {"Examin": "examine"}}, {"silent": ["Examine"]}],
)
def test_a_mapping_or_silence_settles_it(tmp_path: Path, changes: dict[str, Any]) -> None:
    rows = [(case, "Examin" if step == "Examine" else step, *rest) for case, step, *rest in ROWS]
    assert _checked(tmp_path, rows=rows, standard=standard_config(**changes)).problems == ()


def test_a_step_that_the_log_has_not_seen_yet_may_be_mapped(tmp_path: Path) -> None:
    rows = [row for row in ROWS if row[1] != "Examine"]
    assert "the step 'Examine'" in str(_checked(tmp_path, rows=rows).problems[0])
    report = _checked(tmp_path, rows=rows, standard=standard_config(activities={"Check": "Examine"}))
    assert report.problems == ()
    assert any("no activity 'Check' yet" in problem.what for problem in report.warnings)


def test_an_event_is_silent_unless_mapped(tmp_path: Path) -> None:
    flow = FLOW.replace('<endEvent id="end"/>', '<endEvent id="end" name="Archived"/>')
    rows = [*ROWS, *((f"T{case:02}", "Archived", "2026-03-01 08:00:00", "agent 1", "north") for case in range(3))]
    report = _checked(tmp_path, flow=flow, rows=rows)
    assert report.problems == ()
    (hint,) = (problem for problem in report.warnings if "Archived" in problem.what)
    assert "bears the name of an event" in hint.what
    assert "'Archived: end'" in hint.todo
    report = _checked(tmp_path, flow=flow, rows=rows, standard=standard_config(activities={"Archived": "end"}))
    assert report.problems == ()
    assert not any("Archived" in problem.what for problem in report.warnings)


def test_called_processes_are_found_in_the_folder(tmp_path: Path) -> None:
    flow = FLOW.replace(_TASK, '<callActivity id="examine" name="Examine" calledElement="inner"/>')
    inner = FLOW.replace('id="desk"', 'id="inner"').replace('id="d"', 'id="d2"')
    report = _checked(tmp_path, flow=flow)
    assert "the process 'inner' that it calls is not here" in _text(report)
    home = tmp_path / "processes" / "desk" / "standards" / "2026-01-01"
    (home / "inner.bpmn").write_text(inner)
    report = check_workspace(tmp_path, environ={})
    assert "that it calls is not here" not in _text(report)
    assert report.drawings[0].states is not None
    assert report.drawings[0].states > 9


def test_an_unsound_drawing_may_judge_by_its_complete_runs(tmp_path: Path) -> None:
    way = '<sequenceFlow id="n4" sourceRef="one" targetRef="resolve"/>'
    flow = _DEADLOCK.replace('<sequenceFlow id="n3"', f'{way}<sequenceFlow id="n3"')
    refused = _checked(tmp_path / "refused", flow=flow)
    assert "unsound: warn" in refused.problems[0].todo
    report = _checked(tmp_path / "warned", flow=flow, standard=standard_config(unsound="warn"))
    assert report.problems == ()
    warned = [warning.what for warning in report.warnings]
    assert "the drawing is not sound (dead, deadlock); cases are judged by its runs that reach an end." in warned
    assert "  sound: no" in told(report.drawings[0])
