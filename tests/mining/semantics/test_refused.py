"""What is refused, by the id of the element."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    COMPENSATE,
    Part,
    boundary,
    definitions,
    drawing,
    end,
    event_sub,
    gate,
    process,
    start,
    sub,
    task,
    throw,
)
from tests.mining.semantics.playing import refusal


@pytest.mark.parametrize(
    ("parts", "refused"),
    [
        pytest.param((gate("w", "complexGateway"), "s w A e", "w B e"), ["w"], id="10.6.5 complex gateway"),
        pytest.param(
            (sub("S", gate("w", "complexGateway"), "s1 w A e1", "w B e1"), "s S e"),
            ["w"],
            id="10.6.5 inside a sub-process",
        ),
        pytest.param((throw("t", COMPENSATE), "s A t B e"), ["t"], id="10.7 thrown on the way"),
        pytest.param((end("t", COMPENSATE), "s A t"), ["t"], id="10.7 thrown at the end"),
        pytest.param((event_sub("E", start("f", COMPENSATE), "f B e1"), "s A e"), ["f"], id="10.7 event sub-process"),
        pytest.param(
            (gate("w", "complexGateway"), throw("t", COMPENSATE), "s w A t e", "w B e"),
            ["w", "t"],
            id="all are told at once",
        ),
    ],
)
def test_it_is_refused_by_id(parts: tuple[Part, ...], refused: list[str]) -> None:
    problems = refusal(drawing(*parts))
    for name in refused:
        assert any(f"'{name}'" in text for text in problems), (name, problems)


def test_a_compensation_handler_and_its_event_are_refused() -> None:
    """10.7: reached by an association, not by a flow."""
    handler = task("U", isForCompensation="true")
    text = process(handler, boundary("b", "A", COMPENSATE), "s A B e")
    text = text.replace("</process>", '<association id="n" sourceRef="b" targetRef="U"/></process>')
    problems = refusal(definitions(text))
    for name in ("U", "b"):
        assert any(f"'{name}'" in problem for problem in problems), (name, problems)


def test_a_choreography_is_refused() -> None:
    """11: a choreography tells of messages between parties; there is no process in it to follow."""
    text = (
        '<choreography id="dance"><participant id="p1" name="One"/><participant id="p2" name="Two"/>'
        '<choreographyTask id="T" initiatingParticipantRef="p1"><participantRef>p1</participantRef>'
        "<participantRef>p2</participantRef></choreographyTask></choreography>"
    )
    assert refusal(definitions(text))


def test_a_flow_to_nowhere_is_refused() -> None:
    text = process("s A e").replace('targetRef="e"', 'targetRef="nowhere"')
    assert any("nowhere" in problem for problem in refusal(definitions(text)))
