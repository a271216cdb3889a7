"""Local times and months by zoneinfo alone: the plain reading."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from warehouse.specification import InstantSpec


def in_utc(local: datetime, zone: str) -> tuple[datetime, str]:
    """A local time as UTC with fold=0, and whether it is plain, ambiguous or impossible."""
    first = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    second = local.replace(tzinfo=ZoneInfo(zone), fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None
    assert after is not None
    kind = "plain" if before == after else "ambiguous" if before > after else "impossible"
    return (local - before).replace(tzinfo=UTC), kind


def read_instant(text: str | None, spec: InstantSpec) -> tuple[datetime | None, str, bool]:
    """An instant from text: UTC (None where blank or unreadable), its kind, whether it is unreadable."""
    if text is None or not text.strip():
        return None, "plain", False
    try:
        if spec.format is None:
            value = datetime.fromisoformat(text.strip())
        else:
            value = datetime.strptime(text.strip(), spec.format)
    except ValueError:
        return None, "plain", True
    if value.tzinfo is not None:
        return value.astimezone(UTC), "plain", False
    instant, kind = in_utc(value, spec.time_zone or "UTC")
    return instant, kind, False


def month(instant: datetime, zone: str) -> str:
    """The month in which an instant lies, in a zone, like 2026-09."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def month_number(name: str) -> int:
    """Months counted from the year 0, so that twelve before is a subtraction."""
    return int(name[:4]) * 12 + int(name[5:])


def midnight(day: date, zone: str) -> datetime:
    """The start of a local day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
