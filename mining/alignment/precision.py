"""Precision: how much of what the standard allows is seen."""

from __future__ import annotations

from mining.alignment.alignments import LOG, Alignments
from mining.events.variant_log import VariantLog
from mining.standard.flow_standard import FlowStandard


def precision(log: VariantLog, alignments: Alignments, standard: FlowStandard) -> float | None:
    """Escaping edges on aligned words, weighted by cases.

    For each prefix p of an aligned word: w(p) cases run through it, ex(p) labels follow it in some aligned word,
    av(p) labels may follow it in the standard; precision = sum of w x |ex| / sum of w x |av| (Adriansyah,
    Munoz-Gama, Carmona, van Dongen, van der Aalst 2015, "Measuring precision of modeled behavior", section 4), 1
    where the standard never allows anything. None where a variant with cases has no exact alignment.
    """
    code = {label: number for number, label in enumerate(standard.automaton.labels)}
    rows = standard.automaton.delta.tolist()
    allowed = (standard.automaton.delta >= 0).sum(axis=1).tolist()
    # The words as a tree: node -> (label -> node); states and weights beside it.
    children: list[dict[int, int]] = [{}]
    states, weights = [0], [0]
    for variant, count in enumerate(log.case_counts.tolist()):
        if count == 0:
            continue
        if alignments.cost[variant] is None:
            return None
        node = 0
        weights[0] += count
        for move in range(int(alignments.offsets[variant]), int(alignments.offsets[variant + 1])):
            if alignments.kinds[move] == LOG:
                continue
            label = code[alignments.labels[move]]
            if label not in children[node]:
                children[node][label] = len(children)
                states.append(rows[states[node]][label])
                children.append({})
                weights.append(0)
            node = children[node][label]
            weights[node] += count
    seen = sum(weight * len(following) for weight, following in zip(weights, children, strict=True))
    possible = sum(weight * allowed[state] for weight, state in zip(weights, states, strict=True))
    return seen / possible if possible else 1.0
