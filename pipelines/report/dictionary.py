"""The data dictionary of a snapshot: every table, view and macro with its columns, types and meanings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.reading.schema import ColumnSchema, TableSchema, macros_of, schema_of
from warehouse.reading.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class MacroComment:
    """What the comment on a macro says, in its parts; empty where it does not."""

    what: str
    arguments: str
    gives: str
    example: str


@dataclass(frozen=True, slots=True)
class MacroEntry:
    """A macro of the dictionary; `columns` are those of a table macro, without meanings."""

    name: str
    is_table: bool
    arguments: tuple[str, ...]
    comment: MacroComment
    columns: tuple[ColumnSchema, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All that a snapshot publishes, by name."""

    product: str
    tables: tuple[TableSchema, ...]
    macros: tuple[MacroEntry, ...]


def build_dictionary(snapshot_path: Path | str) -> Dictionary:
    """The dictionary of a snapshot, from the comments in it. Raises `WarehouseError` as `Snapshot` does."""
    with Snapshot(snapshot_path) as snapshot:
        product = snapshot.product
    return Dictionary(
        product=product,
        tables=schema_of(snapshot_path),
        macros=tuple(
            MacroEntry(macro.name, macro.is_table, macro.arguments, macro_comment(macro.comment), macro.columns)
            for macro in macros_of(snapshot_path)
        ),
    )


def macro_comment(text: str) -> MacroComment:
    """The parts of a macro's comment: a line each, the later ones with their label in front."""
    first, *lines = text.split("\n")
    told = {label: value for label, _, value in (line.partition(": ") for line in lines)}
    return MacroComment(first, told.get("Arguments", ""), told.get("Gives", ""), told.get("Example", ""))
