"""Logs for tests: a process, rows as dicts of text, and a store in which they have been landed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from tests.naive.log import SourceRow
from warehouse.landing.content import Batches, LoadOrigin, LoadResult
from warehouse.landing.land import land
from warehouse.landing.loads import set_current
from warehouse.specification import (
    AttributeSpec,
    CaseSpec,
    InstantSpec,
    LimitSpec,
    ProcessSpec,
    SourceSpec,
    StandardSpec,
)
from warehouse.store import Store, StoreSettings

LOADED_AT = datetime(2027, 1, 1, tzinfo=UTC)
ISO = "%Y-%m-%d %H:%M:%S.%f"

Row = Mapping[str, str | None]


def events_source(name: str = "events", *, time_zone: str = "UTC", **changes: Any) -> SourceSpec:
    """A source of events with the columns case, activity, done and agent; `changes` go over its fields."""
    fields: dict[str, Any] = {
        "kind": "events",
        "delivery": "full",
        "case": "case",
        "activity": ("activity",),
        "completed": InstantSpec("done", None, time_zone),
        "resource": "agent",
        "role": "team",
    }
    return SourceSpec(name=name, **{**fields, **changes})


def text_attribute(name: str, *, of: Literal["case", "event"] = "case") -> AttributeSpec:
    return AttributeSpec(name=name, column=name, type="text", of=of, publish=True)


def instant_attribute(name: str, *, time_zone: str = "UTC") -> AttributeSpec:
    return AttributeSpec(
        name=name, column=name, type="instant", of="case", publish=True, instant=InstantSpec(name, None, time_zone)
    )


def a_process(
    *sources: SourceSpec,
    case: CaseSpec | None = None,
    time_zone: str = "UTC",
    segments: tuple[str, ...] = (),
    ignored: tuple[str, ...] = (),
    name: str = "desk",
) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        title_en="Desk",
        title_zh="服务台",
        owner="Owner",
        time_zone=time_zone,
        case_url=None,
        sources=sources or (events_source(),),
        segments=segments,
        case=case or CaseSpec(),
        ignored_activities=ignored,
    )


def a_standard(version: str = "2000-01-01", *, until: datetime | None = None, approved: bool = True) -> StandardSpec:
    return StandardSpec(
        version=version,
        valid_from=datetime.fromisoformat(version).replace(tzinfo=UTC),
        valid_to=until,
        approved_by="Board" if approved else None,
        approved_on=datetime.fromisoformat(version).date() if approved else None,
        fingerprint=version,
        flow_text="<flow/>",
        notes="",
        title_en="Standard",
        title_zh="标准",
        owner="Owner",
    )


def a_limit(clause: str, *, version: str = "2000-01-01", within: float = 3600.0, **changes: Any) -> LimitSpec:
    """A limit; without `changes` from the start of the case to its end."""
    fields: dict[str, Any] = {
        "from_activities": (),
        "from_which": "first",
        "from_at": "completed",
        "to_activities": (),
        "to_at": "completed",
        "at_risk_share": 0.8,
        "from_label_en": "from",
        "from_label_zh": "起",
        "to_label_en": "to",
        "to_label_zh": "止",
        "element_id": None,
        "severity": "high",
        "owner": "Owner",
    }
    fields.update(changes)
    return LimitSpec(
        clause_id=f"limit:{clause}",
        standard_version=version,
        within_seconds=within,
        from_case_start=not fields["from_activities"],
        to_case_end=not fields["to_activities"],
        **fields,
    )


@dataclass(frozen=True)
class Delivery:
    """Rows that came together from one source."""

    source: str
    rows: Sequence[Row]


def source_rows(process: ProcessSpec, deliveries: Sequence[Delivery]) -> list[SourceRow]:
    """The deliveries as the twin takes them: loads are numbered as they are landed."""
    sources = {source.name: source for source in process.sources}
    return [
        SourceRow(sources[delivery.source], load_id, number, row)
        for load_id, delivery in enumerate(deliveries, 1)
        for number, row in enumerate(delivery.rows, 1)
    ]


def as_batches(rows: Sequence[Row], columns: Sequence[str]) -> Batches:
    table = pa.table({name: pa.array([row.get(name) for row in rows], type=pa.string()) for name in columns})
    return Batches(pa.RecordBatchReader.from_batches(table.schema, table.to_batches()))


def land_rows(store: Store, process: str, source: str, rows: Sequence[Row], *, key: tuple[str, ...] = ()) -> LoadResult:
    """Land rows as text."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    digest = hashlib.sha256(repr([sorted(row.items()) for row in rows]).encode()).hexdigest()
    origin = LoadOrigin(process, source, f"{source}-{digest[:6]}", digest, "text", key)
    return land(store, as_batches(rows, columns), origin, loaded_at=LOADED_AT)


def land_all(store: Store, process: ProcessSpec, deliveries: Sequence[Delivery]) -> list[LoadResult]:
    """Land all deliveries, in order; every one is current."""
    sources = {source.name: source for source in process.sources}
    return [land_rows(store, process.name, d.source, d.rows, key=sources[d.source].key) for d in deliveries]


def settings_in(folder: Path, *, threads: int | None = 1) -> StoreSettings:
    return StoreSettings(landing=folder / "landing.duckdb", mart=folder / "mart.duckdb", threads=threads)


@contextmanager
def landed_store(
    folder: Path, process: ProcessSpec, deliveries: Sequence[Delivery], *, threads: int | None = 1
) -> Iterator[Store]:
    """A store with the deliveries landed."""
    with Store(settings_in(folder, threads=threads)) as store:
        land_all(store, process, deliveries)
        yield store


__all__ = [
    "Delivery",
    "a_limit",
    "a_process",
    "a_standard",
    "as_batches",
    "events_source",
    "instant_attribute",
    "land_all",
    "land_rows",
    "landed_store",
    "set_current",
    "settings_in",
    "source_rows",
    "text_attribute",
]
