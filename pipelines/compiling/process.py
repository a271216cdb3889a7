"""process.yaml compiled to what the store must know of the process."""

from __future__ import annotations

from dataclasses import replace

from pipelines.compiling.protection import protection_of
from pipelines.workspace.live_source import HttpSource
from pipelines.workspace.load import Process
from pipelines.workspace.process_file import Attribute, Instant, RowFilter, Source
from pipelines.workspace.protection_section import Age
from warehouse.landing.drift import DriftRule
from warehouse.log.mapping import named_columns
from warehouse.specification import (
    AgeSpec,
    AttributeSpec,
    CaseSpec,
    FilterSpec,
    InstantSpec,
    MilestoneSpec,
    ProcessSpec,
    SourceSpec,
)


def process_spec(process: Process) -> ProcessSpec:
    """What the store must know of a process."""
    file = process.file
    rule = file.case
    return ProcessSpec(
        name=process.name,
        title_en=file.title.en or process.name,
        title_zh=file.title.zh or process.name,
        owner=file.owner,
        time_zone=process.time_zone,
        case_url=file.case_url,
        sources=tuple(
            replace(_source(name, source), protection=_protection(process, name))
            for name, source in file.sources.items()
        ),
        segments=file.segments,
        case=CaseSpec(
            start_activities=rule.starts.activity,
            start_attribute=rule.starts.attribute,
            end_activities=rule.ends.activity,
            end_attribute=rule.ends.attribute,
            ends_with_last_event=rule.ends.last_event,
            reopened_by=rule.reopened_by,
            measured_from=rule.measured_from,
            measured_to=rule.measured_to,
            idle_seconds=None if rule.idle_after is None else rule.idle_after.total_seconds(),
            observed_from=rule.observed_from,
            clock_tolerance_us=0 if rule.clock_tolerance is None else round(rule.clock_tolerance.total_seconds() * 1e6),
        ),
        ignored_activities=file.ignore,
        keep_cases=_age(file.retention.cases),
        keep_landed=_age(file.retention.landed),
    )


def _age(age: Age | None) -> AgeSpec | None:
    return None if age is None else AgeSpec(age.months, age.days)


def _protection(process: Process, source: str) -> str | None:
    protection = protection_of(process, source)
    return None if protection is None else protection.text


def _source(name: str, source: Source) -> SourceSpec:
    mapping = source.mapping
    return SourceSpec(
        name=name,
        kind=source.kind,
        delivery=source.brings,
        case=mapping.case,
        key=source.key,
        keep_duplicates=source.keep_duplicates,
        filters=tuple(_filter(condition) for condition in source.where),
        activity=mapping.activity,
        activity_separator=mapping.activity_separator,
        completed=_instant(mapping.completed),
        started=_instant(mapping.started),
        lifecycle=mapping.lifecycle,
        instance=mapping.instance,
        resource=mapping.resource,
        role=mapping.role,
        order=mapping.order,
        milestones=tuple(
            MilestoneSpec(
                activity=m.activity,
                instant=InstantSpec(m.column, m.format, m.time_zone),
                resource=m.resource,
            )
            for m in mapping.milestones
        ),
        attributes=tuple(_attribute(attribute) for attribute in source.attributes),
        deleted=_deleted(source),
    )


def _deleted(source: Source) -> FilterSpec | None:
    """The rows that delete the row of their key: told by the source, or by its change log."""
    if source.deleted is not None:
        return FilterSpec(source.deleted.column, "in", tuple(_landed_text(value) for value in source.deleted.among))
    live = source.live
    if live is None or isinstance(live, HttpSource) or live.changes is None:
        return None
    return FilterSpec(live.changes.operation, "in", tuple(_landed_text(value) for value in live.changes.deleted))


def _landed_text(value: bool | str | float) -> str:
    """A value of the configuration as landed text is compared with it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def mapped_columns(source: Source) -> tuple[str, ...]:
    """Every column that the configuration of a source names, once, in order."""
    spec = _source("", source)
    deleted = () if spec.deleted is None else (spec.deleted.column,)
    return tuple(dict.fromkeys((*named_columns(spec), *deleted)))


def drift_rule(source: Source, *, is_sparse: bool) -> DriftRule:
    """What a source's columns are needed for, and what becomes of a load that lost one.

    `is_sparse`: the format leaves out what is empty throughout (JSON, XES), so that every column but those that make an
    event may be missing.
    """
    spec = _source("", source)
    mapped = mapped_columns(source)
    if source.kind == "cases":
        core: tuple[str, ...] = (spec.case, *spec.key)
    else:
        instant = spec.completed or spec.started
        core = (spec.case, *spec.activity[:1], *spec.key, *((instant.column,) if instant is not None else ()))
    return DriftRule(mapped=mapped, needed=core if is_sparse else mapped, on_drift=source.drift)


def _instant(instant: Instant | None) -> InstantSpec | None:
    return None if instant is None else InstantSpec(instant.column, instant.format, instant.time_zone)


def _filter(condition: RowFilter) -> FilterSpec:
    if condition.is_null is not None:
        return FilterSpec(condition.column, "is_null" if condition.is_null else "is_not_null")
    if condition.among is not None:
        return FilterSpec(condition.column, "in", tuple(str(value) for value in condition.among))
    return FilterSpec(condition.column, "not_in", tuple(str(value) for value in condition.not_in or ()))


def _attribute(attribute: Attribute) -> AttributeSpec:
    instant = None
    if attribute.type == "instant":
        instant = InstantSpec(attribute.column, attribute.format, attribute.time_zone)
    return AttributeSpec(
        name=attribute.name,
        column=attribute.column,
        type=attribute.type,
        of=attribute.of,
        publish=attribute.publish,
        instant=instant,
    )
