"""The proposals for real logs name the columns that people who know the logs would name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from pipelines.propose.deciding import propose
from pipelines.propose.rendering import render_process_yaml
from pipelines.workspace.process_file import ProcessFile

pytestmark = pytest.mark.real
DATA = Path(os.environ.get("ASRUN_REAL_DATA") or Path(__file__).resolve().parents[4] / "shared/data")
XES = ("case:concept:name", ["concept:name"], None, "time:timestamp", None)
ISO = "%Y-%m-%dT%H:%M:%S.%f"


@pytest.mark.parametrize(
    ("file", "case", "activity", "started", "completed", "written"),
    [
        ("helpdesk/helpdesk_full_attributes.csv", "Case ID", ["Activity"], None, "Complete Timestamp",
         "%Y/%m/%d %H:%M:%S.%f"),
        ("bpic2017_w/BPIC_2017_W.csv.gz", "case_id", ["activity"], "start_time", "end_time", ISO),
        ("callcentre/callcentre_february_events.parquet", "case_id", ["activity"], "start_time", "end_time", None),
        ("production/Production.csv", "case:concept:name", ["concept:name"], "start_timestamp", "time:timestamp",
         "%Y-%m-%d %H:%M:%S%z"),
        ("academic_credentials/AcademicCredentials.csv", "case_id", ["activity"], "start_time", "end_time", ISO),
        ("cn_flowsharp/flowsharp_events.csv", "case_id", ["activity"], "start_time", "end_time", "%Y-%m-%d %H:%M:%S"),
        ("bpic2012/BPI_Challenge_2012.xes.gz", *XES),
        ("bpic2015_1/BPIC15_1.xes.gz", *XES),
        ("bpic2020_domestic/DomesticDeclarations.xes.gz", *XES),
        ("receipt/receipt.xes.gz", *XES),
        ("road_fines/Road_Traffic_Fine_Management_Process.xes.gz", *XES),
        ("bpic2013/BPI_Challenge_2013_incidents.xes.gz", XES[0], ["concept:name", "lifecycle:transition"], *XES[2:]),
    ],
)  # fmt: skip
def test_the_right_columns(
    file: str, case: str, activity: list[str], started: str | None, completed: str, written: str | None
) -> None:
    if not DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the real logs are not at {DATA}")
        pytest.skip(f"the real logs are not at {DATA}")
    found = propose(DATA / file, time_zone="Europe/Rome")
    assert found.kind.kind == "events"
    assert found.case is not None
    assert found.case.column == case
    assert [choice.column for choice in found.activity] == activity
    assert (found.started.column if found.started else None) == started
    assert found.completed is not None
    assert (found.completed.column, found.completed.format) == (completed, written)
    text = render_process_yaml(found, process="demo", files="data/x")
    ProcessFile.model_validate(yaml.safe_load(text))
    assert (found.lifecycle is not None) == ("bpic2012" in file)
