"""The workspace that is measured: the real road_fines flow, three limits on the wall clock, no extra attributes."""

from __future__ import annotations

import shutil
from pathlib import Path

_FLOW = Path(__file__).parents[1] / "real" / "workspace" / "processes" / "road_fines" / "standards" / "1999-12-01"

_SETTINGS = """\
title = {{ en = "Benchmark", zh = "性能测试" }}
time_zone = "Europe/Rome"
languages = ["en", "zh"]

[warehouse]
memory_limit = "{memory}"
threads = {threads}
"""

_PROCESS = """\
title: {{en: Road traffic fines, zh: 交通罚款}}
owner: Police force
time_zone: Europe/Rome
sources:
  log:
    kind: events
    files: "log:{file}"
    delivery: {delivery}
    keep_duplicates: true
    mapping:
      case: "{case}"
      activity: ["{activity}"]
      completed: "{completed}"
      resource: "{resource}"
case:
  starts: {{first_event: true}}
  ends: {{last_event: true}}
"""

_STANDARD = """\
title: {en: Road traffic fine procedure, zh: 交通罚款程序}
owner: Police force
approved_by: Written for the benchmark
approved_on: 1999-12-01
limits:
  - id: send_fine
    title: {en: Fine sent within 90 days, zh: 90 天内寄出罚单}
    from: {activity: Create Fine, which: first, at: completed}
    to: {activity: Send Fine, at: completed}
    within: 90d
    severity: high
  - id: notify
    title: {en: Notified within 60 days, zh: 60 天内送达}
    from: {activity: Send Fine, which: first, at: completed}
    to: {activity: Insert Fine Notification, at: completed}
    within: 60d
  - id: whole_case
    title: {en: Over within 1000 days, zh: 1000 天内结案}
    from: {case: start}
    to: {case: end}
    within: 1000d
"""

_COLUMNS = {
    "xes": {
        "case": "case:concept:name",
        "activity": "concept:name",
        "completed": "time:timestamp",
        "resource": "org:resource",
    },
    "parquet": {"case": "case_id", "activity": "activity", "completed": "completed_at", "resource": "resource"},
}


def flow_path() -> Path:
    """The designed flow of road_fines."""
    return _FLOW / "flow.pnml"


def write_workspace(folder: Path, *, file: str, memory: str, threads: int, delivery: str = "full") -> None:
    """Write the workspace; `file` lies below the folder that ASRUN_ROOT_LOG names."""
    process = folder / "processes" / "road_fines"
    standard = process / "standards" / "1999-12-01"
    standard.mkdir(parents=True)
    (folder / "asrun.toml").write_text(_SETTINGS.format(memory=memory, threads=threads), encoding="utf-8")
    columns = _COLUMNS["parquet" if file.endswith(".parquet") else "xes"]
    (process / "process.yaml").write_text(_PROCESS.format(file=file, delivery=delivery, **columns), encoding="utf-8")
    (standard / "standard.yaml").write_text(_STANDARD, encoding="utf-8")
    shutil.copyfile(flow_path(), standard / "flow.pnml")
