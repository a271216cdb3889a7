"""A standard from a Petri net."""

from __future__ import annotations

from collections.abc import Iterable

from mining.petri.pnml import read_pnml
from mining.standard.flow_standard import FlowStandard, standard_of
from mining.standard.silence import silent_ids
from mining.statespace.net_game import explore_net


def standard_from_pnml(
    xml: bytes, *, source: str, silent: Iterable[str] = (), allow_unsound: bool = False
) -> FlowStandard:
    """The flow in a PNML file.

    `silent` lists ids or names of transitions that leave no event. Raises MiningError where the file can't be
    read or the flow is unsound; `allow_unsound` judges by its runs that reach an end, if it has any.
    """
    net = read_pnml(xml, source=source)
    steps = [(t.id, t.label) for t in net.transitions if t.label is not None]
    others = [t.id for t in net.transitions if t.label is None]
    space = explore_net(net, silent=silent_ids(steps, silent, others=others, source=source))
    return standard_of(space, net=net, ignored=net.ignored, allow_unsound=allow_unsound)
