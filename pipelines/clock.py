"""The clock: the one place of this room that reads it. Only ledgers hold what it says; no figure does."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
