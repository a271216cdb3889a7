"""One named SQL step: its text from a .sql file, its bound values, and an error that shows all of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import duckdb

from warehouse.errors import Problem, WarehouseError

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_COMMENT = re.compile(r"--[^\n]*")


class StepError(WarehouseError):
    """A SQL step failed: shows its name, its SQL, its values and the cause. A defect of asrun or of the machine."""

    def __init__(self, *, step: str, sql: str, values: Mapping[str, Any], cause: Exception) -> None:
        self.step = step
        self.sql = sql
        # a value whose name begins with secret is for the engine alone
        self.values = {name: value for name, value in values.items() if not name.startswith("secret")}
        shown = ", ".join(f"{name}={_shortened(value)}" for name, value in sorted(self.values.items()))
        super().__init__(
            Problem(
                f"the step '{step}' failed: {cause}\n  values: {shown or 'none'}\n  SQL:\n{_indented(sql)}",
                "warehouse",
            )
        )


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _indented(sql: str) -> str:
    return "\n".join(f"    {line}" for line in sql.strip().splitlines())


@dataclass(frozen=True, slots=True)
class SqlStep:
    """A named statement; `parameters` are the names of the values that it needs."""

    name: str
    sql: str
    parameters: frozenset[str]


@functools.cache
def sql_step(room: str, name: str) -> SqlStep:
    """The step that stands in warehouse/<room>/sql/<name>.sql."""
    text = files("warehouse").joinpath(room, "sql", f"{name}.sql").read_text(encoding="utf-8")
    return SqlStep(name=f"{room}/{name}", sql=text, parameters=frozenset(_PARAMETER.findall(_COMMENT.sub("", text))))


def composed_step(name: str, sql: str) -> SqlStep:
    """A step whose identifiers were composed from the catalogue; values stay `$name`."""
    return SqlStep(name=name, sql=sql, parameters=frozenset(_PARAMETER.findall(_COMMENT.sub("", sql))))


def quoted(identifier: str) -> str:
    """An identifier from the catalogue, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def execute(
    connection: duckdb.DuckDBPyConnection, step: SqlStep, values: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Run one step with bound values (those that it doesn't name are left out).

    Raises `StepError`; interrupts and memory errors of DuckDB come as StepError, too.
    """
    bound = {name: value for name, value in (values or {}).items() if name in step.parameters}
    missing = sorted(step.parameters - bound.keys())
    if missing:
        raise WarehouseError(Problem(f"the step '{step.name}' lacks the values {', '.join(missing)}."))
    try:
        return connection.execute(step.sql, bound) if bound else connection.execute(step.sql)
    except duckdb.Error as error:
        raise StepError(step=step.name, sql=step.sql, values=bound, cause=error) from error
