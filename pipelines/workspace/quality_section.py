"""The section `quality:` of process.yaml: the quality gates, the level of each, and where it draws its line.

A gate is given as its level (`future: stop`) or with its settings (`floor: {level: stop, before: 2000-01-01}`); one
that is not named has its defaults. These hold back rows that can't be true and tell of the rest; none of them stops.

The imperfection patterns of Suriadi et al. (Information Systems 64, 2017, section 4), and how far a rule tells them:
form-based event capture (form_events); inadvertent time travel (time_travel: a year, day and month, twelve hours);
unanchored event (unanchored: spellings, whole hours); scattered event (scattered_event: columns of instants that
nothing maps; facts within free text can't be told); elusive case (elusive_case: rows that name none; to which case they
belong can't be told); scattered case (scattered_case: spellings of one name; parts under unlike names can't be told);
collateral events (collateral); polluted label (polluted_label: by numbers, not by other words); distorted label
(distorted_label); synonymous labels (synonymous_label: a hint, for the meaning of words is not in the log); homonymous
label (homonymous_label: a hint, and only where roles keep the two meanings apart).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, field_validator, model_validator

from pipelines.workspace.values import Duration, Strict

Level = Literal["off", "note", "warn", "stop"]
RowLevel = Literal["off", "note", "warn", "quarantine", "stop"]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=2, le=1_000_000)]


class Gate(Strict):
    """A gate that looks at a source as a whole."""

    level: Level = "note"

    @model_validator(mode="before")
    @classmethod
    def _level_alone(cls, value: object) -> object:
        """`stop` stands for `{level: stop}`; YAML reads a bare off as false."""
        if isinstance(value, dict) and value.get("level") is False:
            return {**value, "level": "off"}
        if value is False:
            return {"level": "off"}
        return {"level": value} if isinstance(value, str) else value

    @field_validator("level", mode="wrap")
    @classmethod
    def _known_level(cls, value: object, handler: ValidatorFunctionWrapHandler) -> object:
        try:
            return handler(value)
        except ValueError:
            if value == "quarantine":
                message = (
                    "this gate looks at a source as a whole and has no rows to set aside; write off, note, warn or stop"
                )
            else:
                message = f"'{value}' is no level; write off, note, warn, quarantine or stop"
            raise ValueError(message) from None


class RowGate(Gate):
    """A gate that finds single rows, which it may hold back.

    Beyond the share `most` of the rows asked about the fault lies elsewhere (a clock, the mapping): nothing is held
    then, and a warning says so.
    """

    level: RowLevel = "note"  # type: ignore[assignment]
    most: Share = 1.0


class Future(RowGate):
    """Instants after the extraction of a live source, or after the landing of a file, by more than `tolerance`."""

    level: RowLevel = "quarantine"
    most: Share = 0.2
    tolerance: Duration = timedelta(days=1)


class Floor(RowGate):
    """Instants before the day `before`."""

    level: RowLevel = "warn"
    before: date = date(1980, 1, 1)


class Defaults(RowGate):
    """Instants at the midnight that systems put where they have none, and that stand out from the days around them."""

    level: RowLevel = "warn"
    days: tuple[date, ...] = (date(1900, 1, 1), date(1970, 1, 1), date(2000, 1, 1))


class Missing(Gate):
    """Rows that the mapping had to set aside, above a share of the rows."""

    level: Level = "warn"
    above: Share = 0.01


class Duplicates(Gate):
    """Rows of one load that repeat another row of it, above a share of its rows."""

    level: Level = "warn"
    above: Share = 0.05


class Burst(RowGate):
    """The same activity of the same case `times` times, each within `within` of the one before."""

    level: RowLevel = "warn"
    times: Count = 3
    within: Duration = timedelta(seconds=2)


class Band(Gate):
    """A figure outside its usual band: further from the median than `width` times the scaled median deviation."""

    level: Level = "warn"
    width: float = Field(default=5.0, gt=0, le=1_000)


class Nulls(Band):
    """The share of rows without a value in a mapped column, against the `least_loads` or more loads before."""

    least_loads: Count = 4


class Volume(Band):
    """Rows of whole days, against the same weekday in the weeks before; of a first load only the holes in it."""

    history: Duration = timedelta(weeks=8)
    least_days: Count = 4


class Stale(Band):
    """The latest event further back than `after`, or (without `after`) further back than usual for the source."""

    after: Duration | None = None
    least_loads: Count = 4


class FormEvents(Gate):
    """Form-based event capture: the same set of `activities` or more at one instant, in `cases` cases or more."""

    activities: Count = 3
    cases: Count = 5


class TimeTravel(RowGate):
    """Inadvertent time travel: an instant off by a common slip.

    Told while at most the share `rare` of the cases has one (or three cases): beyond that the process itself is slow.
    """

    rare: Share = 0.01


class Unanchored(Gate):
    """Unanchored event: instants written in several ways, or a day shifted by whole hours against earlier loads."""

    level: Level = "warn"
    least_loads: Count = 4


class Collateral(Gate):
    """Collateral events: one activity follows another `within` so short a time in the share `share` of `times`."""

    within: Duration = timedelta(seconds=2)
    share: Share = 0.9
    times: Count = 20


class Polluted(Gate):
    """Polluted label: `labels` or more activities that differ in their numbers alone."""

    labels: Count = 10


class Distorted(Gate):
    """Distorted label: two activities that read the same but for case, blanks, signs, look-alikes or one letter."""

    level: Level = "warn"


class Similar(Gate):
    """A hint from the neighbours of an activity, where it was seen `times` times or more."""

    times: Count = 30


class Quality(Strict):
    """Every gate, by name."""

    future: Future = Future()
    floor: Floor = Floor()
    defaults: Defaults = Defaults()
    before_start: RowGate = RowGate()
    after_end: RowGate = RowGate()
    burst: Burst = Burst()
    no_start: RowGate = RowGate(level="warn")
    unknown_activity: RowGate = RowGate(level="warn")
    time_travel: TimeTravel = TimeTravel()
    missing_instant: Missing = Missing()
    elusive_case: Missing = Missing()
    start_after_end: Missing = Missing()
    duplicates: Duplicates = Duplicates()
    nulls: Nulls = Nulls()
    volume: Volume = Volume()
    stale: Stale = Stale()
    form_events: FormEvents = FormEvents()
    unanchored: Unanchored = Unanchored()
    scattered_event: Gate = Gate()
    scattered_case: Gate = Gate(level="warn")
    collateral: Collateral = Collateral()
    polluted_label: Polluted = Polluted()
    distorted_label: Distorted = Distorted()
    synonymous_label: Similar = Similar()
    homonymous_label: Similar = Similar()

    def gate(self, name: str) -> Gate:
        """The gate of this name."""
        found = getattr(self, name)
        assert isinstance(found, Gate)
        return found
