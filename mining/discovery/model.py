"""Find a model in a log: the inductive miner with the noise threshold that balances fitness and precision best."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from mining.discovery.graph import graph_of
from mining.discovery.inductive import inductive_tree
from mining.discovery.net import net_of, simplicity
from mining.discovery.sample import Sample, frequent_variants
from mining.discovery.scoring import Score, Scorer, alignment_score, state_bound
from mining.discovery.writing import bpmn_text, pnml_text
from mining.errors import MiningError, Problem
from mining.events.variant_log import VariantLog

if TYPE_CHECKING:
    from mining.discovery.tree import Tree

NOISE_THRESHOLDS: Final = (0.0, 0.1, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class DiscoveredModel:
    """A model found in a log.

    `method` names algorithm, noise threshold and sample. `fitness` and `precision` are None where no model's state
    space stayed within the bound; then `cases_covered` is 0. `cases_covered` counts the cases, of `cases_scored`,
    whose variant the model accepts as it is. `fingerprint` is the sha256 of the BPMN text: the same model has the same
    fingerprint in any process.
    """

    method: str
    noise: float
    bpmn_xml: str
    pnml: str
    fitness: float | None
    precision: float | None
    simplicity: float
    cases_covered: int
    cases_scored: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    noise: float
    tree: Tree
    score: Score | None


def discover_model(
    log: VariantLog,
    *,
    thresholds: tuple[float, ...] = NOISE_THRESHOLDS,
    coverage: float = 0.9,
    most_variants: int = 200,
    most_events: int = 200,
    most_activities: int = 80,
    most_states: int = 1_000_000,
    score: Scorer = alignment_score,
) -> DiscoveredModel:
    """Find a model of the most frequent behaviour of a log.

    The model is found from, and scored on, the most frequent variants that cover `coverage` of the cases, within
    the three bounds (see frequent_variants). Of the models that the noise `thresholds` give, the one with the best
    harmonic mean of fitness and precision is kept, among equals that of the lower threshold. A model that `score`
    can't score, or whose net may have more than `most_states` markings, is passed over; where none can be scored,
    the model of the highest threshold is kept, unscored. The same variants and counts give the same bytes, in any
    order of the log and in any process.

    Raises MiningError for a log without cases, for a threshold outside [0, 1], and where the miner finds nothing.
    """
    wrong = [noise for noise in thresholds if not 0 <= noise <= 1]
    if wrong or not thresholds:
        raise MiningError(
            Problem(where="discovery", what=f"noise thresholds are numbers from 0 to 1; found {wrong or 'none'}.")
        )
    sample = frequent_variants(
        log,
        coverage=coverage,
        most_variants=most_variants,
        most_events=most_events,
        most_activities=most_activities,
    )
    chosen = _best(
        _candidates(log, sample, thresholds=tuple(sorted(set(thresholds))), most_states=most_states, score=score)
    )
    graph = graph_of(chosen.tree)
    net = net_of(graph)
    bpmn = bpmn_text(graph)
    return DiscoveredModel(
        method=(
            f"inductive miner (IMf), noise threshold {chosen.noise:g}, on the {len(sample.places)} most frequent"
            f" variants ({sample.cases} of {int(np.sum(log.case_counts))} cases)"
        ),
        noise=chosen.noise,
        bpmn_xml=bpmn,
        pnml=pnml_text(net),
        fitness=chosen.score.fitness if chosen.score else None,
        precision=chosen.score.precision if chosen.score else None,
        simplicity=simplicity(net),
        cases_covered=chosen.score.cases_accepted if chosen.score else 0,
        cases_scored=sample.cases if chosen.score else 0,
        fingerprint=hashlib.sha256(bpmn.encode()).hexdigest(),
    )


def compare_models(previous_fingerprint: str | None, model: DiscoveredModel) -> Literal["first", "same", "changed"]:
    """Tell whether a model is the first of its process, the same as the last one, or another."""
    if previous_fingerprint is None:
        return "first"
    return "same" if previous_fingerprint == model.fingerprint else "changed"


def _candidates(
    log: VariantLog, sample: Sample, *, thresholds: tuple[float, ...], most_states: int, score: Scorer
) -> list[_Candidate]:
    variants = dict(zip(sample.variants, sample.case_counts, strict=True))
    part = _part(log, sample)
    scores: dict[str, Score | None] = {}
    found = []
    for noise in thresholds:
        tree = inductive_tree(variants, noise=noise)
        if tree is None:
            continue
        if tree.text not in scores:
            is_small = state_bound(tree) <= most_states
            scores[tree.text] = score(pnml_text(net_of(graph_of(tree))), part) if is_small else None
        found.append(_Candidate(noise=noise, tree=tree, score=scores[tree.text]))
    return found


def _best(candidates: list[_Candidate]) -> _Candidate:
    if not candidates:
        raise MiningError(
            Problem(
                where="discovery",
                what="the inductive miner found no model: the activities nest too deeply.",
                todo="Map the activities to fewer names.",
            )
        )
    best: _Candidate | None = None
    balance = -1.0
    for candidate in candidates:
        if candidate.score is not None and candidate.score.balance > balance:
            best, balance = candidate, candidate.score.balance
    return best or candidates[-1]


def _part(log: VariantLog, sample: Sample) -> VariantLog:
    """Cut the log down to the sample, in the sample's order."""
    pieces = [log.codes[log.offsets[place] : log.offsets[place + 1]] for place in sample.places]
    return VariantLog(
        activities=log.activities,
        offsets=np.cumsum([0, *map(len, pieces)], dtype=np.int64),
        codes=np.concatenate(pieces).astype(np.int32),
        variant_ids=tuple(log.variant_ids[place] for place in sample.places),
        case_counts=np.array(sample.case_counts, dtype=np.int64),
    )
