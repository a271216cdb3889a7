"""asrun.toml: what holds for the whole workspace."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from pipelines.workspace.cron import checked_cron
from pipelines.workspace.protection_section import NamesShown
from pipelines.workspace.values import Strict, Text, Zone

Language = Literal["en", "zh"]


class WarehouseSettings(Strict):
    """Where the two working files and the published snapshot lie, relative to the workspace."""

    landing: str = "warehouse/landing.duckdb"
    mart: str = "warehouse/mart.duckdb"
    snapshot: str = "published/asrun.duckdb"
    memory_limit: str | None = Field(default=None, pattern=r"^\d+(\.\d+)?\s*(MB|GB|MiB|GiB)$")
    threads: int | None = Field(default=None, ge=1, le=256)


class ReportSettings(Strict):
    """Where the reports are written, relative to the workspace, and what they show of people.

    `names`: team (the role in place of the person), person, or none (neither).
    """

    folder: str = "published/report"
    names: NamesShown = "team"


class SnapshotSettings(Strict):
    """Which snapshots of earlier nights are kept: the last of each of so many days and months; both 0: none."""

    folder: str = "published/archive"
    keep_days: int = Field(default=35, ge=0, le=10_000)
    keep_monthly: int = Field(default=24, ge=0, le=1_200)


class ScheduleSettings(Strict):
    """When the nightly run starts (cron, in the workspace's time zone)."""

    cron: str = "0 2 * * *"

    @field_validator("cron")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        return checked_cron(value)


class Settings(Strict):
    """The content of asrun.toml."""

    title: Text = Text(en="asrun", zh="asrun")
    time_zone: Zone = "UTC"
    languages: tuple[Language, ...] = ("en", "zh")
    warehouse: WarehouseSettings = WarehouseSettings()
    report: ReportSettings = ReportSettings()
    snapshots: SnapshotSettings = SnapshotSettings()
    schedule: ScheduleSettings = ScheduleSettings()

    @field_validator("languages")
    @classmethod
    def _some(cls, value: tuple[Language, ...]) -> tuple[Language, ...]:
        if not value or len(set(value)) != len(value):
            message = 'name each language once, for example ["en", "zh"]'
            raise ValueError(message)
        return value
