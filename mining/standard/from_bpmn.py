"""A standard from a BPMN drawing."""

from __future__ import annotations

from collections.abc import Iterable

from mining.bpmn.reader import read_bpmn
from mining.standard.flow_standard import FlowStandard, standard_of
from mining.standard.silence import silent_ids
from mining.statespace.drawing_game import explore_drawing


def standard_from_bpmn(
    xml: bytes, *, source: str, silent: Iterable[str] = (), participant: str | None = None
) -> FlowStandard:
    """The flow in a BPMN 2.0 file.

    `silent` lists element ids or names of tasks that leave no event; `participant` chooses among several pools.
    Raises MiningError where the file can't be read, holds what can't be honoured, or the flow is unsound.
    """
    drawing = read_bpmn(xml, source=source, participant=participant)
    tasks = [(node.id, node.name or node.id) for node in drawing.nodes if node.is_task]
    others = [text for node in drawing.nodes if not node.is_task for text in (node.id, node.name)]
    space = explore_drawing(drawing, silent=silent_ids(tasks, silent, others=others, source=source))
    return standard_of(
        space, drawing=drawing, ignored=tuple((part.element_id, part.reason) for part in drawing.ignored)
    )
