"""The named queries: one SELECT a file, with a header, and the row class that each one fills."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import ClassVar, Protocol

QueryValue = str | int | float | bool | datetime | Sequence[str] | None
"""What may be bound to a parameter of a query."""


class QueryRow(Protocol):
    """A frozen row class; `QUERY` names the file in `queries/` whose columns are its fields."""

    QUERY: ClassVar[str]

    def __init__(self, **columns: object) -> None: ...


COUNTS_SINCE = {10: "case_counts", 12: "deviation_groups"}
"""The layouts of the snapshot from which on figures are read from counts (of cases and limits, then also of findings
and of elements), each with a view that every process has had since its first night of that layout."""


@cache
def statement(name: str) -> str:
    """The text of a named query (`queries/<name>.sql`), header included."""
    return (files("warehouse.reading") / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def prepared_for(name: str) -> tuple[str, ...]:
    """The prepared tables (`prepared/<name>.sql`) that a named query reads, as its header says."""
    found = re.search(r"^-- prepared: +(.*)$", statement(name), re.MULTILINE)
    return tuple(found[1].split(", ")) if found else ()


@cache
def preparation(name: str, layout: int | None = None) -> str:
    """The statement that makes a prepared table of the session: what several queries need, read once.

    A snapshot of an earlier `layout` may have it elsewhere (`prepared/before_<version>/<name>.sql`).
    """
    folder = files("warehouse.reading") / "prepared"
    for since in COUNTS_SINCE:
        former = folder / f"before_{since}" / f"{name}.sql"
        if layout is not None and layout < since and former.is_file():
            return former.read_text(encoding="utf-8")
    return (folder / f"{name}.sql").read_text(encoding="utf-8")


def statement_names() -> list[str]:
    """The names of all queries, sorted."""
    folder = files("warehouse.reading") / "queries"
    return sorted(entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql"))
