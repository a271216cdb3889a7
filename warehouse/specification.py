"""What the store must know of a process: pipelines compiles the workspace's files into these frozen types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

AttributeType = Literal["text", "number", "integer", "boolean", "instant"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time [since, until) to derive and to ask for anew; None: without a bound on that side."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class InstantSpec:
    """A source column that holds an instant.

    `format` is a strptime format (None: the column's own type, or ISO 8601 text); `time_zone` is the IANA zone
    of text without an offset (None: UTC).
    """

    column: str
    format: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneSpec:
    """A column of a wide table that holds the instant of one activity."""

    activity: str
    instant: InstantSpec
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """A condition that a source row must fulfil: column in / not in values, or is (not) null."""

    column: str
    operator: Literal["in", "not_in", "is_null", "is_not_null"]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """A source column kept as a typed column of the event or the case."""

    name: str
    column: str
    type: AttributeType
    of: Literal["case", "event"]
    publish: bool
    instant: InstantSpec | None = None


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source of a process and how its columns are to be read.

    A row for which `deleted` holds says that the row of its key is gone (sources with a key only). `protection`: the
    rules under which its columns are landed, as text; other rules make other rows.
    """

    name: str
    kind: Literal["events", "wide", "cases"]
    delivery: Literal["full", "increment"]
    case: str
    key: tuple[str, ...] = ()
    keep_duplicates: bool = False
    filters: tuple[FilterSpec, ...] = ()
    activity: tuple[str, ...] = ()
    activity_separator: str = " - "
    completed: InstantSpec | None = None
    started: InstantSpec | None = None
    lifecycle: str | None = None
    instance: str | None = None
    resource: str | None = None
    role: str | None = None
    order: str | None = None
    milestones: tuple[MilestoneSpec, ...] = ()
    attributes: tuple[AttributeSpec, ...] = ()
    deleted: FilterSpec | None = None
    protection: str | None = None


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """Where a case begins and ends, the part that is measured, and its states.

    Empty tuples and None mean: first event, last event, the whole case, never abandoned, observed from ever. A step
    that ends up to `clock_tolerance_us` after another began may still be what that one waited for: clocks differ.
    """

    start_activities: tuple[str, ...] = ()
    start_attribute: str | None = None
    end_activities: tuple[str, ...] = ()
    end_attribute: str | None = None
    ends_with_last_event: bool = False
    reopened_by: tuple[str, ...] = ()
    measured_from: tuple[str, ...] = ()
    measured_to: tuple[str, ...] = ()
    idle_seconds: float | None = None
    observed_from: date | None = None
    clock_tolerance_us: int = 0


@dataclass(frozen=True, slots=True)
class AgeSpec:
    """A span on the calendar, in UTC."""

    months: int
    days: int


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process as the store sees it.

    `keep_cases`: how long cases are kept after they ended; `keep_landed`: how long landed rows that no longer serve
    (None: for ever).
    """

    name: str
    title_en: str
    title_zh: str
    owner: str
    time_zone: str
    case_url: str | None
    sources: tuple[SourceSpec, ...]
    segments: tuple[str, ...]
    case: CaseSpec
    ignored_activities: tuple[str, ...] = ()
    keep_cases: AgeSpec | None = None
    keep_landed: AgeSpec | None = None

    def attributes(self, of: Literal["case", "event"]) -> tuple[AttributeSpec, ...]:
        """The attributes of cases or of events, each name once, in order of first mention."""
        first: dict[str, AttributeSpec] = {}
        for source in self.sources:
            for attribute in source.attributes:
                if attribute.of == of:
                    first.setdefault(attribute.name, attribute)
        return tuple(first.values())


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """A time limit of one standard version, its activities resolved to names that stand in the log.

    Labels name the two ends for a reader: the activity, or the start or end of the case in each language. With
    `only_if_reached` the limit says nothing of cases that do not come to its end (an appeal that nobody has to make).
    """

    clause_id: str
    standard_version: str
    from_activities: tuple[str, ...]
    from_which: Literal["first", "last", "each"]
    from_at: Literal["enabled", "started", "completed"]
    to_activities: tuple[str, ...]
    to_at: Literal["started", "completed"]
    to_case_end: bool
    from_case_start: bool
    within_seconds: float
    at_risk_share: float
    from_label_en: str
    from_label_zh: str
    to_label_en: str
    to_label_zh: str
    element_id: str | None
    severity: str
    owner: str
    only_if_reached: bool = False


@dataclass(frozen=True, slots=True)
class StandardSpec:
    """One version of a standard as published, with the days between which it holds.

    `flow_text` is the drawing, `called_flows` are further ones with what it may call; `participant` is the one whose
    flow it is, where the drawing holds several.
    """

    version: str
    valid_from: datetime
    valid_to: datetime | None
    approved_by: str | None
    approved_on: date | None
    fingerprint: str
    flow_text: str
    notes: str
    title_en: str
    title_zh: str
    owner: str
    participant: str | None = None
    called_flows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseSpec:
    """One checkable statement of a standard version."""

    standard_version: str
    clause_id: str
    kind: Literal["flow", "step", "limit"]
    element_id: str | None
    text_en: str
    text_zh: str
    owner: str
    severity: str
    target: float | None = None
