"""Protection of columns on their way into landing: what is dropped, hashed or made coarse, as SQL expressions.

A pseudonym is the first 24 hex digits (96 bits) of SHA-256 over a key of 64 bytes and the value's UTF-8 bytes. The key
is exactly one block of SHA-256 and comes first, and the digest is cut: nobody without the key can compute or extend
one. It costs one hash a value inside DuckDB; the same value gives the same pseudonym wherever the key is the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from warehouse.errors import Problem, WarehouseError

PSEUDONYM_LENGTH = 24
Unit = Literal["year", "month", "week", "day", "hour"]
_TEXT_FORM = {"hour": "%Y-%m-%d %H:%M:%S"}


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What becomes of one column.

    `coarsen` has exactly one of `unit` (an instant cut to its beginning; `format` is the strptime format of text),
    `first` (characters kept) and `step` (a number rounded down to a multiple, as decimal text). With `is_required`
    a content without the column is refused: a name spelled wrong must not let the column through.
    """

    column: str
    action: Literal["drop", "hash", "coarsen"]
    unit: Unit | None = None
    format: str | None = None
    first: int | None = None
    step: str | None = None
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Protection:
    """The rules of one source, and the key of its pseudonyms (None where nothing is hashed).

    `salt_version` counts the salts that the process has had. The key is in no message and in no file.
    """

    rules: tuple[ColumnRule, ...]
    salt_version: int = 1
    key: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The rules as landing notes them beside each load: equal texts, equal protection."""
        listed = []
        for rule in sorted(self.rules, key=lambda rule: rule.column):
            details = {"unit": rule.unit, "format": rule.format, "first": rule.first, "step": rule.step}
            told = {name: value for name, value in details.items() if value is not None}
            if rule.action == "hash":
                told["salt"] = self.salt_version
            listed.append([rule.column, rule.action, told])
        return json.dumps(listed, ensure_ascii=False, sort_keys=True)

    def rule_of(self, name: str) -> ColumnRule | None:
        """The rule of a column; one that repeats another's name (`email_2`) is treated as that one."""
        by_name = {rule.column: rule for rule in self.rules}
        found = by_name.get(name)
        if found is None and (repeated := re.fullmatch(r"(.+)_\d+", name, re.DOTALL)) is not None:
            found = by_name.get(repeated[1])
        return found


def noted_rules(text: str | None) -> dict[str, tuple[str, str]]:
    """The rules that landing noted beside a load, by column; empty where nothing was protected."""
    return {column: (action, json.dumps(told, sort_keys=True)) for column, action, told in json.loads(text or "[]")}


def pseudonym_key(salt: str) -> bytes:
    """The key that a salt stands for: 64 bytes, one block of SHA-256."""
    return hashlib.sha512(b"asrun pseudonym\0" + salt.encode()).digest()


def pseudonym(key: bytes, text: str) -> str:
    """The pseudonym of one value, as landing computes it: blanks at the ends do not count."""
    return hashlib.sha256(key + text.strip(" ").encode()).hexdigest()[:PSEUDONYM_LENGTH]


def plain_text(expression: str, kind: str) -> str:
    """A landed value as trimmed text, NULL where blank; whole numbers without a decimal point."""
    if kind == "VARCHAR":
        return f"nullif(trim({expression}), '')"
    if kind == "DOUBLE":
        return (
            f"CASE WHEN {expression} = trunc({expression}) AND abs({expression}) < 1e15 "
            f"THEN CAST(CAST({expression} AS BIGINT) AS VARCHAR) ELSE CAST({expression} AS VARCHAR) END"
        )
    return f"CAST({expression} AS VARCHAR)"


def protected_expression(
    rule: ColumnRule, expression: str, kind: str, values: dict[str, object], key: bytes | None
) -> tuple[str, str]:
    """The protected form of an expression and its landed type; what it binds goes into `values`. Not for drop.

    What can't be made coarse (a text that is no instant, no number) becomes NULL: it must not go through as it is.
    """
    text = plain_text(expression, kind)
    if rule.action == "hash":
        if key is None:
            raise WarehouseError(Problem(f"the column '{rule.column}' is to be hashed, but there is no salt."))
        values["secret_key"] = key
        return f"left(sha256($secret_key || encode({text})), {PSEUDONYM_LENGTH})", "VARCHAR"
    if rule.first is not None:
        return f"left({text}, {int(rule.first)})", "VARCHAR"
    if rule.step is not None:
        return _stepped(rule.step, text, kind, values)
    unit = rule.unit or "year"
    if kind in {"TIMESTAMP", "TIMESTAMPTZ"}:
        return f"date_trunc('{unit}', {expression})", kind
    return _cut_text(rule, unit, text, values), "VARCHAR"


def _stepped(step: str, text: str, kind: str, values: dict[str, object]) -> tuple[str, str]:
    """A number rounded down to a multiple of a step, in decimals: 0.3 is three steps of 0.1."""
    name = _bind(values, "step", step)
    number = f"TRY_CAST({text} AS DECIMAL(28, 9))"
    width = f"CAST(${name} AS DECIMAL(18, 9))"
    rounded = f"({number} - (({number} % {width}) + {width}) % {width})"
    is_whole = "." not in step
    if kind == "DOUBLE":
        return f"CAST({rounded} AS DOUBLE)", "DOUBLE"
    if is_whole:
        whole = f"CAST({rounded} AS BIGINT)"
        return (whole, "BIGINT") if kind == "BIGINT" else (f"CAST({whole} AS VARCHAR)", "VARCHAR")
    return f"CAST(CAST({rounded} AS DOUBLE) AS VARCHAR)", "VARCHAR"


def _cut_text(rule: ColumnRule, unit: str, text: str, values: dict[str, object]) -> str:
    """An instant in text, cut and written again: in its own format where one is given, else as ISO 8601."""
    if rule.format is not None:
        form = _bind(values, "form", rule.format)
        found = f"try_strptime({text}, ${form})"
        if "%z" in rule.format or "%Z" in rule.format:
            found = f"timezone('UTC', {found})"
        return f"strftime(date_trunc('{unit}', {found}), ${form})"
    has_offset = f"regexp_matches({text}, '([Zz]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$') AND contains({text}, ':')"
    in_utc = f"timezone('UTC', TRY_CAST({text} AS TIMESTAMPTZ))"
    form = _TEXT_FORM.get(unit, "%Y-%m-%d")
    return (
        f"CASE WHEN {has_offset} THEN strftime(date_trunc('{unit}', {in_utc}), '%Y-%m-%dT%H:%M:%SZ') "
        f"ELSE strftime(date_trunc('{unit}', TRY_CAST({text} AS TIMESTAMP)), '{form}') END"
    )


def _bind(values: dict[str, object], prefix: str, value: object) -> str:
    name = f"{prefix}_{sum(key.startswith(prefix + '_') for key in values)}"
    values[name] = value
    return name


def protect_columns(
    columns: Sequence[tuple[str, str, str]], protection: Protection, values: dict[str, object]
) -> tuple[tuple[str, str, str], ...]:
    """Incoming columns (name, expression, landed type) in their protected form; dropped ones are not among them."""
    result = []
    for name, expression, kind in columns:
        rule = protection.rule_of(name)
        if rule is None:
            result.append((name, expression, kind))
        elif rule.action != "drop":
            result.append((name, *protected_expression(rule, expression, kind, values, protection.key)))
    return tuple(result)


def check_protected(
    protection: Protection, names: Sequence[str], *, seen: Sequence[str], key: Sequence[str], where: str
) -> tuple[str, ...]:
    """The columns that are protected in a content; `seen` are those that the source had before.

    Raises `WarehouseError` where a rule names a column that the source never had (a slip would let it through), or
    spells one otherwise than the content does, or drops a column of the key.
    """
    problems = []
    present = set(names)
    folded = {" ".join(name.split()).casefold(): name for name in names}
    for rule in protection.rules:
        if rule.column in present:
            if rule.action == "drop" and rule.column in key:
                problems.append(
                    Problem(f"protect drops '{rule.column}', which the key of the source needs.", where, "Hash it.")
                )
            continue
        near = folded.get(" ".join(rule.column.split()).casefold())
        if near is not None:
            problems.append(
                Problem(
                    f"protect names the column '{rule.column}', which is written '{near}' here.",
                    where,
                    "Write it as the source does; nothing of it was landed.",
                )
            )
        elif rule.is_required and rule.column not in seen:
            problems.append(
                Problem(
                    f"protect names the column '{rule.column}', which the source does not have.",
                    where,
                    f"Columns found: {', '.join(names) or 'none'}. Nothing of it was landed.",
                )
            )
    if problems:
        raise WarehouseError(*problems)
    return tuple(rule.column for rule in protection.rules if rule.column in present)
