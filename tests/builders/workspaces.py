"""Small workspaces written into a folder: rows, process.yaml, standard.yaml and a drawing, all easy to spoil."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

Row = tuple[str, ...]

HEADER: Row = ("ticket", "step", "done_at", "agent", "branch")
STEPS = ("Register", "Examine", "Resolve", "Close")

# ten closed cases as drawn, one without Examine, one that is still open
ROWS: tuple[Row, ...] = tuple(
    (f"T{case:02}", step, f"2026-02-{case + 1:02} {9 + 2 * place:02}:00:00", f"agent {case % 3}", "north")
    for case in range(12)
    for place, step in enumerate(STEPS)
    if not (case == 10 and step == "Examine") and not (case == 11 and place > 1)
)

FLOW = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="https://desk.example.org">
  <process id="desk">
    <startEvent id="start"/>
    <task id="register" name="Register"/>
    <task id="examine" name="Examine"/>
    <task id="resolve" name="Resolve"/>
    <task id="close" name="Close"/>
    <endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="register"/>
    <sequenceFlow id="f2" sourceRef="register" targetRef="examine"/>
    <sequenceFlow id="f3" sourceRef="examine" targetRef="resolve"/>
    <sequenceFlow id="f4" sourceRef="resolve" targetRef="close"/>
    <sequenceFlow id="f5" sourceRef="close" targetRef="end"/>
  </process>
</definitions>
"""

PNML = """<?xml version="1.0" encoding="UTF-8"?>
<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml">
  <net id="n" type="http://www.pnml.org/version-2009/grammar/ptnet"><page id="g">
    <place id="p0"><initialMarking><text>1</text></initialMarking></place>
    <place id="p1"/><place id="p2"/><place id="p3"/><place id="p4"/>
    <transition id="register"><name><text>Register</text></name></transition>
    <transition id="examine"><name><text>Examine</text></name></transition>
    <transition id="resolve"><name><text>Resolve</text></name></transition>
    <transition id="close"><name><text>Close</text></name></transition>
    <arc id="a1" source="p0" target="register"/><arc id="a2" source="register" target="p1"/>
    <arc id="a3" source="p1" target="examine"/><arc id="a4" source="examine" target="p2"/>
    <arc id="a5" source="p2" target="resolve"/><arc id="a6" source="resolve" target="p3"/>
    <arc id="a7" source="p3" target="close"/><arc id="a8" source="close" target="p4"/>
  </page></net>
</pnml>
"""

_PROCESS: dict[str, Any] = {
    "title": {"en": "Desk", "zh": "服务台"},
    "owner": "Desk manager",
    "time_zone": "UTC",
    "case_url": "https://desk.example.org/t/{case_id}",
    "sources": {
        "tickets": {
            "kind": "events",
            "files": "",
            "mapping": {
                "case": "ticket",
                "activity": "step",
                "completed": {"column": "done_at", "format": "%Y-%m-%d %H:%M:%S"},
                "resource": "agent",
            },
            "attributes": [{"name": "branch", "column": "branch", "type": "text", "of": "case"}],
        }
    },
    "segments": ["branch"],
    "case": {"starts": {"activity": "Register"}, "ends": {"activity": "Close"}},
}

_STANDARD: dict[str, Any] = {
    "title": {"en": "Desk standard", "zh": "服务台标准"},
    "owner": "Desk manager",
    "approved_by": "A. Example",
    "approved_on": "2025-12-01",
    "limits": [
        {
            "id": "resolution",
            "title": {"en": "Resolved in time", "zh": "及时解决"},
            "from": {"activity": "Register"},
            "to": {"activity": "Resolve"},
            "within": "5h",
        }
    ],
}


def csv_text(rows: Sequence[Sequence[str]], *, header: Sequence[str] | None = HEADER) -> str:
    """Rows as RFC 4180 writes them."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def process_config(name: str = "desk", **changes: Any) -> dict[str, Any]:
    """A valid process.yaml, fresh each time; keys given replace its own."""
    config = deepcopy(_PROCESS)
    config["sources"]["tickets"]["files"] = f"data/{name}.csv"
    return {**config, **changes}


def standard_config(**changes: Any) -> dict[str, Any]:
    """A valid standard.yaml, fresh each time; keys given replace its own, None removes one."""
    config = {**deepcopy(_STANDARD), **changes}
    return {key: value for key, value in config.items() if value is not None}


def write_settings(folder: Path, text: str = 'title = { en = "Small", zh = "小" }\ntime_zone = "UTC"\n') -> Path:
    """asrun.toml, which makes the folder a workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "asrun.toml").write_text(text, encoding="utf-8")
    return folder


def write_data(folder: Path, name: str = "desk", rows: Sequence[Sequence[str]] = ROWS) -> Path:
    """data/<name>.csv."""
    path = folder / "data" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text(rows), encoding="utf-8", newline="")
    return path


def write_yaml(path: Path, config: Mapping[str, Any] | str) -> Path:
    """A configuration file, from values or as the very text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = config if isinstance(config, str) else yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def write_process(
    folder: Path,
    name: str = "desk",
    *,
    rows: Sequence[Sequence[str]] = ROWS,
    config: Mapping[str, Any] | str | None = None,
    standard: Mapping[str, Any] | str | None = None,
    flow: str | bytes = FLOW,
    flow_name: str = "flow.bpmn",
    version: str = "2026-01-01",
) -> Path:
    """A whole process with its data and one standard version; the folder of the process."""
    home = folder / "processes" / name
    write_data(folder, name, rows)
    write_yaml(home / "process.yaml", process_config(name) if config is None else config)
    home_of_standard = home / "standards" / version
    write_yaml(home_of_standard / "standard.yaml", standard_config() if standard is None else standard)
    (home_of_standard / flow_name).write_bytes(flow.encode() if isinstance(flow, str) else flow)
    return home


def write_workspace(folder: Path, *processes: str) -> Path:
    """A valid workspace with the processes named (one, `desk`, where none is)."""
    write_settings(folder)
    for name in processes or ("desk",):
        write_process(folder, name)
    return folder
