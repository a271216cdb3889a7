"""What a proposal is: for each part of process.yaml the choice, its reason and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.propose.profiles import ValueType
from pipelines.sources.encodings import Encoding
from pipelines.sources.formats import Format

Confidence = Literal["high", "medium", "low"]
Kind = Literal["events", "wide", "cases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedKind:
    """What a row of the file is: an event, a case with milestones, or a case with attributes only."""

    kind: Kind
    reason: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedColumn:
    """A column proposed for a role."""

    column: str
    reason: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedInstant:
    """A column of instants: `format` for strptime as DuckDB understands it, None where none is needed.

    `has_offset`: the data hold the offset from UTC, so no zone is needed. `time_zone`: the zone to be told otherwise.
    """

    column: str
    format: str | None
    has_offset: bool
    time_zone: str | None
    reason: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedMilestone:
    """A column of a wide table as the instant of an activity."""

    activity: str
    instant: ProposedInstant
    resource: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedAttribute:
    """A column proposed as an attribute; `instant` says how it is written where it holds instants."""

    name: str
    column: str
    type: ValueType
    of: Literal["case", "event"]
    reason: str
    confidence: Confidence
    instant: ProposedInstant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedEnd:
    """Where cases end: at activities, or at the last event (none given)."""

    activities: tuple[str, ...]
    reason: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A column that is proposed for nothing, and why."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The mapping that a file suggests.

    `case`, `activity` ... are None or empty where nothing was found; `doubts` say in plain words what a person should
    look at. `segments` are names of attributes. `rows` rows were looked at; `is_whole` where those are all.
    """

    format: Format
    encoding: Encoding | None
    delimiter: str | None
    quote: str | None
    sheet: str | None
    rows: int
    is_whole: bool
    kind: ProposedKind
    case: ProposedColumn | None
    activity: tuple[ProposedColumn, ...]
    completed: ProposedInstant | None
    started: ProposedInstant | None
    lifecycle: ProposedColumn | None
    instance: ProposedColumn | None
    resource: ProposedColumn | None
    role: ProposedColumn | None
    order: ProposedColumn | None
    milestones: tuple[ProposedMilestone, ...]
    attributes: tuple[ProposedAttribute, ...]
    segments: tuple[ProposedColumn, ...]
    key: tuple[ProposedColumn, ...]
    ends: ProposedEnd
    left_out: tuple[LeftOut, ...]
    doubts: tuple[str, ...]
