"""A standard from a BPMN drawing."""

from __future__ import annotations

from collections.abc import Iterable

from mining.bpmn.drawing import Drawing
from mining.bpmn.reader import read_bpmn
from mining.document import spaced
from mining.standard.flow_standard import FlowStandard, standard_of
from mining.standard.silence import silent_ids
from mining.statespace.drawing_game import explore_drawing


def standard_from_bpmn(
    xml: bytes,
    *,
    source: str,
    silent: Iterable[str] = (),
    participant: str | None = None,
    observed: Iterable[str] = (),
    others: Iterable[tuple[str, bytes]] = (),
    allow_unsound: bool = False,
) -> FlowStandard:
    """The flow in a BPMN 2.0 file.

    `silent` lists ids or names of steps that leave no event; `observed` ids or names of events that leave one (a name
    counts only where no step bears it; what names no event is passed over, so that all targets of a mapping may be
    given); `participant` chooses among several pools; `others` are further BPMN files (name, bytes) with called
    processes; `allow_unsound` judges by the runs that reach an end, if there are any. Raises MiningError where the
    file can't be read, holds what can't be honoured, or the flow is unsound.
    """
    drawing = read_bpmn(xml, source=source, participant=participant, others=others)
    steps = [(node.id, node.name or node.id) for node in drawing.nodes if node.is_step]
    anyway = [text for node in drawing.nodes if not node.is_step for text in (node.id, node.name)]
    space = explore_drawing(
        drawing,
        silent=silent_ids(steps, silent, others=anyway, source=source),
        observed=_observed_ids(drawing, observed),
    )
    return standard_of(
        space,
        drawing=drawing,
        ignored=tuple((part.element_id, part.reason) for part in drawing.ignored),
        allow_unsound=allow_unsound,
    )


def _observed_ids(drawing: Drawing, observed: Iterable[str]) -> frozenset[str]:
    wanted = {spaced(entry) for entry in observed}
    steps = {text for node in drawing.nodes if node.is_step for text in (node.id, node.name)}
    return frozenset(
        node.id
        for node in drawing.nodes
        if node.is_event and (node.id in wanted or (node.name in wanted and node.name and node.name not in steps))
    )
