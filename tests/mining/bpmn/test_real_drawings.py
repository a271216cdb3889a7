"""Drawings from some twenty real tools: each is read whole or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from mining.automaton import language
from mining.bpmn import layout
from mining.errors import MiningError
from mining.standard import FlowStandard, standard_from_bpmn
from tests.mining.real_data import real_data


def read(name: str) -> FlowStandard:
    return standard_from_bpmn(real_data("bpmn", name).read_bytes(), source=name)


def outcome_of(path: Path, *, participant: str | None = None) -> FlowStandard | MiningError:
    try:
        return standard_from_bpmn(path.read_bytes(), source=path.name, participant=participant)
    except MiningError as error:
        return error


@pytest.mark.real
def test_every_drawing_is_read_or_refused() -> None:
    paths = sorted(real_data("bpmn").iterdir())
    assert len(paths) == 34
    loaded = []
    for path in paths:
        outcome = outcome_of(path)
        if isinstance(outcome, MiningError):
            assert outcome.problems
            assert all(problem.what and problem.where.startswith(path.name) for problem in outcome.problems)
            continue
        loaded.append(path.name)
        assert outcome.drawing is not None
        laid = layout(outcome.drawing)
        assert {shape.element_id for shape in laid.shapes} >= {node.id for node in laid.nodes}
    assert loaded == [
        "cn_kft_leave-jpa.bpmn",
        "cn_springactiviti_leave.bpmn",
        "miwg_Activiti_Designer_5_14_1_A.2.0-export.bpmn",
        "research_01-Dispatch-of-goods_Dispatch_1cb656bdb9ec435fbe33bf4df633c2f5.bpmn",
    ]


@pytest.mark.real
def test_a_chinese_leave_request() -> None:
    standard = read("cn_springactiviti_leave.bpmn")
    assert set(standard.labels) == {"部门领导审批", "人事审批", "调整申请", "销假"}
    assert language(standard.automaton, 3) == (
        ("部门领导审批", "调整申请"),
        ("部门领导审批", "人事审批", "调整申请"),
        ("部门领导审批", "人事审批", "销假"),
    )


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "said"),
    [
        # An activity with two flows out of it, one of which leads back: each round leaves a token more.
        ("cn_activiti_leave-in-pool.bpmn", "unbounded"),
        # Declares UTF-8 and is Latin-1.
        ("miwg_GenMyModel_0_47_C.1.0.bpmn", "encoding"),
        ("spiff_INVALID_No-Start-Event.bpmn20.xml", "boundaryEvent 'Test Message'"),
        ("miwg_Reference_C.1.0.bpmn", "'Team-Assistant', 'Process Engine - Invoice Receipt'"),
    ],
)
def test_why_a_drawing_is_refused(name: str, said: str) -> None:
    with pytest.raises(MiningError, match=said):
        read(name)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "participant"),
    [
        ("miwg_Reference_C.1.0.bpmn", "Team-Assistant"),
        ("miwg_Reference_C.1.0.bpmn", "Process Engine - Invoice Receipt"),
        ("miwg_ARIS_10_2025_07_C.1.0.bpmn", "Team-Assistant"),
        ("miwg_SAP_Signavio_Process_Manager_19_9_0_C.2.0.bpmn", "Amazon"),
        ("research_03-Schufascoring_Schufascoring_ccf698190229405b9af0ed1aade7d808.bpmn", "Schufaservice (Schufa)"),
        ("bpmnvis_subprocesses.bpmn", "Pool 1"),
    ],
)
def test_a_chosen_participant_is_read_or_refused_in_words(name: str, participant: str) -> None:
    outcome = outcome_of(real_data("bpmn", name), participant=participant)
    assert "participant" not in str(outcome) or not isinstance(outcome, MiningError)


@pytest.mark.real
def test_one_reference_model_from_many_tools_is_one_language() -> None:
    """The Model Interchange Working Group's model C.1.0: the process engine's part, as each tool exports it."""
    participants = {
        "miwg_Reference_C.1.0.bpmn": "Process Engine - Invoice Receipt",
        "miwg_ARIS_10_2025_07_C.1.0.bpmn": "Process Engine - Invoice Receipt",
        "miwg_Cardanit_prev_BeePMN_4_9_1_C.1.0.bpmn": "Process Engine - Incoice Receipt",
        "miwg_MID_Innovator_15_1_1_11026_C.1.0.bpmn": "Process Engine - Invoice Receipt",
        "miwg_OMNITRACKER_BPMN_12_3_C.1.0.bpmn": "Process Engine - Invoice Receipt",
        "miwg_Trisotech_Workflow_Modeler_12_6_3_C.1.0.bpmn": "Process Engine - Invoice Receipt",
        "miwg_W4_BPMN_Composer_V_10_4_C.1.0.bpmn": "Process Engine - Invoice Receipt",
        "miwg_bpmn_io_Camunda_Modeler_18_6_1_C.1.0.bpmn": "Process Engine - Invoice Receipt",
        "camunda_invoice_collaboration_signavio.bpmn": "Process Engine - Invoice Receipt",
    }
    languages = {}
    for name, participant in participants.items():
        outcome = outcome_of(real_data("bpmn", name), participant=participant)
        assert isinstance(outcome, FlowStandard), outcome
        # The names were typed by hand: capitals differ, one was translated, and one file spells its umlaut as four
        # other letters.
        languages[name] = {
            tuple("review invoice" if label.startswith("Rechnung") else label.casefold() for label in word)
            for word in language(outcome.automaton, 9)
        }
    reference = languages["miwg_Reference_C.1.0.bpmn"]
    assert len(reference) > 1
    assert {name: words for name, words in languages.items() if words != reference} == {}
