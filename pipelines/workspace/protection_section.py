"""The sections of process.yaml that protect people: protect, retention and the names in reports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from pipelines.workspace.values import Names, Strict

Unit = Literal["year", "month", "week", "day", "hour"]
NamesShown = Literal["team", "person", "none"]

_AGE = re.compile(r"\s*(\d{1,4})\s*(years?|y|months?|weeks?|w|days?|d)\s*")


@dataclass(frozen=True, slots=True)
class Age:
    """A span on the calendar: five years are five years, whatever leap days lie in between."""

    months: int = 0
    days: int = 0


def parse_age(value: Any) -> Any:
    """An age from `5 years`, `18 months`, `8 weeks` or `90 days`."""
    if isinstance(value, Age):
        return value
    found = _AGE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        message = f"'{value}' is not an age; write for example '5 years', '18 months' or '90 days'"
        raise ValueError(message)
    count, unit = int(found[1]), found[2][0]
    age = {
        "y": Age(months=12 * count),
        "m": Age(months=count),
        "w": Age(days=7 * count),
        "d": Age(days=count),
    }[unit]
    if not 0 < age.months * 31 + age.days <= 36_525:
        message = f"'{value}' is out of range; expected an age above zero and of at most a hundred years"
        raise ValueError(message)
    return age


AgeValue = Annotated[Age, BeforeValidator(parse_age)]


class Coarsening(Strict):
    """How a column is made coarse: an instant cut to a unit, a text to its first signs, or a number to steps."""

    to: Unit | None = None
    format: str | None = None
    first: int | None = Field(default=None, ge=1, le=100)
    step: Decimal | None = Field(default=None, gt=0, max_digits=18, decimal_places=9)

    @model_validator(mode="after")
    def _one(self) -> Coarsening:
        if sum(option is not None for option in (self.to, self.first, self.step)) != 1:
            message = "give exactly one of 'to' (year, month, week, day, hour), 'first' and 'step'"
            raise ValueError(message)
        if self.format is not None and self.to is None:
            message = "format: only an instant has a format; give it with 'to'"
            raise ValueError(message)
        return self


def _coarsening(value: Any) -> Any:
    return {"to": value} if isinstance(value, str) else value


class ProtectColumns(Strict):
    """Columns of a source that are dropped, hashed or made coarse before anything is written."""

    drop: Names = ()
    hash: Names = ()
    coarsen: dict[str, Annotated[Coarsening, BeforeValidator(_coarsening)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _once(self) -> ProtectColumns:
        named = [*self.drop, *self.hash, *self.coarsen]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            message = f"{', '.join(repr(name) for name in twice)}: a column is dropped, hashed or made coarse, once"
            raise ValueError(message)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is named."""
        return (*self.drop, *self.hash, *self.coarsen)


class Protect(ProtectColumns):
    """The same for all sources of a process, and where the salt of its pseudonyms is.

    The salt stands in the environment variable `salt_env` (ASRUN_SALT_<PROCESS>, where none is named), or in the file
    outside the workspace that <salt_env>_FILE names. A new salt needs a new `salt_version`.
    """

    salt_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    salt_version: int = Field(default=1, ge=1, le=1_000_000)


class Retention(Strict):
    """How long people's data is kept: cases after they ended, and landed rows that no longer serve."""

    cases: AgeValue | None = None
    landed: AgeValue | None = None


class ReportSection(Strict):
    """What reports of one process show of people; None: as asrun.toml says."""

    names: NamesShown | None = None
