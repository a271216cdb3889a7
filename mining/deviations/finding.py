"""One finding about one variant against one clause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

FLOW_CLAUSE = "flow"

MESSAGES: Mapping[str, tuple[str, ...]] = {
    "flow.skipped": ("after", "before", "step"),
    "flow.skipped_first": ("before", "step"),
    "flow.inserted": ("after", "step"),
    "flow.inserted_first": ("step",),
    "flow.repeated": ("step", "times"),
    "flow.out_of_order_late": ("other", "step"),
    "flow.out_of_order_early": ("other", "step"),
    "flow.unknown_activity": ("activity",),
    "flow.unfinished": ("after", "steps"),
    "flow.unfinished_not_begun": ("steps",),
}
"""Message keys with the names of their arguments.

after, before: the step done last before, first after; step: the step concerned; times: which time it was done in
the case, from 2; other: the step after which (late) or before which (early) it was done, where the standard has it
the other way round; activity: the log's activity; steps: the missing steps, joined by "; ".
"""


def step_clause(element_id: str) -> str:
    """Clause of one step of the flow."""
    return f"step:{element_id}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A deviation of all cases of a variant.

    `kind`: skipped, inserted, repeated, out_of_order, unknown_activity or unfinished. `activity`: the step's name; the
    log's activity where unknown; the last activity done where unfinished (None: none was). `occurrence` counts
    findings of equal kind, clause and activity in the variant, from 1. `position`: the entry concerned, from 1,
    ignored entries counted; skipped: the entry before which the step was due; unfinished: the last entry; None
    where there is none. `moves`: the moves that it accounts for, counted from 0 within the variant's alignment.
    """

    variant_id: str
    clause_id: str
    kind: str
    activity: str | None
    element_id: str | None
    occurrence: int
    position: int | None
    expected: str | None
    observed: str | None
    message_key: str
    message_args: tuple[tuple[str, str], ...]
    moves: tuple[int, ...]


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """One row a finding, in the order given; `message_args` as a JSON object with sorted keys."""
    rows = list(findings)
    return pa.table(
        {
            "variant_id": pa.array([row.variant_id for row in rows], pa.string()),
            "clause_id": pa.array([row.clause_id for row in rows], pa.string()),
            "kind": pa.array([row.kind for row in rows], pa.string()),
            "activity": pa.array([row.activity for row in rows], pa.string()),
            "element_id": pa.array([row.element_id for row in rows], pa.string()),
            "occurrence": pa.array([row.occurrence for row in rows], pa.int64()),
            "position": pa.array([row.position for row in rows], pa.int64()),
            "expected": pa.array([row.expected for row in rows], pa.string()),
            "observed": pa.array([row.observed for row in rows], pa.string()),
            "message_key": pa.array([row.message_key for row in rows], pa.string()),
            "message_args": pa.array(
                [json.dumps(dict(row.message_args), ensure_ascii=False, sort_keys=True) for row in rows], pa.string()
            ),
        }
    )
