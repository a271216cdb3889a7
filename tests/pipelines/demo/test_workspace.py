"""The written workspace: the same bytes again, a sound drawing, honest dirt."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import polars as pl
import pytest
import yaml
from lxml import etree

from pipelines.demo.flow import LIMITS, NAMES
from pipelines.demo.workspace import (
    DUPLICATE_ROWS,
    TEMPLATE,
    UNUSABLE_ROWS,
    DemoFiles,
    write_demo_workspace,
)
from pipelines.errors import BadInput

STANDARD = Path("processes") / "service_desk" / "standards" / "2025-09-01"
SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo_workspace(tmp_path_factory.mktemp("demo"), cases=1_500, seed=5)


def fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def test_same_seed_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipelines.demo.workspace import write_demo_workspace as w;"
        "w(Path(sys.argv[1]), cases=400, seed=11)"
    )
    prints = set()
    for hash_seed in ("0", "1", "77"):
        folder = tmp_path / hash_seed
        subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "POLARS_MAX_THREADS": hash_seed[0].replace("0", "2")},
        )
        prints.add(fingerprint(folder))
    assert len(prints) == 1
    write_demo_workspace(tmp_path / "other", cases=400, seed=12)
    assert fingerprint(tmp_path / "other") not in prints


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="new or empty folder"):
        write_demo_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_too_few_cases_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="at least 100"):
        write_demo_workspace(tmp_path / "new", cases=5)


def test_files_by_month_with_known_dirt(demo: DemoFiles) -> None:
    parts = [path for path in demo.data if path.name.startswith("tickets-")]
    assert [path.name for path in parts] == sorted(path.name for path in parts)
    assert parts[0].name == "tickets-2025-10.csv"
    assert parts[-1].name == "tickets-2026-10.csv"
    rows = pl.concat([pl.read_csv(path, infer_schema=False) for path in parts])
    assert rows.height - rows.unique().height == DUPLICATE_ROWS
    rows = rows.unique()
    assert rows["event_id"].is_unique().all()
    instant = pl.col("completed_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    begun = pl.col("started_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    unusable = rows.filter(pl.col("ticket_id").is_null() | instant.is_null() | (begun > instant))
    assert unusable.height == UNUSABLE_ROWS
    good = rows.join(unusable, on="event_id", how="anti")
    surveys = pl.read_csv(demo.folder / "data" / "surveys.csv")
    assert set(good["ticket_id"]) == set(surveys["ticket_id"])
    assert not set(unusable["ticket_id"].drop_nulls()) & set(good["ticket_id"])
    assert good["completed_at"].max() == f"{demo.as_of:%Y-%m-%d %H:%M:%S}"
    truth = pl.read_csv(demo.truth)
    assert set(truth["case_id"]) <= set(good["ticket_id"])
    for column in ("branch", "channel", "priority"):
        assert good.group_by("ticket_id").agg(pl.col(column).n_unique())[column].max() == 1


def test_no_source_pattern_reaches_the_truth(demo: DemoFiles) -> None:
    process = yaml.safe_load((demo.folder / "processes/service_desk/process.yaml").read_text("utf-8"))
    read = {path for source in process["sources"].values() for path in demo.folder.glob(source["files"])}
    assert read == set(demo.data)
    assert demo.truth not in read


def test_configuration_and_simulation_agree(demo: DemoFiles) -> None:
    settings = tomllib.loads((demo.folder / "asrun.toml").read_text("utf-8"))
    assert settings["time_zone"] == "Asia/Shanghai"
    standard = yaml.safe_load((demo.folder / STANDARD / "standard.yaml").read_text("utf-8"))
    assert set(standard["steps"]) <= set(NAMES.values())
    units = {"h": 3_600, "d": 86_400}
    told = [
        (
            limit["id"],
            limit["from"]["activity"],
            limit["to"]["activity"],
            int(limit["within"][:-1]) * units[limit["within"][-1]],
        )
        for limit in standard["limits"]
    ]
    assert told == [(limit.name, NAMES[limit.source], NAMES[limit.target], limit.seconds) for limit in LIMITS]


def test_the_drawing_is_whole() -> None:
    root = etree.parse(str(TEMPLATE / STANDARD / "flow.bpmn")).getroot()
    ids = [node.attrib["id"] for node in root.iter() if isinstance(node.tag, str) and "id" in node.attrib]
    assert len(ids) == len(set(ids))
    process = root.find("bpmn:process", SPACES)
    assert process is not None
    sorts = ("Task", "Gateway", "startEvent", "endEvent")
    nodes = [n.attrib["id"] for n in process if isinstance(n.tag, str) and n.tag.endswith(sorts)]
    flows = process.findall("bpmn:sequenceFlow", SPACES)
    shapes = {
        shape.attrib["bpmnElement"]: {k: float(v) for k, v in bounds.attrib.items()}
        for shape in root.iterfind(".//bpmndi:BPMNShape", SPACES)
        if (bounds := shape.find("dc:Bounds", SPACES)) is not None
    }
    lanes = process.findall(".//bpmn:lane", SPACES)
    members = {ref.text: lane.attrib["id"] for lane in lanes for ref in lane.iterfind("bpmn:flowNodeRef", SPACES)}
    assert set(members) == set(nodes)
    pool = shapes["service_desk_pool"]
    for node in nodes:
        box, lane = shapes[node], shapes[members[node]]
        assert lane["x"] <= box["x"]
        assert box["x"] + box["width"] <= lane["x"] + lane["width"] <= pool["x"] + pool["width"]
        assert lane["y"] <= box["y"]
        assert box["y"] + box["height"] <= lane["y"] + lane["height"] <= pool["y"] + pool["height"]
    for one in nodes:
        for other in nodes:
            a, b = shapes[one], shapes[other]
            apart = (
                a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"]
                or b["y"] + b["height"] <= a["y"]
            )
            assert one == other or apart
    edges = {edge.attrib["bpmnElement"]: edge for edge in root.iterfind(".//bpmndi:BPMNEdge", SPACES)}
    assert set(edges) == {flow.attrib["id"] for flow in flows}
    for flow in flows:
        points = [
            (float(p.attrib["x"]), float(p.attrib["y"]))
            for p in edges[flow.attrib["id"]].iterfind("di:waypoint", SPACES)
        ]
        for (x, y), end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            box = shapes[flow.attrib[end]]
            on_side = x in (box["x"], box["x"] + box["width"])
            on_top = y in (box["y"], box["y"] + box["height"])
            assert box["x"] <= x <= box["x"] + box["width"]
            assert box["y"] <= y <= box["y"] + box["height"]
            assert on_side or on_top
        for (x, y), (p, q) in itertools.pairwise(points):
            assert (x == p) != (y == q)
            crossed = [
                node
                for node in nodes
                if node not in (flow.attrib["sourceRef"], flow.attrib["targetRef"])
                and min(x, p) < shapes[node]["x"] + shapes[node]["width"]
                and max(x, p) > shapes[node]["x"]
                and min(y, q) < shapes[node]["y"] + shapes[node]["height"]
                and max(y, q) > shapes[node]["y"]
            ]
            assert not crossed, (flow.attrib["id"], crossed)
