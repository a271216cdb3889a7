"""Drawings and standards that can't be honoured: the process fails with the element's place, its facts stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders.workspaces import FLOW, PNML, standard_config, write_yaml
from tests.pipelines.bad_input.nights import attempt

_EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_BOMB = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_OTHER_POOL = (
    '<collaboration id="c"><participant id="a" name="A" processRef="desk"/>'
    '<participant id="b" name="B" processRef="other"/></collaboration><process id="other"><startEvent id="os"/>'
    '<task id="ot" name="Elsewhere"/><endEvent id="oe"/><sequenceFlow id="o1" sourceRef="os" targetRef="ot"/>'
    '<sequenceFlow id="o2" sourceRef="ot" targetRef="oe"/></process><process id="desk">'
)
_TASK = '<task id="examine" name="Examine"/>'
# one branch goes on, but what follows waits for two
_DEADLOCK = (
    FLOW.replace(_TASK, f'{_TASK}<exclusiveGateway id="one"/><parallelGateway id="both"/>')
    .replace('sourceRef="examine" targetRef="resolve"', 'sourceRef="examine" targetRef="one"')
    .replace(
        '<sequenceFlow id="f4"',
        '<sequenceFlow id="n1" sourceRef="one" targetRef="both"/>'
        '<sequenceFlow id="n2" sourceRef="one" targetRef="both"/>'
        '<sequenceFlow id="n3" sourceRef="both" targetRef="resolve"/><sequenceFlow id="f4"',
    )
)
BPMN_ATTACKS: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "empty": ("", ("the file is empty", "BPMN 2.0 was expected")),
    "not XML": ("hello", ("not a whole, well-formed XML file", "flow.bpmn, line 1")),
    "cut": (FLOW[:600], ("not a whole, well-formed XML file", "flow.bpmn, line")),
    "entity bomb": (FLOW.replace("<definitions", _BOMB + "<definitions").replace('"Close"', '"&b;"'), ("DOCTYPE",)),
    "external entity": (
        FLOW.replace("<definitions", _EXTERNAL + "<definitions").replace('"Close"', '"&x;"'),
        ("flow.bpmn",),
    ),
    "wrong encoding": (FLOW.replace("Examine", "Prüfen").encode("latin-1"), ("declares the encoding utf-8", "line 6")),
    "another XML": ("<html/>", ("flow.bpmn",)),
    "no process": (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        ("has no process with a flow in it",),
    ),
    "two pools": (
        FLOW.replace('<process id="desk">', _OTHER_POOL),
        ("2 participants: 'B', 'A'", "Name one under 'participant'"),
    ),
    "complex gateway": (
        FLOW.replace(_TASK, '<complexGateway id="examine" name="Examine"/>'),
        ("complexGateway 'Examine' (examine)", "can't be honoured", "line 6"),
    ),
    "flow to nowhere": (FLOW.replace('targetRef="resolve"', 'targetRef="nowhere"'), ("sequenceFlow (f3)", "'nowhere'")),
    "id twice": (FLOW.replace('id="examine"', 'id="register"'), ("'Examine' (register): its id stands twice",)),
    "deadlock": (_DEADLOCK, ("no run of the flow reaches an end", "Register > Examine > one", "Correct the drawing")),
    "start inside": (FLOW.replace('<startEvent id="start"/>', ""), ("flow.bpmn",)),
}


def _standard(folder: Path) -> Path:
    return folder / "processes" / "desk" / "standards" / "2026-01-01"


@pytest.mark.parametrize("attack", BPMN_ATTACKS)
def test_a_bad_bpmn_is_refused(desk: Path, attack: str) -> None:
    content, fragments = BPMN_ATTACKS[attack]
    (_standard(desk) / "flow.bpmn").write_bytes(content if isinstance(content, bytes) else content.encode())
    attempt(desk).is_refused("processes/desk/standards/2026-01-01/flow.bpmn", *fragments)


PNML_ATTACKS: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "empty": ("", ("the file is empty; PNML was expected",)),
    "cut": (PNML[:500], ("not a whole, well-formed XML file",)),
    "entity bomb": (PNML.replace("<pnml", _BOMB + "<pnml").replace(">Close<", ">&b;<"), ("DOCTYPE",)),
    "external entity": (PNML.replace("<pnml", _EXTERNAL + "<pnml").replace(">Close<", ">&x;<"), ("flow.pnml",)),
    "wrong encoding": (PNML.replace("Register", "Prüfen").encode("latin-1"), ("declares the encoding utf-8",)),
    "two nets": (PNML.replace("</pnml>", '<net id="m"/></pnml>'), ("one net was expected; found 2",)),
    "arc to nowhere": (PNML.replace('target="p1"', 'target="pq"'), ("arc 'a2'", "'pq'", "line 10")),
    "never ends": (
        PNML.replace('<place id="p1"/>', '<place id="p1"/><place id="px"/>').replace(
            '<arc id="a3"', '<arc id="ax" source="px" target="examine"/><arc id="a3"'
        ),
        ("flow.pnml",),
    ),
}


@pytest.mark.parametrize("attack", PNML_ATTACKS)
def test_a_bad_pnml_is_refused(desk: Path, attack: str) -> None:
    content, fragments = PNML_ATTACKS[attack]
    (_standard(desk) / "flow.bpmn").unlink()
    (_standard(desk) / "flow.pnml").write_bytes(content if isinstance(content, bytes) else content.encode())
    attempt(desk).is_refused("processes/desk/standards/2026-01-01/flow.pnml", *fragments)


def test_a_good_pnml_judges_as_its_bpmn(desk: Path) -> None:
    (_standard(desk) / "flow.bpmn").unlink()
    (_standard(desk) / "flow.pnml").write_text(PNML)
    attempt(desk).is_done()


def _limit(**changes: Any) -> dict[str, Any]:
    return {**standard_config()["limits"][0], **changes}


NAME_ATTACKS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "limit": (
        {"limits": [_limit(**{"from": {"activity": "Registr"}})]},
        ("'resolution' names the activity 'Registr'", "standard.yaml:", "Did you mean 'Register'?"),
    ),
    "mapping": ({"activities": {"Register": "Regster"}}, ("mapped to 'Regster'", "standard.yaml:")),
    "step": ({"steps": {"Reslove": {"severity": "high"}}}, ("'Reslove' is no step", "Did you mean 'Resolve'?")),
    "silent": ({"silent": ["Nobody"]}, ("there is no step 'Nobody' in the flow",)),
    "participant": ({"participant": "Nobody"}, ("Nobody",)),
    "several at once": (
        {"limits": [_limit(to={"activity": "Clsoe"})], "steps": {"Reslove": {}}},
        ("'Clsoe'", "'Reslove'"),
    ),
}


@pytest.mark.parametrize("attack", NAME_ATTACKS)
def test_a_name_that_nobody_knows_is_refused_with_the_nearest(desk: Path, attack: str) -> None:
    changes, fragments = NAME_ATTACKS[attack]
    write_yaml(_standard(desk) / "standard.yaml", standard_config(**changes))
    attempt(desk).is_refused(*fragments)


def _two_flows(folder: Path) -> None:
    (_standard(folder) / "flow.pnml").write_text(PNML)


def _no_flow(folder: Path) -> None:
    (_standard(folder) / "flow.bpmn").unlink()


def _large(folder: Path) -> None:
    (_standard(folder) / "flow.bpmn").write_text(FLOW + "<!--" + "x" * 20_000_000 + "-->")


FOLDER_ATTACKS: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "two drawings": (_two_flows, ("found both flow.bpmn and flow.pnml",)),
    "no drawing": (_no_flow, ("expected flow.bpmn or flow.pnml, found no flow",)),
    "drawing of 20 MB": (_large, ("larger than 20 MB",)),
    "no standard.yaml": (
        lambda folder: (_standard(folder) / "standard.yaml").unlink(),
        ("standard.yaml: can't be read",),
    ),
    "no date": (lambda folder: _standard(folder).rename(_standard(folder).with_name("v1")), ("'v1' is not a date",)),
    "compact date": (
        lambda folder: _standard(folder).rename(_standard(folder).with_name("20260101")),
        ("'20260101' is not a date", "as 2026-01-31"),
    ),
    "week date": (
        lambda folder: _standard(folder).rename(_standard(folder).with_name("2026-W01-4")),
        ("'2026-W01-4' is not a date",),
    ),
    "no day": (
        lambda folder: _standard(folder).rename(_standard(folder).with_name("2026-02-30")),
        ("'2026-02-30' is not a date",),
    ),
}


@pytest.mark.parametrize("attack", FOLDER_ATTACKS)
def test_a_bad_standards_folder_is_refused(desk: Path, attack: str) -> None:
    spoil, fragments = FOLDER_ATTACKS[attack]
    spoil(desk)
    attempt(desk).is_refused("processes/desk/standards/", *fragments)
