"""One finding about one variant against one clause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

FLOW_CLAUSE = "flow"

Arguments = tuple[tuple[str, str | tuple[str, ...]], ...]
"""Arguments of a sentence by name, sorted; a tuple is a list of names."""

MESSAGES: Mapping[str, tuple[str, ...]] = {
    "flow.skipped": ("step",),
    "flow.inserted": ("step",),
    "flow.repeated": ("step", "times"),
    "flow.repeated_early": ("step",),
    "flow.out_of_order_late": ("other", "step"),
    "flow.out_of_order_later": ("last", "other", "step"),
    "flow.out_of_order_early": ("other", "step"),
    "flow.out_of_order_earlier": ("first", "other", "step"),
    "flow.replaced": ("other", "step"),
    "flow.unknown_activity": ("activity",),
    "flow.unfinished": ("after", "steps"),
    "flow.unfinished_not_begun": ("steps",),
}
"""Message keys with the arguments that each has.

step: the step concerned; times: which time it was done in the case, from 2; activity: the log's activity; steps: the
missing ones. Out of order: `other` is the step before which (late) or after which (early) it was due, `last` the step
after which it was done, `first` the one before which; late and early need one name only, for they are the same.
Replaced: `other` was done in the place of `step`. Unfinished: `after` is the last step done in its place.

The keys in `WITH_PLACE` also have `after` and `before`, the nearest steps done in their place on either side; one
is missing at the begin or end of the case.
"""

WITH_PLACE = frozenset(
    {
        "flow.skipped",
        "flow.inserted",
        "flow.repeated",
        "flow.repeated_early",
        "flow.replaced",
        "flow.unknown_activity",
    }
)


def step_clause(element_id: str) -> str:
    """Clause of one step of the flow."""
    return f"step:{element_id}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A deviation of all cases of a variant.

    `kind`: skipped, inserted, repeated, out_of_order, replaced, unknown_activity or unfinished. `activity`: the step's
    name, of the missing one where replaced; the log's activity where unknown; where unfinished the last step done in
    its place (None: none was). `occurrence` counts findings of equal kind, clause and activity in the variant, from 1.
    `position`: the entry concerned, from 1, ignored entries counted; skipped: the entry before which the step was due;
    replaced: the entry in its place; unfinished: the last entry; None where there is none. `expected`: what the
    standard's run has there. `moves`: the moves that it accounts for, counted from 0 within the variant's alignment.
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
    message_args: Arguments
    moves: tuple[int, ...]


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """One row a finding, in the order given; `message_args` as a JSON object with sorted keys."""
    rows = list(findings)
    told = {arguments: json.dumps(dict(arguments), ensure_ascii=False) for arguments in {f.message_args for f in rows}}
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
            "message_args": pa.array([told[row.message_args] for row in rows], pa.string()),
        }
    )
