from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.propose.attribute_names import attribute_names
from pipelines.propose.names import Role, milestone_name, name_score


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Case ID", "case"),
        ("case:concept:name", "case"),
        ("caseId", "case"),
        ("案例编号", "case"),
        ("工单号", "case"),
        ("concept:name", "activity"),
        ("活动", "activity"),
        ("环节名称", "activity"),
        ("Complete Timestamp", "completed"),
        ("完成时间", "completed"),
        ("start_timestamp", "started"),
        ("开始时间", "started"),
        ("org:resource", "resource"),
        ("处理人", "resource"),
        ("部门", "role"),
        ("lifecycle:transition", "lifecycle"),
        ("序号", "order"),
        ("case:channel", "segment"),
        ("优先级", "segment"),
    ],
)
def test_known_names(name: str, role: Role) -> None:
    assert name_score(name, role) >= 0.75


@pytest.mark.parametrize(
    ("name", "role", "score"),
    [
        ("ticket_reference", "case", 0.5),
        ("主要处理人姓名", "resource", 0.5),
        ("case:concept:name", "activity", 0.0),
        ("amount", "case", 0.0),
        ("restart", "started", 0.0),
        ("weekend", "completed", 0.0),
    ],
)
def test_parts_of_names(name: str, role: Role, score: float) -> None:
    assert name_score(name, role) == score


@pytest.mark.parametrize(
    ("column", "activity"),
    [
        ("opened_at", "Opened"),
        ("Resolved Time", "Resolved"),
        ("first_response_date", "First response"),
        ("审批时间", "审批"),
        ("time", "time"),
    ],
)
def test_milestones(column: str, activity: str) -> None:
    assert milestone_name(column) == activity


def test_names_of_attributes() -> None:
    assert attribute_names(["case:Service Level", "客户类型", "serviceLevel", "Größe", "2nd", "😀", "工单编号"]) == (
        "service_level",
        "customer_type",
        "service_level_2",
        "groe",
        "a_2nd",
        "attribute_6",
        "ticket_number",
    )


@given(st.lists(st.text(max_size=90), max_size=20))
def test_names_of_attributes_are_valid_and_different(columns: list[str]) -> None:
    names = attribute_names(columns)
    assert len(set(names)) == len(columns)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) for name in names)
