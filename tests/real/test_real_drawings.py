"""Drawings from some twenty real tools: each is read whole, or refused in words, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from mining.automaton import language
from mining.bpmn import Drawing, RefusedDrawing, layout, read_bpmn
from mining.errors import MiningError
from mining.standard import FlowStandard, standard_from_bpmn
from mining.statespace import check_soundness, explore_drawing
from tests.mining.bpmn.test_complete import NODES, flow_parts
from tests.mining.real_data import real_data

pytestmark = pytest.mark.real


class Row(NamedTuple):
    """What becomes of one process of a file (id; "" where there is just one): counts of flow nodes and flows."""

    process: str
    honoured: int
    ignored: int
    refused: int
    states: int
    outcome: str


TABLE = {
    "bpmnio_kitchen-sink.bpmn": [
        Row("Process_1", 52, 13, 2, 0, "refused"),
        Row("Process_0abj3w2", 13, 54, 0, 22, "sound"),
    ],
    "bpmnvis_all_event_boundaries.bpmn": [
        Row("", 75, 0, 2, 0, "refused"),
    ],
    "bpmnvis_subprocesses.bpmn": [
        Row("Process_1", 67, 33, 0, 1459, "deadlock"),
        Row("Process_1v747r4", 5, 95, 0, 4, "sound"),
        Row("Process_1k02czw", 23, 77, 0, 14, "sound"),
        Row("Process_0alk3at", 5, 95, 0, 4, "sound"),
    ],
    "camunda_bestellprozess_signavio_de.bpmn": [
        Row("", 22, 0, 0, 25, "sound"),
    ],
    "camunda_customer_onboarding.bpmn": [
        Row("", 34, 0, 0, 40, "sound"),
    ],
    "camunda_error_handling.bpmn": [
        Row("", 32, 0, 3, 0, "refused"),
    ],
    "camunda_invoice_collaboration_signavio.bpmn": [
        Row("sid-5FBB6CB3-8A7C-42B5-9024-15BB2684EC57", 21, 20, 0, 12, "sound"),
        Row("camunda-invoice-en-collaboration", 20, 21, 0, 12, "sound"),
    ],
    "camunda_underwriting_strategic.bpmn": [
        Row("", 18, 0, 0, 10, "sound"),
    ],
    "cn_activiti_leave-in-pool.bpmn": [
        Row("", 18, 0, 0, 0, "unbounded"),
    ],
    "cn_activiti_purchase-authority.bpmn": [
        Row("", 42, 0, 0, 25, "sound"),
    ],
    "cn_activiti_purchase-subprocess.bpmn": [
        Row("", 42, 0, 0, 25, "sound"),
    ],
    "cn_kft_leave-jpa.bpmn": [
        Row("", 20, 0, 0, 13, "sound"),
    ],
    "cn_springactiviti_leave.bpmn": [
        Row("", 20, 0, 0, 13, "sound"),
    ],
    "cn_springactiviti_purchase.bpmn": [
        Row("", 40, 0, 0, 24, "sound"),
    ],
    "miwg_ARIS_10_2025_07_C.1.0.bpmn": [
        Row("Process_ID-2b7311f0-7237-11e9-69f8-f48e38b53512", 21, 20, 0, 12, "sound"),
        Row("Process_ID-16b7937e-723a-11e9-69f8-f48e38b53512", 20, 21, 0, 12, "sound"),
    ],
    "miwg_Activiti_Designer_5_14_1_A.2.0-export.bpmn": [
        Row("", 17, 0, 0, 11, "sound"),
    ],
    "miwg_Bizagi_Modeler_2_8_0_8_B.2.0-roundtrip.bpmn": [
        Row("WFP-6-1", 46, 133, 0, 201, "deadlock"),
        Row("WFP-6-2", 114, 65, 0, 270, "deadlock"),
        Row("Process_ba16239e-181e-4b9f-bc5b-0bb2ee973450", 14, 165, 0, 9, "sound"),
        Row("WFP-0-", 5, 174, 0, 4, "sound"),
    ],
    "miwg_Cardanit_prev_BeePMN_4_9_1_C.1.0.bpmn": [
        Row("processes_8710c23e-ddb7-3f45-4e37-564a632201ad", 21, 20, 0, 12, "sound"),
        Row("processes_1ec41928-061f-e544-586c-e3fa98d2db66", 20, 21, 0, 12, "sound"),
    ],
    "miwg_GenMyModel_0_47_C.1.0.bpmn": [
        Row("", 0, 0, 0, 0, "unreadable"),
    ],
    "miwg_MID_Innovator_15_1_1_11026_C.1.0.bpmn": [
        Row("sid-5FBB6CB3-8A7C-42B5-9024-15BB2684EC57", 21, 20, 0, 12, "sound"),
        Row("bpmn-miwg-test-case-c.1.0", 20, 21, 0, 12, "sound"),
    ],
    "miwg_OMNITRACKER_BPMN_12_3_C.1.0.bpmn": [
        Row("_8", 21, 20, 0, 12, "sound"),
        Row("_10", 20, 21, 0, 12, "sound"),
    ],
    "miwg_Reference_C.1.0.bpmn": [
        Row("sid-5FBB6CB3-8A7C-42B5-9024-15BB2684EC57", 21, 20, 0, 12, "sound"),
        Row("bpmn-miwg-test-case-c.1.0", 20, 21, 0, 12, "sound"),
    ],
    "miwg_SAP_Signavio_Process_Manager_19_9_0_C.2.0.bpmn": [
        Row("sid-4A78BD16-8AAC-46E6-AA49-858EBAC6D588", 5, 49, 0, 4, "sound"),
        Row("sid-6CD2D80B-72FC-4B3B-A3B4-68100A2F9798", 31, 23, 0, 19, "sound"),
        Row("sid-AF7691E7-3CA5-448B-87C4-E54545E8EC06", 11, 43, 0, 7, "sound"),
        Row("sid-021628FB-91EC-4F43-9BC4-C5610AC859D6", 7, 47, 0, 5, "sound"),
    ],
    "miwg_Trisotech_Workflow_Modeler_12_6_3_C.1.0.bpmn": [
        Row("_b6542261-a5a1-419e-bdc7-e2732da7a234", 20, 21, 0, 12, "sound"),
        Row("_c2ebf020-2e21-48ed-a166-6fd461420b16", 21, 20, 0, 12, "sound"),
    ],
    "miwg_W4_BPMN_Composer_V_10_4_C.1.0.bpmn": [
        Row("Bpmn_Process_ZjNK0hioEeiTaYFQ8JSDfA", 21, 20, 0, 12, "sound"),
        Row("Bpmn_Process_JrT9sBirEeiTaYFQ8JSDfA", 20, 21, 0, 12, "sound"),
    ],
    "miwg_bpmn_io_Camunda_Modeler_18_6_1_C.1.0.bpmn": [
        Row("Process_1mgwbq0", 21, 20, 0, 12, "sound"),
        Row("Process_18fi83m", 20, 21, 0, 12, "sound"),
    ],
    "miwg_iGrafx_FlowCharter_2013_15_1_1_1580_B.2.0-export.bpmn": [
        Row("diagram_IDAVXMOB", 5, 177, 0, 4, "sound"),
        Row("diagram_IDAEDNOB", 5, 177, 0, 4, "sound"),
        Row("process_IDANNMKB", 125, 57, 0, 276, "deadlock"),
        Row("process_IDAVOMKB", 46, 136, 0, 184, "deadlock"),
    ],
    "research_01-Dispatch-of-goods_Dispatch_1cb656bdb9ec435fbe33bf4df633c2f5.bpmn": [
        Row("", 32, 0, 0, 29, "sound"),
    ],
    "research_02-Recourse_Excersise_No_3_2cdc3da0a0f64bc0bfd988cf04dd4245.bpmn": [
        Row("", 38, 0, 0, 22, "sound"),
    ],
    "research_02-Regressnahme_Regressnahme_7e3c40ed67d641b6989abd11ac1840b0.bpmn": [
        Row("", 29, 0, 3, 0, "refused"),
    ],
    "research_03-Schufascoring_Schufascoring_ccf698190229405b9af0ed1aade7d808.bpmn": [
        Row("sid-8B92CD92-F16D-4AC9-9265-3D7711C49A5B", 22, 18, 0, 13, "sound"),
        Row("sid-38DFEB61-B89C-4CDB-AEF0-F669D313A409", 18, 22, 0, 11, "sound"),
    ],
    "research_04-Self-service-restaurant_Self-service-restaurant_ecd08e1f85ca4517970d783023222701.bpmn": [
        Row("sid-5028DD6D-B650-4D76-B143-A8DEFC386E3C", 19, 24, 1, 0, "refused"),
        Row("sid-E4F40217-A7AB-4ED0-A238-4A35D33813ED", 18, 25, 1, 0, "refused"),
        Row("sid-F056611A-3AFD-4A4F-B8EB-4826A33D03CB", 5, 39, 0, 4, "sound"),
    ],
    "spiff_INVALID_No-Start-Event.bpmn20.xml": [
        Row("", 9, 0, 0, 13, "sound"),
    ],
    "spiff_timer-non-interrupt-boundary.bpmn": [
        Row("", 19, 0, 0, 22, "deadlock"),
    ],
}


def content(name: str) -> bytes:
    return real_data("bpmn", name).read_bytes()


def read(name: str, participant: str = "") -> FlowStandard:
    return standard_from_bpmn(content(name), source=name, participant=participant or None)


def parts_ignored(found: Drawing | RefusedDrawing) -> int:
    return sum(1 for part in found.ignored if part.type in (*NODES, "sequenceFlow"))


def row_of(name: str, process: str) -> Row:
    try:
        drawing = read_bpmn(content(name), source=name, participant=process or None)
    except RefusedDrawing as error:
        return Row(process, len(error.honoured), parts_ignored(error), len(error.refused), 0, "refused")
    except MiningError:
        return Row(process, 0, 0, 0, 0, "unreadable")
    counts = len(drawing.honoured), parts_ignored(drawing), 0
    try:
        space = explore_drawing(drawing)
    except MiningError as error:
        return Row(process, *counts, 0, "unbounded" if "unbounded" in str(error) else str(error))
    flaws = " ".join(sorted(flaw.kind for flaw in check_soundness(space).flaws))
    return Row(process, *counts, space.state_count, flaws or "sound")


@pytest.mark.parametrize("name", TABLE)
def test_what_becomes_of_a_drawing(name: str) -> None:
    assert [row_of(name, row.process) for row in TABLE[name]] == TABLE[name]


def test_the_table_is_whole() -> None:
    assert {path.name for path in Path(real_data("bpmn")).iterdir()} == set(TABLE)
    assert len(TABLE) == 34


@pytest.mark.parametrize("name", [name for name, rows in TABLE.items() if rows[0].outcome != "unreadable"])
def test_each_flow_node_and_sequence_flow_is_counted_once(name: str) -> None:
    drawn = len(flow_parts(etree.fromstring(content(name))))
    assert [row.honoured + row.ignored + row.refused for row in TABLE[name]] == [drawn] * len(TABLE[name])


@pytest.mark.parametrize("name", [name for name, rows in TABLE.items() if len(rows) > 1])
def test_several_processes_need_a_choice(name: str) -> None:
    with pytest.raises(MiningError, match="Name one under 'participant'"):
        read(name)


@pytest.mark.parametrize(
    ("name", "process"), [(name, row.process) for name, rows in TABLE.items() for row in rows if row.states]
)
def test_what_is_read_has_a_place_on_the_page(name: str, process: str) -> None:
    drawing = layout(read_bpmn(content(name), source=name, participant=process or None))
    assert {shape.element_id for shape in drawing.shapes} >= {node.id for node in drawing.nodes}
    assert {edge.element_id for edge in drawing.edges} == {flow.id for flow in drawing.flows}


@pytest.mark.parametrize(
    ("name", "participant", "said"),
    [
        ("bpmnio_kitchen-sink.bpmn", "Process_1", r"complexGateway \(ExclusiveGateway_08cpnyi\)"),
        ("bpmnio_kitchen-sink.bpmn", "Process_1", r"boundaryEvent \(BoundaryEvent_1ge1buo\): compensation"),
        ("bpmnvis_all_event_boundaries.bpmn", "", r"\(Event_0zrof1g\): compensation"),
        ("camunda_error_handling.bpmn", "", r"serviceTask 'Fire company' \(ServiceTask_0kd2vy5\): compensation"),
        # An activity with two flows out of it, one of which leads back: each round leaves a token more.
        ("cn_activiti_leave-in-pool.bpmn", "", "unbounded at the flow from '调整' to 'End'"),
        # Declares UTF-8 and is Latin-1.
        ("miwg_GenMyModel_0_47_C.1.0.bpmn", "", "line 97: the file declares the encoding utf-8 but its bytes are not"),
        # Flows that end nowhere, and an event of two kinds that no event can wait for.
        (
            "research_02-Regressnahme_Regressnahme_7e3c40ed67d641b6989abd11ac1840b0.bpmn",
            "",
            "that waits of type cancel and terminate has no meaning in BPMN",
        ),
        # A branch that may not be taken, and a join that waits for it.
        ("spiff_timer-non-interrupt-boundary.bpmn", "", "gets stuck.*Gateway_19fdoel"),
        ("bpmnvis_subprocesses.bpmn", "Pool 1", "gets stuck"),
    ],
)
def test_why_a_drawing_is_refused(name: str, participant: str, said: str) -> None:
    with pytest.raises(MiningError, match=said):
        read(name, participant)


def test_a_chinese_leave_request() -> None:
    standard = read("cn_springactiviti_leave.bpmn")
    assert set(standard.labels) == {"部门领导审批", "人事审批", "调整申请", "销假"}
    assert language(standard.automaton, 3) == (
        ("部门领导审批", "调整申请"),
        ("部门领导审批", "人事审批", "调整申请"),
        ("部门领导审批", "人事审批", "销假"),
    )


def test_a_chinese_purchase_with_an_error_out_of_its_payment() -> None:
    standard = read("cn_springactiviti_purchase.bpmn")
    first, finance, manager, pay = "采购经理审批", "财务审批", "总经理审批", "出纳付款"
    again, received = "调整采购申请", "收货确认"
    # A refusal inside the payment is an error that leads back to the application.
    assert set(language(standard.automaton, 4)) == {
        (first, again),
        (first, finance, again),
        (first, again, first, again),
        (first, finance, pay, received),
        (first, finance, manager, again),
    }


REFERENCE = {
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


def words_of(standard: FlowStandard) -> set[tuple[str, ...]]:
    """The words, with the names as the reference has them: they were typed by hand.

    Capitals differ, one name was translated, and one file spells its umlaut as four other letters.
    """
    return {
        tuple(
            "review invoice"
            if label.startswith("Rechnung")
            else label.casefold().replace("camunda-invoice-en", "invoice")
            for label in word
        )
        for word in language(standard.automaton, 9)
    }


@pytest.mark.parametrize("which", ["engine", "assistant"])
def test_one_reference_model_from_many_tools_is_one_language(which: str) -> None:
    """The Model Interchange Working Group's model C.1.0, as each tool exports it: either participant."""
    languages = {
        name: words_of(read(name, participant if which == "engine" else "Team-Assistant"))
        for name, participant in REFERENCE.items()
    }
    reference = languages["miwg_Reference_C.1.0.bpmn"]
    assert len(reference) > 1
    assert {name: words for name, words in languages.items() if words != reference} == {}


def test_the_export_whose_encoding_lies_is_the_same_model_underneath() -> None:
    mended = content("miwg_GenMyModel_0_47_C.1.0.bpmn").decode("latin-1").encode("utf-8")
    standard = standard_from_bpmn(mended, source="mended", participant="Process Engine - Invoice Receipt")
    assert words_of(standard) == words_of(read("miwg_Reference_C.1.0.bpmn", "Process Engine - Invoice Receipt"))
