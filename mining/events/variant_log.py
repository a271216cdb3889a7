"""Variants of a log as integer codes: the input of every algorithm that works per variant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mining.errors import MiningError, Problem


@dataclass(frozen=True, slots=True, eq=False)
class VariantLog:
    """Distinct activity sequences with the number of cases of each.

    Variant v is `codes[offsets[v]:offsets[v + 1]]`, indices into `activities` (sorted, each once); `variant_ids[v]`
    names it and `case_counts[v]` counts its cases. `offsets` int64 (variants + 1), `codes` int32, `case_counts` int64.
    """

    activities: tuple[str, ...]
    offsets: NDArray[np.int64]
    codes: NDArray[np.int32]
    variant_ids: tuple[str, ...]
    case_counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.variant_ids)

    def trace(self, variant: int) -> tuple[str, ...]:
        """Activities of a variant, in order."""
        codes = self.codes[self.offsets[variant] : self.offsets[variant + 1]]
        return tuple(self.activities[code] for code in codes.tolist())

    def only(self, variants: NDArray[np.int64]) -> VariantLog:
        """Some of the variants, in the order given; `activities` stay as they are."""
        lengths = np.diff(self.offsets)[variants]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        chosen = np.repeat(self.offsets[variants] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return VariantLog(
            activities=self.activities,
            offsets=offsets,
            codes=self.codes[chosen],
            variant_ids=tuple(self.variant_ids[variant] for variant in variants.tolist()),
            case_counts=self.case_counts[variants],
        )


def variant_log_of(
    traces: Sequence[Iterable[str]],
    *,
    case_counts: Sequence[int] | None = None,
    variant_ids: Sequence[str] | None = None,
) -> VariantLog:
    """A log of `traces`, one variant each; counts default to 1 and ids to "1", "2" ..."""
    rows = [tuple(trace) for trace in traces]
    activities = tuple(sorted(set(chain.from_iterable(rows))))
    code = {activity: number for number, activity in enumerate(activities)}
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    return VariantLog(
        activities=activities,
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)]),
        codes=np.fromiter(map(code.__getitem__, chain.from_iterable(rows)), dtype=np.int32, count=int(lengths.sum())),
        variant_ids=tuple(variant_ids) if variant_ids is not None else tuple(str(n + 1) for n in range(len(rows))),
        case_counts=np.asarray(case_counts if case_counts is not None else [1] * len(rows), dtype=np.int64),
    )


def variant_log_from_arrow(table: pa.Table) -> VariantLog:
    """The log in an Arrow table with columns variant_id (string), activities (list of string), case_count (integer).

    Raises MiningError that names every column or row that is not as it should be. Linear in the table.
    """
    problems = _type_problems(table)
    if problems:
        raise MiningError(*problems)
    ids = table.column("variant_id").to_pylist()
    # The stubs know less of lists and dictionaries than the library.
    lists: Any = table.column("activities").cast(pa.large_list(pa.string())).combine_chunks()
    counts = table.column("case_count").to_pylist()
    lengths: Any = pc.list_value_length(lists)
    flat: Any = pc.list_flatten(lists)
    problems += _value_problems(ids, lengths.to_pylist(), flat.null_count, counts)
    if problems:
        raise MiningError(*problems)
    encoded: Any = pc.dictionary_encode(flat)
    found = encoded.dictionary.to_pylist()
    activities = tuple(sorted(found))
    place = {activity: number for number, activity in enumerate(activities)}
    renumber = np.asarray([place[activity] for activity in found], dtype=np.int32)
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return VariantLog(
        activities=activities,
        offsets=np.concatenate([[0], np.cumsum(lengths.to_numpy(zero_copy_only=False))]).astype(np.int64),
        codes=renumber[codes],
        variant_ids=tuple(str(value) for value in ids),
        case_counts=np.asarray(counts, dtype=np.int64),
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _type_problems(table: pa.Table) -> list[Problem]:
    problems = []
    for name, wanted in (("variant_id", "text"), ("activities", "list of text"), ("case_count", "integer")):
        if name not in table.column_names:
            problems.append(
                Problem(where=name, what=f"the column is missing; found {', '.join(table.column_names) or 'none'}.")
            )
            continue
        kind = table.schema.field(name).type
        is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        fits = {
            "text": _is_text(kind),
            "list of text": is_list and (_is_text(kind.value_type) or pa.types.is_null(kind.value_type)),
            "integer": pa.types.is_integer(kind),
        }[wanted]
        if not fits:
            problems.append(Problem(where=name, what=f"{wanted} was expected; found {kind}."))
    return problems


def _value_problems(
    ids: list[str | None], lengths: list[int | None], null_activities: int, counts: list[int | None]
) -> list[Problem]:
    problems = []
    if None in ids:
        problems.append(Problem(where=f"variant_id, row {ids.index(None) + 1}", what="it is NULL."))
    twice = next((value for value, times in Counter(ids).items() if times > 1), None)
    if twice is not None:
        problems.append(Problem(where="variant_id", what=f"'{twice}' stands twice; one row a variant was expected."))
    if None in lengths:
        row = lengths.index(None) + 1
        problems.append(Problem(where=f"activities, row {row}", what="it is NULL; an empty list was expected."))
    if null_activities:
        problems.append(Problem(where="activities", what=f"{null_activities} activities are NULL."))
    wrong = next((row for row, count in enumerate(counts) if count is None or count < 0), None)
    if wrong is not None:
        problems.append(Problem(where=f"case_count, row {wrong + 1}", what=f"{counts[wrong]} is no number of cases."))
    return problems
