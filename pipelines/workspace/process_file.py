"""process.yaml: where a process's events come from and where its cases begin and end."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from pipelines.workspace.live_source import Deleted, HttpSource, LiveSource, PostgresSource, SqlSource, live_problems
from pipelines.workspace.protection_section import Protect, ProtectColumns, ReportSection, Retention
from pipelines.workspace.quality_section import Quality
from pipelines.workspace.values import Duration, Names, Strict, Text, Zone, as_list

AttributeType = Literal["text", "number", "integer", "boolean", "instant"]


# what the engine's strptime reads: a letter, some of them also with a hyphen (no leading zeros)
_DIRECTIVES = frozenset("aAwdbBmyYHIpMSgfnzZjUWcxXGuV%") | {f"-{letter}" for letter in "dmyHIMSj"}


def _readable_format(value: str) -> str:
    found = re.findall(r"%(-?.|$)", value, re.DOTALL)
    wrong = sorted({f"%{directive}" for directive in found if directive not in _DIRECTIVES})
    if wrong:
        message = f"{', '.join(wrong)} is no part of a format; write for example '%Y-%m-%d %H:%M:%S'"
        raise ValueError(message)
    return value


InstantFormat = Annotated[str, AfterValidator(_readable_format)]


class Instant(Strict):
    """A column that holds an instant: its format (strptime) and, where the text has no offset, its zone."""

    column: str
    format: InstantFormat | None = None
    time_zone: Zone | None = None


def _instant(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


InstantColumn = Annotated[Instant, BeforeValidator(_instant)]


class Milestone(Strict):
    """A column of a wide table: the instant of one activity, with its resource's column where there is one."""

    activity: str
    column: str
    format: InstantFormat | None = None
    time_zone: Zone | None = None
    resource: str | None = None


class Mapping(Strict):
    """Which columns of a source mean what."""

    case: str
    activity: Names = ()
    activity_separator: str = Field(default=" - ", max_length=20)
    completed: InstantColumn | None = None
    started: InstantColumn | None = None
    lifecycle: str | None = None
    instance: str | None = None
    resource: str | None = None
    role: str | None = None
    order: str | None = None
    milestones: tuple[Milestone, ...] = ()


# one character, which may be a tab: not stripped
Sign = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1, pattern=r"^[^\r\n]$")]

SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]

# columns that the published tables have of their own: an attribute can't take their names
TAKEN_NAMES = {
    "case": frozenset(
        [
            "process",
            "case_id",
            "state",
            "started_at",
            "ended_at",
            "period",
            "event_count",
            "variant_id",
            "standard_version",
            "cycle_seconds",
            "cycle_business_seconds",
            "alignment_cost",
            "fitness",
            "deviation_count",
            "is_conformant",
            "segments",
        ]
    ),
    "event": frozenset(
        [
            "process",
            "case_id",
            "position",
            "activity",
            "lifecycle",
            "resource",
            "role",
            "occurred_at",
            "load_id",
            "row_number",
        ]
    ),
}

Scalars = Annotated[tuple[str | int | float, ...], BeforeValidator(as_list)]


class RowFilter(Strict):
    """A condition on one column that rows must fulfil to be read."""

    column: str
    among: Scalars | None = Field(default=None, alias="in")
    not_in: Scalars | None = None
    is_null: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> RowFilter:
        if sum(option is not None for option in (self.among, self.not_in, self.is_null)) != 1:
            message = "give exactly one of 'in', 'not_in' and 'is_null'"
            raise ValueError(message)
        return self


class Attribute(Strict):
    """A column kept as a typed attribute of the case or the event."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    column: str
    type: AttributeType = "text"
    of: Literal["case", "event"] = "case"
    publish: bool = True
    format: InstantFormat | None = None
    time_zone: Zone | None = None


_FILE_OPTIONS = ("format", "encoding", "delimiter", "quote", "sheet")


class Source(Strict):
    """One source: a glob of files of one format, or a live source that is asked each night.

    `drift`: whether a lost or retyped mapped column stops the source or holds the rows back.
    """

    kind: Literal["events", "wide", "cases"] = "events"
    files: str | None = None
    postgres: PostgresSource | None = None
    sql: SqlSource | None = None
    http: HttpSource | None = None
    format: Literal["csv", "parquet", "jsonl", "xlsx", "xes"] | None = None
    delivery: Literal["full", "increment"] = "full"
    encoding: Literal["utf-8", "gb18030", "latin-1"] | None = None
    delimiter: Sign | None = None
    quote: Sign | None = None
    sheet: str | None = None
    key: Names = ()
    keep_duplicates: bool = False
    deleted: Deleted | None = None
    drift: Literal["stop", "quarantine"] = "stop"
    where: tuple[RowFilter, ...] = ()
    mapping: Mapping
    attributes: tuple[Attribute, ...] = ()
    protect: ProtectColumns = ProtectColumns()

    @model_validator(mode="after")
    def _complete(self) -> Source:
        mapping = self.mapping
        misplaced = live_problems(
            given={"files": self.files, "postgres": self.postgres, "sql": self.sql, "http": self.http},
            live=self.live,
            key=self.key,
            delivery_given="delivery" in self.model_fields_set,
            deleted=self.deleted,
            file_options=[name for name in _FILE_OPTIONS if getattr(self, name) is not None],
        )
        if misplaced:
            raise ValueError("\n".join(misplaced))
        if self.delimiter is not None and self.delimiter == (self.quote or '"'):
            message = f"delimiter: {self.delimiter!r} can't be the delimiter and the quote at once"
            raise ValueError(message)
        if self.kind == "events":
            if not mapping.activity:
                message = "mapping.activity: expected the column (or columns) that name the activity"
                raise ValueError(message)
            if mapping.completed is None and mapping.started is None:
                message = "mapping.completed: expected the column that holds the instant of the event"
                raise ValueError(message)
        if self.kind == "wide" and not mapping.milestones:
            message = "mapping.milestones: a wide table needs its milestone columns"
            raise ValueError(message)
        if self.kind == "cases" and not self.attributes:
            message = "attributes: a case table without attributes brings nothing"
            raise ValueError(message)
        return self

    @property
    def live(self) -> LiveSource | None:
        """The live source that is asked; None where the source is files."""
        return self.postgres or self.sql or self.http

    @property
    def brings(self) -> Literal["full", "increment"]:
        """Whether a delivery is the whole source or adds to it: as told for files, by its cursor for a live source."""
        live = self.live
        if live is None:
            return self.delivery
        is_incremental = live.updated_since if isinstance(live, HttpSource) else live.cursor_column
        return "full" if is_incremental is None else "increment"


class CaseStart(Strict):
    """Where a case begins: at an activity, at an instant in an attribute, or at its first event."""

    activity: Names = ()
    attribute: str | None = None
    first_event: bool = False

    @model_validator(mode="after")
    def _one(self) -> CaseStart:
        if bool(self.activity) + bool(self.attribute) + self.first_event != 1:
            message = "give exactly one of 'activity', 'attribute' and 'first_event'"
            raise ValueError(message)
        return self


class CaseEnd(Strict):
    """Where a case ends: at an activity, at an instant in an attribute, or at its last event."""

    activity: Names = ()
    attribute: str | None = None
    last_event: bool = False

    @model_validator(mode="after")
    def _one(self) -> CaseEnd:
        if bool(self.activity) + bool(self.attribute) + self.last_event != 1:
            message = "give exactly one of 'activity', 'attribute' and 'last_event'"
            raise ValueError(message)
        return self


class Case(Strict):
    """Where a case begins and ends, which part is measured, and when it counts as abandoned or partial.

    `clock_tolerance`: by how much the clocks of the sources may differ (or their rounding). A step that ends so
    shortly after the next one began is what that one waited for, not work beside it.
    """

    starts: CaseStart = CaseStart(first_event=True)
    ends: CaseEnd
    reopened_by: Names = ()
    measured_from: Names = ()
    measured_to: Names = ()
    idle_after: Duration | None = None
    observed_from: date | None = None
    clock_tolerance: Duration | None = None


class ProcessFile(Strict):
    """The content of process.yaml."""

    title: Text
    owner: str = ""
    time_zone: Zone | None = None
    case_url: str | None = None
    sources: dict[SourceName, Source] = Field(min_length=1)
    segments: Names = ()
    case: Case
    ignore: Names = ()
    quality: Quality = Quality()
    protect: Protect = Protect()
    retention: Retention = Retention()
    report: ReportSection = ReportSection()

    @model_validator(mode="after")
    def _consistent(self) -> ProcessFile:
        problems = self._attribute_problems()
        problems += protection_problems(self)
        of_case = {a.name: a.type for s in self.sources.values() for a in s.attributes if a.of == "case"}
        if all(source.kind == "cases" for source in self.sources.values()):
            problems.append("sources: at least one source must bring events")
        for segment in self.segments:
            if segment not in of_case:
                known = ", ".join(sorted(of_case)) or "none"
                problems.append(f"segments: '{segment}' is no case attribute (known: {known})")
        for label, name in (("starts", self.case.starts.attribute), ("ends", self.case.ends.attribute)):
            if name is not None and of_case.get(name) != "instant":
                problems.append(f"case.{label}.attribute: '{name}' is no case attribute of type instant")
        if self.case_url is not None and not self.case_url.startswith(("http://", "https://")):
            problems.append("case_url: expected a link that begins with http:// or https://")
        if self.case_url is not None and "{case_id}" not in self.case_url:
            problems.append("case_url: expected the placeholder {case_id}")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _attribute_problems(self) -> list[str]:
        """Names that stand twice, have two types, or belong to the published tables themselves."""
        problems = []
        types: dict[tuple[str, str], str] = {}
        for source_name, source in self.sources.items():
            seen: set[tuple[str, str]] = set()
            for attribute in source.attributes:
                key = (attribute.of, attribute.name)
                if attribute.publish and attribute.name in TAKEN_NAMES[attribute.of]:
                    problems.append(
                        f"sources.{source_name}.attributes: '{attribute.name}' is a column of the published table "
                        f"already; choose another name, for example '{attribute.of}_{attribute.name}'"
                    )
                if key in seen:
                    problems.append(f"sources.{source_name}.attributes: '{attribute.name}' stands twice")
                elif types.setdefault(key, attribute.type) != attribute.type:
                    problems.append(
                        f"sources.{source_name}.attributes: '{attribute.name}' is {attribute.type} here but "
                        f"{types[key]} in another source"
                    )
                seen.add(key)
        return problems


def protection_problems(file: ProcessFile) -> list[str]:
    """What protection would break: a mapped column dropped, an instant hashed, a case or a key made coarse."""
    problems = []
    for name, source in file.sources.items():
        mapping = source.mapping
        instants = [each.column for each in (mapping.completed, mapping.started) if each is not None]
        instants += [milestone.column for milestone in mapping.milestones]
        singles = [mapping.lifecycle, mapping.order]
        worded = [*mapping.activity, *instants, *(column for column in singles if column is not None)]
        worded += [attribute.column for attribute in source.attributes if attribute.type != "text"]
        worded += [condition.column for condition in source.where]
        people = [mapping.resource, mapping.role, mapping.instance, *(each.resource for each in mapping.milestones)]
        mapped = {*worded, mapping.case, *source.key, *(column for column in people if column is not None)}
        mapped |= {attribute.column for attribute in source.attributes}
        both = sorted(set(source.protect.columns) & set(file.protect.columns))
        problems += [f"sources.{name}.protect: '{column}' stands in the process's protect already" for column in both]
        for rules in (source.protect, file.protect):
            problems += [
                f"protect.drop: '{column}', which source {name} maps; hash it, or leave it out of the mapping"
                for column in rules.drop
                if column in mapped
            ]
            problems += [
                f"protect.hash: '{column}', whose values source {name} reads (activity, instant, order, condition, or "
                f"an attribute that is no text)"
                for column in rules.hash
                if column in worded
            ]
            problems += [
                f"protect.coarsen: '{column}', by which source {name} tells cases or rows apart; hash it"
                for column in rules.coarsen
                if column == mapping.case or column in source.key
            ]
    return list(dict.fromkeys(problems))
