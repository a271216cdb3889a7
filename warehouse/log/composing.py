"""Expressions over landed columns: what a mapping says of one source, as SQL.

Identifiers come from the catalogue of landed columns; every text of the configuration is bound as a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from warehouse.specification import AttributeSpec, FilterSpec, InstantSpec, SourceSpec

_ATTRIBUTE_TYPES = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "instant": "TIMESTAMPTZ",
}


@dataclass(slots=True)
class Composer:
    """Collects what one source's SELECT needs: its columns, bound values and the joins that convert local times."""

    columns: dict[str, tuple[str, str]]
    source: SourceSpec
    process: str
    values: dict[str, Any] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    zones: dict[str, str] = field(default_factory=dict)
    locals: list[str] = field(default_factory=list)

    def bind(self, value: object) -> str:
        """A placeholder for a value."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def column(self, name: str) -> tuple[str, str]:
        """Physical column and type of a landed column."""
        return self.columns[name]

    def text(self, name: str) -> str:
        """A landed column as trimmed text, NULL where blank; whole numbers without a decimal point."""
        column, kind = self.column(name)
        if kind == "VARCHAR":
            return f"nullif(trim(r.{column}), '')"
        if kind == "DOUBLE":
            return (
                f"CASE WHEN r.{column} = trunc(r.{column}) AND abs(r.{column}) < 1e15 "
                f"THEN CAST(CAST(r.{column} AS BIGINT) AS VARCHAR) ELSE CAST(r.{column} AS VARCHAR) END"
            )
        return f"CAST(r.{column} AS VARCHAR)"

    def stated(self, name: str) -> str:
        """What a landed column of instants says, to be shown where it can't be used: text, or the instant itself."""
        column, kind = self.column(name)
        return f"r.{column}" if kind in {"TIMESTAMP", "TIMESTAMPTZ", "DATE"} else self.text(name)

    def instant(self, spec: InstantSpec) -> tuple[str, str]:
        """Expressions of a column's instant in UTC and of its note (plain, ambiguous, impossible)."""
        column, kind = self.column(spec.column)
        with_offset = "NULL::TIMESTAMPTZ"
        local = "NULL::TIMESTAMP"
        if kind == "TIMESTAMPTZ":
            return f"r.{column}", "NULL"
        if kind == "TIMESTAMP":
            local = f"r.{column}"
        elif kind == "BIGINT" and spec.format is None:
            # a bare number is not an instant that anybody stated
            return "NULL::TIMESTAMPTZ", "NULL"
        else:
            text = f"trim(CAST(r.{column} AS VARCHAR))"
            if spec.format is None:
                has_offset = (
                    f"regexp_matches({text}, '([Zz]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$') AND contains({text}, ':')"
                )
                with_offset = f"CASE WHEN {has_offset} THEN TRY_CAST({text} AS TIMESTAMPTZ) END"
                local = f"CASE WHEN NOT ({has_offset}) THEN TRY_CAST({text} AS TIMESTAMP) END"
            elif "%z" in spec.format or "%Z" in spec.format:
                return f"try_strptime({text}, {self.bind(spec.format)})", "NULL"
            else:
                local = f"try_strptime({text}, {self.bind(spec.format)})"
        if spec.time_zone is None or spec.time_zone == "UTC":
            return f"coalesce({with_offset}, {_in_utc(local)})", "NULL"
        zone_table = self.zones.setdefault(spec.time_zone, f"zone_{self.source.name}_{len(self.zones)}")
        number = len(self.joins)
        self.locals.append(f"{local} AS local_{number}")
        self.joins.append(f"ASOF LEFT JOIN {zone_table} AS z{number} ON r.local_{number} >= z{number}.local_from")
        return (
            f"coalesce({with_offset}, {_in_utc(f'r.local_{number}', f'z{number}.offset_us')})",
            f"nullif(z{number}.kind, 'plain')",
        )

    def condition(self, spec: FilterSpec) -> str:
        """A row filter as a condition; a NULL is in no list."""
        text = self.text(spec.column)
        if spec.operator == "is_null":
            return f"({text}) IS NULL"
        if spec.operator == "is_not_null":
            return f"({text}) IS NOT NULL"
        listed = self.bind(list(spec.values))
        if spec.operator == "in":
            return f"coalesce(list_contains({listed}, {text}), false)"
        return f"NOT coalesce(list_contains({listed}, {text}), false)"

    def attribute(self, spec: AttributeSpec) -> str:
        """A landed column as a typed attribute; what doesn't fit its type is NULL."""
        if spec.type == "instant":
            instant = self.instant(spec.instant or InstantSpec(spec.column))[0]
            return f"CASE WHEN {within_reason(instant)} THEN {instant} END"
        if spec.type == "text":
            return self.text(spec.column)
        return f"TRY_CAST({self.text(spec.column)} AS {_ATTRIBUTE_TYPES[spec.type]})"


def _in_utc(local: str, offset_us: str = "0") -> str:
    """A local time less its offset as an instant, counted in microseconds: a time zone would be asked for each row."""
    return f"CASE WHEN isfinite({local}) THEN make_timestamptz(epoch_us({local}) - {offset_us}) END"


def attribute_type(spec: AttributeSpec) -> str:
    """The column type of a typed attribute."""
    return _ATTRIBUTE_TYPES[spec.type]


def within_reason(instant: str) -> str:
    """Years that a calendar and a time zone can be held against; a 9999-12-31 stands for "never", not for a day."""
    return f"({instant} >= TIMESTAMPTZ '1900-01-01 00:00:00+00' AND {instant} < TIMESTAMPTZ '2200-01-01 00:00:00+00')"
