"""Logs and the models that they are judged by, as pm4py, r4pm and the product see them, and what the peers say.

Models are the normative net of the fines, BPMN drawings written for the tests (of the workspace beside), and models
that pm4py's inductive miner (IMf) found in the frequent variants of a log: these are kept as trees in models/, for
another release of the miner may find another tree.

    python -m tests.real.judging           # find and write the trees again
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from mining.standard import FlowStandard, standard_from_pnml
from tests.real.logs import entries, variants
from tests.real.make_oracle import accepting_net

os.environ.setdefault("PM4PY_SHOW_PROGRESS_BAR", "False")

HERE = Path(__file__).parent
MODELS = HERE / "models"
STANDARDS = HERE / "workspace" / "processes"

Word = tuple[str, ...]
AcceptingNet = tuple[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A log and a model: `model` is a drawing's path, or "normative", or "tree".

    A tree was found in the variants that make up `share` of the cases, most frequent first, with `noise` as IMf's
    threshold; in a log where every variant has one case, in `sample` short ones chosen by chance.
    """

    log: str
    model: str
    share: float = 0.0
    noise: float = 0.2
    sample: int = 0
    first: int | None = None

    @property
    def name(self) -> str:
        """Of the oracle's file."""
        kind = {"tree": "imf", "normative": "normative"}.get(self.model, "drawn")
        return f"{self.log}_{kind}"


JUDGED = {
    judged.name: judged
    for judged in (
        Judged("road_fines", "normative"),
        Judged("receipt", "tree", share=0.95),
        Judged("helpdesk", "tree", share=0.9),
        Judged("helpdesk", "helpdesk/standards/2010-01-01/flow.bpmn"),
        Judged("bpic2012", "tree", share=0.8),
        Judged("bpic2012", "bpic2012/standards/2011-09-01/flow.bpmn"),
        Judged("bpic2013_incidents", "tree", share=0.6),
        Judged("bpic2013_incidents", "bpic2013_incidents/standards/2010-03-01/flow.bpmn"),
        Judged("bpic2015_1", "tree", share=0.1),
        Judged("bpic2020_domestic", "tree", share=0.95),
        Judged("bpic2019_variants", "tree", sample=500, first=2_000),
    )
}


def variant_key(word: Word) -> str:
    """A short hash: no text of a log stands in an oracle."""
    return hashlib.sha256(json.dumps(list(word), ensure_ascii=False).encode()).hexdigest()[:12]


@cache
def words_of(judged: Judged) -> tuple[Word, ...]:
    """The variants to judge, sorted; with `first`, those of the first cases of the file."""
    if judged.first is None:
        return tuple(sorted(variants(judged.log)))
    log = entries(judged.log)
    cases = set(log.sort("row")["case"].unique(maintain_order=True).head(judged.first).to_list())
    of_case = log.group_by("case", maintain_order=True).agg("activity")
    return tuple(sorted({tuple(word) for case, word in of_case.iter_rows() if case in cases}))


def find_tree(judged: Judged) -> Any:
    """The tree of the inductive miner as nested lists: an operator and its children, a label, or null."""
    import pm4py

    counted = variants(judged.log)
    if judged.sample:
        short = sorted(word for word in counted if len(word) <= 30)
        chosen = dict.fromkeys(random.Random(judged.log).sample(short, judged.sample), 1)
    else:
        chosen, covered = {}, 0
        for word, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
            if covered >= judged.share * sum(counted.values()):
                break
            chosen[word] = count
            covered += count
    frame = words_as_frame([word for word, count in chosen.items() for _ in range(count)])
    return _listed(pm4py.discover_process_tree_inductive(frame, noise_threshold=judged.noise))


def _listed(tree: Any) -> Any:
    if tree.operator is None:
        return tree.label
    return [tree.operator.value, *(_listed(child) for child in tree.children)]


def _treed(listed: Any, parent: Any = None) -> Any:
    from pm4py.objects.process_tree.obj import Operator, ProcessTree

    if not isinstance(listed, list):
        return ProcessTree(label=listed, parent=parent)
    tree = ProcessTree(operator=Operator(listed[0]), parent=parent)
    tree.children = [_treed(child, tree) for child in listed[1:]]
    return tree


def words_as_frame(words: Sequence[Word]) -> Any:
    """Traces as pm4py takes them."""
    import pandas as pd

    start = pd.Timestamp("2020-01-01")
    rows = [
        (f"{number:06d}", activity, start + pd.Timedelta(seconds=place))
        for number, word in enumerate(words)
        for place, activity in enumerate(word)
    ]
    return pd.DataFrame(rows, columns=["case:concept:name", "concept:name", "time:timestamp"])


def model_path(judged: Judged) -> Path | None:
    """The file in the tests that holds the model; None for the published net."""
    if judged.model == "normative":
        return None
    return MODELS / f"{judged.name}.json" if judged.model == "tree" else STANDARDS / judged.model


def model_key(judged: Judged) -> str:
    """Hash of the model."""
    path = model_path(judged)
    if path is None:
        from tests.real.make_oracle import model_hash

        return model_hash(judged.log)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def net_of(judged: Judged) -> AcceptingNet:
    """The model as pm4py's net, made without the product."""
    import pm4py

    warnings.simplefilter("ignore")
    path = model_path(judged)
    if path is None:
        return accepting_net(judged.log)
    if judged.model == "tree":
        return tuple(pm4py.convert_to_petri_net(_treed(json.loads(path.read_text(encoding="utf-8")))))  # type: ignore[return-value]
    net, initial, final = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(path)))
    return net, initial, final


def standard_of_net(net: AcceptingNet, *, source: str) -> FlowStandard:
    """The same net read by the product."""
    import pm4py

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.pnml"
        pm4py.write_pnml(*net, str(path))
        return standard_from_pnml(path.read_bytes(), source=source)


def standard_of(judged: Judged) -> FlowStandard:
    """The model as the product reads it: drawings by its own BPMN reader, nets from PNML."""
    from mining.standard import standard_from_bpmn

    path = model_path(judged)
    if path is not None and path.suffix == ".bpmn":
        return standard_from_bpmn(path.read_bytes(), source=judged.name)
    return standard_of_net(net_of(judged), source=judged.name)


def r4pm_answers(words: Sequence[Word], net: AcceptingNet, *, max_states: int | None = None) -> list[dict[str, Any]]:
    """r4pm's alignment of each word, with an "Error" in place of the "Ok" where it gave up."""
    from r4pm import bindings, petri_net

    costs = {"model_move_cost": 1, "log_move_cost": 1, "sync_move_cost": 0, "silent_move_cost": 0}
    options: Any = {"cost_fn": costs, "max_states": max_states}
    projection, model = r4pm_projection(words), petri_net.from_pm4py(*net)
    found = {tuple(row["activities"]): row["result"] for row in bindings.align_variants(model, projection, options)}
    if () in words:
        found[()] = {"Ok": bindings.align_empty_trace(model, options)}
    return [found[word] for word in words]


def r4pm_projection(words: Sequence[Word]) -> str:
    """The words as r4pm takes them."""
    import polars as pl
    import r4pm

    start = datetime(2020, 1, 1, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "case:concept:name": [f"{number:06d}" for number, word in enumerate(words) for _ in word],
            "concept:name": [activity for word in words for activity in word],
            "time:timestamp": [start + timedelta(seconds=place) for word in words for place in range(len(word))],
        }
    )
    return str(r4pm.convert_item(r4pm.import_item_from_df("EventLog", frame), "EventLogActivityProjection"))


def pm4py_costs(
    words: Sequence[Word], net: AcceptingNet, *, seconds_each: float, seconds: float
) -> Iterator[tuple[Word, int | None]]:
    """Costs by pm4py's Dijkstra that needs less memory; None past `seconds_each`; ends after `seconds` in all."""
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace

    until = time.monotonic() + seconds
    for word in words:
        if time.monotonic() > until:
            return
        trace = Trace([Event({"concept:name": activity}) for activity in word])
        found = algorithm.apply_trace(
            trace,
            *net,
            variant=algorithm.Variants.VERSION_DIJKSTRA_LESS_MEMORY,
            parameters={"max_align_time_trace": seconds_each},
        )
        yield word, None if found is None else int(found["cost"]) // 10_000


def main() -> None:
    warnings.simplefilter("ignore")
    MODELS.mkdir(exist_ok=True)
    for judged in JUDGED.values():
        if judged.model == "tree":
            text = json.dumps(find_tree(judged), ensure_ascii=False, indent=1)
            (MODELS / f"{judged.name}.json").write_text(text + "\n", encoding="utf-8")
            print(judged.name, len(text))


if __name__ == "__main__":
    main()
