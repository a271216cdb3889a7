"""From the moves of alignments to findings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mining.alignment.alignments import SYNCHRONOUS, Alignments
from mining.deviations.finding import Finding
from mining.deviations.story import Moves, Story
from mining.events.variant_log import VariantLog
from mining.standard.flow_standard import FlowStandard
from mining.standard.match import ActivityMatch


def find_deviations(
    alignments: Alignments, log: VariantLog, standard: FlowStandard, match: ActivityMatch
) -> tuple[Finding, ...]:
    """Findings of every variant, in the log's order, then by the move that each is about.

    Every log and model move belongs to exactly one finding; see `mining.deviations.story` for which. Variants without
    an exact alignment have no findings. Linear in the moves, but for the pairing of steps out of order.
    """
    away = np.flatnonzero(alignments.kinds != SYNCHRONOUS)
    bounds = np.searchsorted(away, alignments.offsets)
    deviating = np.flatnonzero(np.diff(bounds))
    step_of = dict(zip(match.activities, match.steps, strict=True))
    sole = _sole_elements(standard)
    findings: list[Finding] = []
    for variant in deviating.tolist():
        first, last = int(alignments.offsets[variant]), int(alignments.offsets[variant + 1])
        moves = Moves(
            kinds=alignments.kinds[first:last].tolist(),
            labels=alignments.labels[first:last],
            positions=alignments.positions[first:last].tolist(),
            element_ids=alignments.element_ids[first:last],
            away=(away[bounds[variant] : bounds[variant + 1]] - first).tolist(),
        )
        story = Story(alignments.variant_ids[variant], moves, log.trace(variant), step_of, sole, alignments.is_open)
        findings += story.findings()
    return tuple(findings)


def _sole_elements(standard: FlowStandard) -> Mapping[str, str]:
    """The element of each step name that only one element bears."""
    elements: dict[str, list[str]] = {}
    for step in standard.steps:
        elements.setdefault(step.name, []).append(step.element_id)
    return {name: ids[0] for name, ids in elements.items() if len(ids) == 1}
