"""Costs of optimal alignments by pm4py, kept in oracle/<process>.json so that a test need not wait for them.

    python -m tests.real.make_oracle

A file holds the sha256 of the model and, by a hash of the variant, its cost as a whole case and as a case that is
still open. No trace of a log stands in it. The models are read without the product: the road fines from the file as
published (not from the translation in the workspace), the helpdesk from its BPMN by pm4py's own reader.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from tests.mining.real_data import real_data
from tests.real.logs import variants

os.environ.setdefault("PM4PY_SHOW_PROGRESS_BAR", "False")

HERE = Path(__file__).parent
ORACLE = HERE / "oracle"
HELPDESK_FLOW = HERE / "workspace" / "processes" / "helpdesk" / "standards" / "2010-01-01" / "flow.bpmn"
PROCESSES = ("helpdesk", "road_fines")

AcceptingNet = tuple[Any, Any, Any]


def model_path(process: str) -> Path:
    if process == "road_fines":
        return real_data("road_fines", "cocomot_RoadFines_WithData.pnml")
    return HELPDESK_FLOW


def model_hash(process: str) -> str:
    return hashlib.sha256(model_path(process).read_bytes()).hexdigest()


def variant_hash(variant: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(variant), ensure_ascii=False).encode()).hexdigest()[:20]


def accepting_net(process: str) -> AcceptingNet:
    """The standard as pm4py's net with its initial and final marking."""
    if process == "road_fines":
        return _published_net(model_path(process))
    import pm4py

    net, initial, final = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(model_path(process))))
    return net, initial, final


def _published_net(path: Path) -> AcceptingNet:
    """The normative model of the fines: Inv1 to Inv6 are silent, and the case ends in place End."""
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    root = etree.parse(str(path)).getroot()
    net = PetriNet("road_fines")
    nodes: dict[str, Any] = {}
    by_name: dict[str, Any] = {}
    for element in root.iter("place", "transition"):
        identity = element.get("id")
        if identity is None:
            continue
        name = str(element.findtext("name/text"))
        if element.tag == "place":
            nodes[identity] = by_name[name] = PetriNet.Place(identity)
            net.places.add(nodes[identity])
        else:
            label = None if re.fullmatch(r"Inv\d", name) else name
            nodes[identity] = PetriNet.Transition(identity, label)
            net.transitions.add(nodes[identity])
    for arc in root.iter("arc"):
        add_arc_from_to(nodes[str(arc.get("source"))], nodes[str(arc.get("target"))], net)
    return net, Marking({by_name["pl1"]: 1}), Marking({by_name["End"]: 1})


def open_net(accepting: AcceptingNet) -> AcceptingNet:
    """The net that may stop anywhere, which gives the cost of a case still open.

    From every place a silent step leads to the end. Right only where one token moves through the net.
    """
    from pm4py.objects.petri_net.obj import PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    net, initial, final = accepting
    if any(len(t.in_arcs) != 1 or len(t.out_arcs) != 1 for t in net.transitions):
        message = "more than one token may move through this net"
        raise ValueError(message)
    (end,) = final
    for number, place in enumerate(sorted(net.places - {end}, key=lambda place: str(place.name))):
        leave = PetriNet.Transition(f"leave_{number}", None)
        net.transitions.add(leave)
        add_arc_from_to(place, leave, net)
        add_arc_from_to(leave, end, net)
    return net, initial, final


def costs(words: Sequence[Sequence[str]], accepting: AcceptingNet) -> list[int]:
    """Cost of an optimal alignment of each word: pm4py counts 10000 a move and 1 a silent one."""
    import pandas as pd
    import pm4py

    instant = pd.Timestamp("2020-01-01")
    rows = [
        (f"{number:06d}", activity, instant + pd.Timedelta(seconds=place))
        for number, word in enumerate(words)
        for place, activity in enumerate(word)
    ]
    frame = pd.DataFrame(rows, columns=["case:concept:name", "concept:name", "time:timestamp"])
    return [int(row["cost"]) // 10000 for row in pm4py.conformance_diagnostics_alignments(frame, *accepting)]


def read_oracle(process: str) -> dict[str, Any]:
    return dict(json.loads((ORACLE / f"{process}.json").read_text(encoding="utf-8")))


def make_oracle(process: str) -> None:
    words = sorted(variants(process))
    whole = costs(words, accepting_net(process))
    found: dict[str, Any] = {"model": model_hash(process), "closed": {}, "open": {}}
    found["closed"] = dict(sorted(zip(map(variant_hash, words), whole, strict=True)))
    if process == "helpdesk":
        begun = costs(words, open_net(accepting_net(process)))
        found["open"] = dict(sorted(zip(map(variant_hash, words), begun, strict=True)))
    ORACLE.mkdir(exist_ok=True)
    (ORACLE / f"{process}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{process}: {len(words)} variants")


if __name__ == "__main__":
    for name in PROCESSES:
        make_oracle(name)
