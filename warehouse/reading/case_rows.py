"""The rows of the queries about one case: one frozen class a query, its fields the query's columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypedDict


class SegmentEntry(TypedDict):
    """A segment attribute of a case."""

    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class CaseHeaderRow:
    """A case with its process; `activities` is its variant."""

    QUERY: ClassVar[str] = "case_header"
    process: str
    title_en: str | None
    title_zh: str | None
    time_zone: str
    case_url: str | None
    as_of: datetime | None
    case_id: str
    state: str | None
    started_at: datetime | None
    ended_at: datetime | None
    period: str | None
    event_count: int | None
    variant_id: str | None
    standard_version: str | None
    cycle_seconds: float | None
    alignment_cost: int | None
    fitness: float | None
    deviation_count: int | None
    is_conformant: bool | None
    segments: list[SegmentEntry] | None
    activities: list[str | None]
    variant_cases: int | None


@dataclass(frozen=True, slots=True)
class CaseInstanceRow:
    """An activity instance of a case."""

    QUERY: ClassVar[str] = "case_instances"
    instance: int
    activity: str | None
    resource: str | None
    role: str | None
    enabled_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    waiting_seconds: float | None
    processing_seconds: float | None
    sojourn_seconds: float | None


@dataclass(frozen=True, slots=True)
class CaseMoveRow:
    """A move of the alignment of a case's variant."""

    QUERY: ClassVar[str] = "case_moves"
    step: int
    move: str
    activity: str | None
    element_id: str | None
    position: int | None


@dataclass(frozen=True, slots=True)
class CaseDeviationRow:
    """A deviation of a case; `status` resolved: found on an earlier night, and no more since `resolved_at`."""

    QUERY: ClassVar[str] = "case_deviations"
    deviation_id: str
    clause_id: str | None
    kind: str | None
    activity: str | None
    occurrence: int | None
    position: int | None
    occurred_at: datetime | None
    sentence_en: str | None
    sentence_zh: str | None
    owner: str | None
    severity: str | None
    excess_seconds: float | None
    status: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseLimitRow:
    """A time limit held against a case."""

    QUERY: ClassVar[str] = "case_limits"
    clause_id: str | None
    text_en: str | None
    text_zh: str | None
    occurrence: int | None
    from_at: datetime | None
    to_at: datetime | None
    due_at: datetime | None
    elapsed_seconds: float | None
    business_seconds: float | None
    limit_seconds: float | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class CaseNeighbourRow:
    """A case id that is spelled much like another."""

    QUERY: ClassVar[str] = "case_neighbours"
    case_id: str
