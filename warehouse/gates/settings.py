"""Where the gates draw their lines: the values that their queries are bound to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

ROW_GATES = (
    "future",
    "floor",
    "defaults",
    "before_start",
    "after_end",
    "burst",
    "no_start",
    "unknown_activity",
    "time_travel",
)
"""Gates that find single rows; each is a query of its name that gives the offending rows."""

PATTERN_GATES = (
    "form_events",
    "scattered_case",
    "collateral",
    "polluted_label",
    "synonymous_label",
    "homonymous_label",
)
"""Gates that find patterns over all rows at hand; each is a query of its name that gives rows and what was found."""

MAPPING_GATES = {
    "missing_instant": ("instant_missing", "instant_unreadable"),
    "elusive_case": ("case_missing",),
    "start_after_end": ("start_after_end",),
}
"""Gates on rows that the mapping itself sets aside, with its reasons."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """The lines of all gates of one process; spans in microseconds, shares between 0 and 1.

    `default_instants` are the midnights that stand for no instant, in each zone concerned; `unknown_activities` the
    names that neither the log nor the standard had before.
    """

    future_tolerance_us: int
    floor_at: datetime
    default_instants: tuple[datetime, ...]
    burst_times: int
    burst_within_us: int
    form_activities: int
    form_cases: int
    collateral_within_us: int
    collateral_share: float
    collateral_times: int
    polluted_labels: int
    synonymous_times: int
    homonymous_times: int
    observed_from: datetime | None = None
    unknown_activities: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """The values by the names that the queries know."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}
