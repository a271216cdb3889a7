"""Call activities: expanded where the called process is at hand, else one step."""

from __future__ import annotations

import pytest

from mining.bpmn import RefusedDrawing, read_bpmn
from mining.errors import MiningError
from mining.standard import standard_from_bpmn
from tests.builders.languages import language
from tests.mining.drawn import MODEL, document, parts


def call(identity: str, called: str) -> str:
    return f'<callActivity id="{identity}" name="{identity}" calledElement="{called}"/>'


def calling(called: str = "sub", *, after: str = "") -> bytes:
    return document(parts("s C A e").replace('<task id="C" name="C"/>', call("C", called)), after=after)


def process(identity: str, body: str) -> str:
    return f'<process id="{identity}">{body}</process>'


def file(*processes: str) -> bytes:
    return f'<definitions xmlns="{MODEL}">{"".join(processes)}</definitions>'.encode()


SUB = process("sub", parts("s X e"))


def words(xml: bytes, **options: object) -> set[str]:
    return {"".join(word) for word in language(standard_from_bpmn(xml, source="f", **options).space, 6)}  # type: ignore[arg-type]


def test_a_called_process_of_the_file_is_expanded() -> None:
    xml = calling(after=SUB)
    drawing = read_bpmn(xml, source="f")
    assert [node.id for node in drawing.nodes if node.scope == "C"] == ["C/s", "C/X", "C/e"]
    assert {(flow.id, flow.source, flow.scope) for flow in drawing.flows if flow.scope} == {
        ("C/f1", "C/s", "C"),
        ("C/f2", "C/X", "C"),
    }
    assert drawing.ignored == ()
    assert sorted(drawing.honoured) == sorted(["s", "C", "A", "e", "f1", "f2", "f3", "s", "X", "e", "f1", "f2"])
    assert words(xml) == {"XA"}


def test_a_called_process_of_another_file_is_expanded() -> None:
    others = [("notes.bpmn", b"not a drawing"), ("sub.bpmn", file(SUB)), ("late.bpmn", file(SUB.replace("X", "Y")))]
    assert words(calling(), others=others) == {"XA"}
    assert words(calling("t:sub"), others=others) == {"XA"}


def test_a_called_process_that_is_nowhere_is_one_step() -> None:
    flow = standard_from_bpmn(calling(), source="f", others=[("notes.bpmn", file(process("else", parts("s X e"))))])
    assert flow.labels == ("A", "C")
    assert [identity for identity, _ in flow.notes] == ["C"]
    assert "'sub' that it calls is not here" in flow.notes[0][1]


@pytest.mark.parametrize(("content", "why"), [(b"<", "well-formed"), (b"<pnml/>", "no BPMN 2.0 file; it starts with")])
def test_a_call_is_refused_where_the_file_that_may_hold_it_is_broken(content: bytes, why: str) -> None:
    """A file cut short must not turn its steps into one, and so mend the findings about them."""
    with pytest.raises(RefusedDrawing, match=f"'sub', which may stand in notes.bpmn.*{why}"):
        standard_from_bpmn(calling(), source="f", others=[("notes.bpmn", content)])
    # where the process is found elsewhere, the broken file doesn't matter
    found = standard_from_bpmn(calling(), source="f", others=[("notes.bpmn", content), ("sub.bpmn", file(SUB))])
    assert found.labels == ("A", "X")


def test_a_process_that_stands_in_two_files_is_told() -> None:
    others = [("b.bpmn", file(process("sub", parts("s Y e")))), ("a.bpmn", file(SUB))]
    flow = standard_from_bpmn(calling(), source="f", others=others)
    assert flow.labels == ("A", "Y")
    assert flow.notes == (("C", "the process 'sub' that it calls stands in b.bpmn, a.bpmn: the first one is taken."),)


@pytest.mark.parametrize(
    "after", ['<globalUserTask id="sub"/>', process("sub", ""), process("sub", "<dataObject id='d'/>")]
)
def test_a_called_task_or_empty_process_is_one_step(after: str) -> None:
    flow = standard_from_bpmn(calling(after=after), source="f")
    assert flow.labels == ("A", "C")
    assert flow.notes == ()


def test_one_process_called_twice_is_two_insides() -> None:
    body = parts("s C D e").replace('<task id="C" name="C"/>', call("C", "sub"))
    body = body.replace('<task id="D" name="D"/>', call("D", "sub"))
    flow = standard_from_bpmn(document(body, after=SUB), source="f")
    assert [step.element_id for step in flow.steps] == ["C/X", "D/X"]
    assert flow.labels == ("X",)


def test_calls_within_calls() -> None:
    middle = process("middle", parts("s M e").replace('<task id="M" name="M"/>', call("M", "sub")))
    assert [
        step.element_id for step in standard_from_bpmn(calling("middle", after=SUB + middle), source="f").steps
    ] == [
        "A",
        "C/M/X",
    ]


@pytest.mark.parametrize("called", ["flow", "middle"])
def test_a_call_cycle_is_refused_by_id(called: str) -> None:
    middle = process("middle", parts("s M e").replace('<task id="M" name="M"/>', call("M", "middle")))
    with pytest.raises(RefusedDrawing) as caught:
        read_bpmn(calling(called, after=middle if called == "middle" else ""), source="f")
    assert caught.value.refused == (("C",) if called == "flow" else ("M",))
    assert "the call never ends" in str(caught.value)


def test_calls_that_multiply_are_bounded() -> None:
    def doubling(number: int) -> str:
        body = parts("s C D e").replace('<task id="C" name="C"/>', call("C", f"p{number + 1}"))
        return process(f"p{number}", body.replace('<task id="D" name="D"/>', call("D", f"p{number + 1}")))

    with pytest.raises(MiningError, match="more than 20000 elements"):
        read_bpmn(calling("p0", after="".join(doubling(number) for number in range(40))), source="f")


def test_calls_that_go_too_deep_are_refused() -> None:
    chain = "".join(
        process(f"p{number}", parts("s C e").replace('<task id="C" name="C"/>', call("C", f"p{number + 1}")))
        for number in range(80)
    )
    with pytest.raises(RefusedDrawing, match="more than 60 deep"):
        read_bpmn(calling("p0", after=chain), source="f")


def test_a_refused_element_of_another_file_is_told_with_its_file() -> None:
    with pytest.raises(MiningError, match=r"sub.bpmn, line 1: complexGateway \(q\)"):
        read_bpmn(
            calling(),
            source="f",
            others=[("sub.bpmn", file(SUB.replace("</process>", '<complexGateway id="q"/></process>')))],
        )


def test_a_called_process_needs_no_choice_of_participant() -> None:
    assert read_bpmn(calling(after=SUB), source="f").process_id == "flow"
    with pytest.raises(MiningError, match="2 participants"):
        read_bpmn(calling("other", after=SUB), source="f")


def test_a_call_begins_with_the_plain_start_event() -> None:
    other = '<startEvent id="s2"><messageEventDefinition/></startEvent><subProcess id="S"><task id="Y"/></subProcess>'
    other += '<sequenceFlow id="g1" sourceRef="s2" targetRef="S"/><sequenceFlow id="g2" sourceRef="S" targetRef="X"/>'
    xml = calling(after=SUB.replace("</process>", f"{other}</process>"))
    drawing = read_bpmn(xml, source="f")
    assert [part.element_id for part in drawing.ignored] == ["S", "Y", "s2", "g1", "g2"]
    assert words(xml) == {"XA"}
    alone = SUB.replace('<startEvent id="s" name=""/>', '<startEvent id="s"><messageEventDefinition/></startEvent>')
    assert words(calling(after=alone)) == {"XA"}
