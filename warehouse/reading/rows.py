"""The rows of the report's queries: one frozen class a query, its fields the query's columns.

Instants are aware datetimes in UTC, durations seconds; what can't be known is None. Grain and order of each
stand in the header of the query that `QUERY` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, TypedDict


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process with the size of its log."""

    QUERY: ClassVar[str] = "processes"
    process: str
    title_en: str | None
    title_zh: str | None
    owner: str | None
    time_zone: str
    case_url: str | None
    segment_names: list[str]
    as_of: datetime | None
    case_count: int
    open_count: int
    first_at: datetime | None
    last_at: datetime | None
    run_id: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """A headline figure in a period."""

    QUERY: ClassVar[str] = "headlines"
    period: str
    figure: str
    value: float | None
    previous: float | None
    target: float | None
    better: str | None


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A version of the standard, with the flow as drawn."""

    QUERY: ClassVar[str] = "standards"
    standard_version: str
    valid_from: datetime | None
    valid_to: datetime | None
    approved_by: str | None
    approved_on: date | None
    flow_bpmn: str | None
    notes: str | None
    title_en: str | None
    title_zh: str | None
    owner: str | None
    participant: str | None
    called_flows: list[str]
    case_count: int


@dataclass(frozen=True, slots=True)
class CaseStateRow:
    """How many cases are in a state."""

    QUERY: ClassVar[str] = "case_states"
    state: str | None
    cases: int
    judged: int
    conformant: int


@dataclass(frozen=True, slots=True)
class TrendRow:
    """What ended in a period."""

    QUERY: ClassVar[str] = "trend"
    period: str
    ended: int
    judged: int
    conformant: int
    cycle_p50_seconds: float | None


@dataclass(frozen=True, slots=True)
class CycleSummaryRow:
    """The cycle time of closed cases, in figures."""

    QUERY: ClassVar[str] = "cycle_summary"
    cases: int
    least: float | None
    most: float | None
    p50: float | None
    p90: float | None
    p98: float | None


@dataclass(frozen=True, slots=True)
class CycleBinRow:
    """A bin of the histogram of cycle times."""

    QUERY: ClassVar[str] = "cycle_histogram"
    bin: int
    cases: int


@dataclass(frozen=True, slots=True)
class ElementDeviationsRow:
    """Cases with a deviation at an element of the drawing."""

    QUERY: ClassVar[str] = "element_deviations"
    element_id: str
    cases: int
    findings: int


@dataclass(frozen=True, slots=True)
class ElementTimesRow:
    """Load of an element of the drawing."""

    QUERY: ClassVar[str] = "element_times"
    element_id: str
    instances: int
    cases: int
    p50_seconds: float | None
    total_seconds: float | None


@dataclass(frozen=True, slots=True)
class ActivityTimesRow:
    """Load of an activity of the log."""

    QUERY: ClassVar[str] = "activity_times"
    activity: str
    instances: int
    cases: int
    p50_seconds: float | None
    total_seconds: float | None


@dataclass(frozen=True, slots=True)
class DirectlyFollowsRow:
    """A pair of consecutive activities; a source of None is the start of a case, a target of None its end."""

    QUERY: ClassVar[str] = "directly_follows"
    source: str | None
    target: str | None
    instances: int
    cases: int
    p50_seconds: float | None


@dataclass(frozen=True, slots=True)
class DiscoveredModelRow:
    """A model found in the log."""

    QUERY: ClassVar[str] = "discovered_models"
    run_id: str
    as_of: datetime | None
    method: str | None
    fitness: float | None
    precision: float | None
    simplicity: float | None
    cases_covered: int | None
    change: str | None


@dataclass(frozen=True, slots=True)
class DeviationGroupRow:
    """Deviations of one clause, kind and activity; resolved ones are not among them."""

    QUERY: ClassVar[str] = "deviation_groups"
    clause_id: str | None
    kind: str | None
    activity: str | None
    standard_version: str | None
    findings: int
    cases: int
    cases_in_period: int
    open_cases: int
    excess_seconds: float | None
    gravity: int
    sentence_en: str | None
    sentence_zh: str | None
    owner: str | None
    example_cases: list[str]
    clause_en: str | None
    clause_zh: str | None


@dataclass(frozen=True, slots=True)
class ResolvedDeviationsRow:
    """How many deviations of earlier nights are resolved, in how many cases."""

    QUERY: ClassVar[str] = "resolved_deviations"
    findings: int
    cases: int


@dataclass(frozen=True, slots=True)
class HotspotRow:
    """A place where time goes."""

    QUERY: ClassVar[str] = "hotspots"
    kind: str
    measure: str
    place: str | None
    cause: str | None
    instances: int | None
    cases: int | None
    total_seconds: float | None
    mean_seconds: float | None
    reference_seconds: float | None
    excess_seconds: float | None
    recoverable_seconds: float | None
    share_of_cycle_time: float | None
    p50_seconds: float | None
    p90_seconds: float | None
    rank: int
    places: int


@dataclass(frozen=True, slots=True)
class LimitRow:
    """What became of a time limit."""

    QUERY: ClassVar[str] = "limits"
    clause_id: str | None
    text_en: str | None
    text_zh: str | None
    owner: str | None
    severity: str | None
    limit_seconds: float | None
    met: int
    breached: int
    running: int
    at_risk: int
    other: int
    p50_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True, slots=True)
class DueRow:
    """A limit of an open case whose clock still runs; `used` is the share of the limit that is gone."""

    QUERY: ClassVar[str] = "due_soon"
    case_id: str
    clause_id: str | None
    text_en: str | None
    text_zh: str | None
    outcome: str
    from_at: datetime | None
    due_at: datetime | None
    elapsed_seconds: float | None
    limit_seconds: float | None
    used: float | None
    total: int


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A frequent variant."""

    QUERY: ClassVar[str] = "variants"
    variant_id: str
    activities: list[str | None] | None
    case_count: int
    share: float | None
    fitness: float | None
    total: int


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A load of a source."""

    QUERY: ClassVar[str] = "loads"
    load_id: int
    source: str | None
    locator: str | None
    loaded_at: datetime | None
    rows_read: int | None
    rows_landed: int | None
    rows_duplicate: int | None
    rows_quarantined: int | None
    is_current: bool | None
    complete_to: datetime | None
    undone_by: str | None
    total: int


class QuarantineExample(TypedDict):
    """One row in quarantine, cut to a length that a page can show."""

    load_id: int | None
    row_number: int | None
    value: str | None
    raw: str | None


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """Rows in quarantine of one source, reason and column."""

    QUERY: ClassVar[str] = "quarantine_reasons"
    source: str | None
    reason: str | None
    column_name: str | None
    rows: int
    examples: list[QuarantineExample]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run of a process."""

    QUERY: ClassVar[str] = "runs"
    run_id: str
    as_of: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    status: str | None
    reason: str | None
    rows_landed: int | None
    rows_quarantined: int | None
    cases_touched: int | None
    variants_new: int | None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """A quality indicator of a period."""

    QUERY: ClassVar[str] = "indicators"
    indicator: str
    segment: str
    value: float | None
    numerator: int | None
    denominator: int | None
    low: float | None
    high: float | None
    target: float | None
    met: bool | None
