"""The macros that a snapshot brings for its analysts: one .sql file each, documented in its own COMMENT.

DuckDB looks up the tables in a macro where its caller looks up tables. So with the file attached under a name, say `USE
name` first (or `SET search_path = 'memory,name'`); opened as a database of its own it needs nothing.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib.resources import files

import duckdb

from warehouse.sql_step import quoted

_HEADER = re.compile(r"^-- (\w+): +(.*)$", re.MULTILINE)
_PARTS = ("what", "arguments", "gives", "example")


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro with what its comment says; a table macro stands in FROM, a scalar one wherever a value may stand."""

    name: str
    sql: str
    is_table: bool
    what: str
    arguments: str
    gives: str
    example: str

    @property
    def comment(self) -> str:
        """What the snapshot says of it: the meaning, and a line each for arguments, result and an example."""
        return f"{self.what}\nArguments: {self.arguments}\nGives: {self.gives}\nExample: {self.example}"


@functools.cache
def macros() -> tuple[Macro, ...]:
    """All macros of `macros/*.sql`, by name."""
    found = []
    for entry in files("warehouse").joinpath("mart", "macros").iterdir():
        if entry.name.endswith(".sql"):
            sql = entry.read_text(encoding="utf-8")
            header = dict(_HEADER.findall(sql))
            name = entry.name.removesuffix(".sql")
            found.append(Macro(name, sql, "AS TABLE" in sql, *(header[part] for part in _PARTS)))
    return tuple(sorted(found, key=lambda macro: macro.name))


def make_macros(connection: duckdb.DuckDBPyConnection) -> int:
    """Make all macros anew in the schema in use, and comment on them; how many. Call it inside a transaction.

    Cost: milliseconds; nothing is read. Doing it again changes nothing.
    """
    for macro in macros():
        connection.execute(macro.sql)
        kind = "MACRO TABLE" if macro.is_table else "MACRO"
        text = macro.comment.replace("'", "''")
        connection.execute(f"COMMENT ON {kind} {quoted(macro.name)} IS '{text}'")
    return len(macros())
