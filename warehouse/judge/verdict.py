"""What the core's verdicts look like at this door: Arrow tables with fixed columns."""

from __future__ import annotations

import pyarrow as pa

_VERDICT_TYPES: dict[str, pa.DataType] = {
    "variant_id": pa.string(),
    "standard_version": pa.string(),
    "is_open": pa.bool_(),
    "alignment_cost": pa.int64(),
    "cost_lower": pa.int64(),
    "cost_upper": pa.int64(),
    "is_exact": pa.bool_(),
    "fitness": pa.float64(),
}
VERDICT_COLUMNS = pa.schema(_VERDICT_TYPES)

_MOVE_TYPES: dict[str, pa.DataType] = {
    "variant_id": pa.string(),
    "standard_version": pa.string(),
    "is_open": pa.bool_(),
    "step": pa.int64(),
    "move": pa.string(),
    "activity": pa.string(),
    "element_id": pa.string(),
    "position": pa.int64(),
}
MOVE_COLUMNS = pa.schema(_MOVE_TYPES)

_FINDING_TYPES: dict[str, pa.DataType] = {
    "variant_id": pa.string(),
    "standard_version": pa.string(),
    "is_open": pa.bool_(),
    "clause_id": pa.string(),
    "kind": pa.string(),
    "activity": pa.string(),
    "element_id": pa.string(),
    "occurrence": pa.int64(),
    "position": pa.int64(),
    "expected": pa.string(),
    "observed": pa.string(),
    "message_key": pa.string(),
    "message_args": pa.string(),
    "sentence_en": pa.string(),
    "sentence_zh": pa.string(),
    "owner": pa.string(),
    "severity": pa.string(),
}
FINDING_COLUMNS = pa.schema(_FINDING_TYPES)
