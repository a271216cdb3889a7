"""A spool of records as JSON lines: one flat object a line, every value as it will be landed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TextIO

_DEEPEST = 12


class RecordSpool:
    """Writes flat records to a file and knows their columns. Memory: one record, and the names of the columns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.columns: dict[str, None] = {}
        self._file: TextIO | None = None

    def __enter__(self) -> RecordSpool:
        self._file = self.path.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, record: Mapping[str, object]) -> None:
        """Add a record."""
        if self._file is None:
            message = "the spool is not open"
            raise ValueError(message)
        plain = {_clean(name): plain_value(value) for name, value in record.items()}
        self.columns.update(dict.fromkeys(plain))
        # escaped throughout: half a surrogate pair or a line separator in a text can't break the line
        self._file.write(json.dumps(plain, allow_nan=False) + "\n")
        self.rows += 1


def plain_value(value: object) -> str | int | bool | None:
    """A value as JSON keeps it without loss: decimals and floats as their text, instants as ISO 8601, bytes as hex."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else None
    if isinstance(value, float):
        return repr(value) if value == value and abs(value) != float("inf") else None  # noqa: PLR0124  NaN
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list | tuple | set):
        return _clean(json.dumps(value, ensure_ascii=False, default=str))
    return _clean(str(value))


def _clean(text: str) -> str:
    """A text that a store can hold: no NUL, no half surrogate pair."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        text = "".join("\N{REPLACEMENT CHARACTER}" if s == "\x00" or "\ud800" <= s <= "\udfff" else s for s in text)
    return text


def flattened(record: Mapping[str, object]) -> dict[str, object]:
    """Nested objects as dotted names; lists, and objects nested more than twelve deep, stay as JSON text."""
    found: dict[str, object] = {}
    _flatten(record, "", 1, found)
    return found


def _flatten(record: Mapping[str, object], prefix: str, depth: int, found: dict[str, object]) -> None:
    for name, value in record.items():
        full = f"{prefix}{name}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            _flatten(value, f"{full}.", depth + 1, found)
        elif full in found:
            # {"a.b": 1, "a": {"b": 2}}: both are kept
            found[f"{full} (2)"] = value
        else:
            found[full] = value
