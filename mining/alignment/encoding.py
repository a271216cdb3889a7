"""Variants as step codes of a standard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mining.events.variant_log import VariantLog
from mining.standard.match import ActivityMatch

UNKNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class EncodedVariants:
    """The entries of each variant that the standard has a say on.

    Variant v is `codes[offsets[v]:offsets[v + 1]]` (int64 offsets), codes of `labels` or UNKNOWN (int32). Of each
    kept entry, `places` is its place in the whole variant, from 1, and `activities` its activity's code in the log.
    """

    offsets: NDArray[np.int64]
    codes: NDArray[np.int32]
    places: NDArray[np.int64]
    activities: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Entries of each variant."""
        return np.diff(self.offsets)

    def only(self, variants: NDArray[np.int64]) -> EncodedVariants:
        """Some of the variants, in the order given."""
        lengths = self.lengths[variants]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        chosen = np.repeat(self.offsets[variants] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return EncodedVariants(offsets, self.codes[chosen], self.places[chosen], self.activities[chosen])


def encoded(log: VariantLog, labels: tuple[str, ...], match: ActivityMatch) -> EncodedVariants:
    """The variants of `log` in the codes of `labels`; ignored activities are left out. Linear in the log.

    Raises ValueError where `match` lacks an activity of the log.
    """
    step_of = dict(zip(match.activities, match.steps, strict=True))
    missing = [activity for activity in log.activities if activity not in step_of]
    if missing:
        raise ValueError(f"the match was made for other activities; it lacks {missing[:5]}")
    label_code = {label: number for number, label in enumerate(labels)}
    code_of = np.asarray(
        [label_code.get(step_of[activity] or "", UNKNOWN) for activity in log.activities], dtype=np.int32
    )
    ignored = match.ignored
    is_out = np.asarray([activity in ignored for activity in log.activities], dtype=np.bool_)
    lengths = np.diff(log.offsets)
    places = np.arange(1, len(log.codes) + 1) - np.repeat(log.offsets[:-1], lengths)
    if not is_out.any():
        codes = code_of[log.codes] if len(log.codes) else np.zeros(0, dtype=np.int32)
        return EncodedVariants(log.offsets, codes, places, log.codes)
    kept = ~is_out[log.codes]
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(kept)])
    activities = log.codes[kept]
    return EncodedVariants(before[log.offsets], code_of[activities], places[kept], activities)
