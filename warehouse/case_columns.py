"""Instants of a case that `cases` keeps only where they differ from its end, for they seldom do and take room."""

from __future__ import annotations


def last_event(case: str) -> str:
    """The instant of a case's last event; `case` is the alias of its row in `cases`."""
    return f"coalesce({case}.other_last_event_at, {case}.ended_at)"


def measured_to(case: str) -> str:
    """The instant up to which a case is measured; NULL while it has not ended."""
    return f"coalesce({case}.other_measured_to_at, {case}.ended_at)"


def cycle_us(case: str) -> str:
    """The cycle time of a case in microseconds; NULL where it began unseen, has not ended, or would be negative."""
    end, begin = measured_to(case), f"{case}.measured_from_at"
    return f"CASE WHEN {case}.state <> 'partial' AND {end} >= {begin} THEN epoch_us({end}) - epoch_us({begin}) END"
