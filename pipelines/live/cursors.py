"""Cursors: how far a source was read, and from where on it is asked next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

CursorKind = Literal["instant", "local", "date", "whole", "decimal"]
CursorValue = datetime | date | int | Decimal


@dataclass(frozen=True, slots=True)
class Cursor:
    """A cursor value: an instant, a local time without a zone, a date, a whole or a decimal number."""

    kind: CursorKind
    value: CursorValue

    @property
    def text(self) -> str:
        """The value as it is kept and as databases read it."""
        if isinstance(self.value, datetime | date):
            return self.value.isoformat()
        return format(self.value, "f") if isinstance(self.value, Decimal) else str(self.value)

    def before(self, overlap: timedelta | int | None) -> Cursor:
        """This cursor less the overlap. Raises ValueError where one is a time and the other a number."""
        value = self.value
        if overlap is None:
            return self
        if isinstance(value, datetime | date):
            if not isinstance(overlap, timedelta):
                message = "the cursor is a time, so 'overlap' has to be a duration, as 15m"
                raise ValueError(message)  # noqa: TRY004  the operator's value, not a caller's type
            try:
                if isinstance(value, datetime):
                    return Cursor(self.kind, value - overlap)
                return Cursor(self.kind, (datetime.combine(value, datetime.min.time()) - overlap).date())
            except OverflowError:
                return self
        if isinstance(overlap, timedelta):
            message = "the cursor is a number, so 'overlap' has to be a bare number"
            raise ValueError(message)  # noqa: TRY004
        return Cursor(self.kind, value - overlap)


def cursor_of(value: object) -> Cursor | None:
    """The cursor that a value of a source is; None for an empty one. Raises ValueError for a text or the like."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return Cursor("local", value) if value.tzinfo is None else Cursor("instant", value.astimezone(UTC))
    if isinstance(value, date):
        return Cursor("date", value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Cursor("whole", value)
    if isinstance(value, Decimal) and value.is_finite():
        return Cursor("decimal", value)
    message = "expected an instant, a date or a number"
    raise ValueError(message)


def parse_cursor(kind: CursorKind, text: str) -> Cursor:
    """A cursor from its kept text."""
    if kind in {"instant", "local"}:
        return Cursor(kind, datetime.fromisoformat(text))
    if kind == "date":
        return Cursor(kind, date.fromisoformat(text))
    return Cursor(kind, int(text) if kind == "whole" else Decimal(text))


def moved(former: Cursor | None, seen: Cursor | None, *, asked_at: datetime) -> Cursor | None:
    """Where the cursor stands after an answer: at the greatest value seen, never back, and never after the extraction.

    A row dated into the future would else keep every later one from being asked for. Local times are held against UTC:
    where they run ahead of it, some hours are asked for again.
    """
    if seen is None:
        return former
    value = seen.value
    if isinstance(value, datetime):
        value = min(value, asked_at if value.tzinfo is not None else asked_at.astimezone(UTC).replace(tzinfo=None))
    elif isinstance(value, date):
        value = min(value, asked_at.astimezone(UTC).date())
    if former is not None and former.kind == seen.kind and former.value > value:  # type: ignore[operator]
        return former
    return Cursor(seen.kind, value)
