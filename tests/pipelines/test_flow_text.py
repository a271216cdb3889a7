"""The drawing in the store is read again as it was, whatever encoding its file had."""

from __future__ import annotations

import pytest

from mining.bpmn import read_bpmn
from pipelines.compiling.flow_text import flow_text
from tests.builders.workspaces import FLOW


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("UTF-8", "Prüfen 检查"), ("ISO-8859-1", "Prüfen"), ("GB18030", "检查"), ("UTF-16", "Prüfen 检查")],
)
def test_names_survive(encoding: str, name: str) -> None:
    xml = FLOW.replace('encoding="UTF-8"', f'encoding="{encoding}"').replace("Examine", name).encode(encoding)
    again = read_bpmn(flow_text(xml).encode("utf-8"), source="f")
    assert name in {node.name for node in again.nodes}
    assert again == read_bpmn(xml, source="f")


def test_a_file_in_utf_8_stays_as_it_is() -> None:
    assert flow_text(FLOW.encode()) == FLOW
    assert flow_text("\ufeff".encode() + FLOW.encode()) == FLOW
    assert "Examine" in flow_text(FLOW.encode() + b"\xff")
