"""standard.yaml: the approved standard beside the drawing of its flow."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from pipelines.workspace.values import Duration, Names, Strict, Text

Severity = Literal["low", "medium", "high", "critical"]


class StepDetails(Strict):
    """What the standard says of one step beyond its place in the flow."""

    owner: str | None = None
    severity: Severity = "medium"
    title: Text | None = None


class LimitFrom(Strict):
    """Where a limit's clock starts: at an activity (`which` occurrence) or at the case's start.

    `at: enabled` is when the activity could have begun: its waiting counts.
    """

    activity: str | None = None
    case: Literal["start"] | None = None
    which: Literal["first", "last", "each"] = "first"
    at: Literal["enabled", "started", "completed"] = "completed"

    @model_validator(mode="after")
    def _one(self) -> LimitFrom:
        if (self.activity is None) == (self.case is None):
            message = "give exactly one of 'activity' and 'case: start'"
            raise ValueError(message)
        return self


class LimitTo(Strict):
    """Where a limit's clock stops: at the next such activity, or at the case's end."""

    activity: str | None = None
    case: Literal["end"] | None = None
    at: Literal["started", "completed"] = "completed"

    @model_validator(mode="after")
    def _one(self) -> LimitTo:
        if (self.activity is None) == (self.case is None):
            message = "give exactly one of 'activity' and 'case: end'"
            raise ValueError(message)
        return self


class Limit(Strict):
    """A time limit on the wall clock.

    With `only_if_reached` it says nothing of cases that do not come to its end: an appeal has to be made in time,
    but nobody has to appeal.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    title: Text
    from_: LimitFrom = Field(alias="from")
    to: LimitTo
    within: Duration
    at_risk: float = Field(default=0.8, gt=0, le=1)
    only_if_reached: bool = False
    severity: Severity = "medium"
    owner: str | None = None


class StandardFile(Strict):
    """The content of standard.yaml.

    `unsound: warn` lets a drawing judge that can get stuck or has dead parts: by its runs that reach an end.
    """

    title: Text = Text()
    owner: str = ""
    approved_by: str | None = None
    approved_on: date | None = None
    notes: str = ""
    participant: str | None = None
    activities: dict[str, str] = Field(default_factory=dict)
    ignore: Names = ()
    silent: Names = ()
    unsound: Literal["refuse", "warn"] = "refuse"
    severity: Severity = "medium"
    steps: dict[str, StepDetails] = Field(default_factory=dict)
    limits: tuple[Limit, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> StandardFile:
        if (self.approved_by is None) != (self.approved_on is None):
            message = "approved_by and approved_on belong together: give both, or neither for a draft"
            raise ValueError(message)
        ids = [limit.id for limit in self.limits]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            message = f"limits: the id {', '.join(twice)} stands more than once"
            raise ValueError(message)
        return self
