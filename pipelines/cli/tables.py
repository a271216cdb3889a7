"""Query results, the schema, worked queries and kept snapshots as tables for a terminal."""

from __future__ import annotations

import difflib
from zoneinfo import ZoneInfo

import pyarrow as pa
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.cli.console import plain
from pipelines.errors import BadInput, Problem
from warehouse.archive import ArchiveSettings, KeptSnapshot
from warehouse.reading.examples import Example
from warehouse.reading.schema import ColumnSchema, MacroSchema, TableSchema

MOST_ROWS = 200


def table_view(table: pa.Table) -> RenderableType:
    """A result as a table; beyond 200 rows it says how many more there are."""
    view = Table(header_style="bold")
    for name, kind in zip(table.column_names, table.schema.types, strict=True):
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        view.add_column(Text(plain(name)), justify="right" if is_number else "left")
    columns = [column.to_pylist() for column in table.slice(0, MOST_ROWS).columns]
    for row in zip(*columns, strict=True):
        view.add_row(*(Text("" if value is None else plain(str(value))) for value in row))
    if table.num_rows <= MOST_ROWS:
        return view
    count = table.num_rows - MOST_ROWS
    more = f"... and {count:,} more rows: write them to a file with --output, or all with --format csv"
    return Group(view, Text(more, style="dim"))


def schema_view(tables: tuple[TableSchema, ...], macros: tuple[MacroSchema, ...], name: str | None) -> RenderableType:
    """All tables and macros with what they are, or one of them in full."""
    if name is None:
        view = Table("table", "one row is", header_style="bold", box=None)
        for table in tables:
            view.add_row(Text(table.name), Text(table.comment))
        if not macros:
            return view
        called = Table("macro", "what it gives", header_style="bold", box=None)
        for macro in macros:
            called.add_row(Text(f"{macro.name}({', '.join(macro.arguments)})"), Text(macro.comment.split("\n")[0]))
        return Group(view, Text(""), called)
    for table in tables:
        if table.name == name:
            return _columns_view(table.comment, table.columns)
    for macro in macros:
        if macro.name == name:
            told = Text(f"{macro.name}({', '.join(macro.arguments)})\n{macro.comment}")
            return Group(told, Text(""), _columns_view("", macro.columns)) if macro.columns else told
    known = [table.name for table in tables] + [macro.name for macro in macros]
    near = difflib.get_close_matches(name, known, n=1)
    raise BadInput(
        Problem(
            f"the snapshot has no table '{name}'.", "", f"Did you mean '{near[0]}'?" if near else "See: asrun schema"
        )
    )


def _columns_view(title: str, columns: tuple[ColumnSchema, ...]) -> RenderableType:
    view = Table("column", "type", "meaning", header_style="bold", box=None, title=Text(title) if title else None)
    for column in columns:
        view.add_row(Text(column.name), Text(column.type), Text(column.comment))
    return view


def examples_view(examples: tuple[Example, ...], process: str) -> RenderableType:
    """The worked queries with their SQL, as it can be pasted elsewhere."""
    shown: list[RenderableType] = []
    for example in examples:
        shown.append(Text(f"{example.number}. {example.name}", style="bold"))
        shown.append(Text(f"   {example.question_en}\n   {example.question_zh}\n   gives: {example.gives}"))
        sql = "\n".join(f"      {line}" for line in example.for_process(process).splitlines())
        shown.append(Text(f"{sql}\n", style="dim"))
    shown.append(Text("Run one with: asrun query --example 1 (or its name), about another process with --process"))
    return Group(*shown)


def snapshots_view(kept: tuple[KeptSnapshot, ...], settings: ArchiveSettings) -> RenderableType:
    """The snapshots, newest first, with their sizes and what stays for how long."""
    zone = ZoneInfo(settings.time_zone)
    view = Table("published", "file", header_style="bold", box=None)
    view.add_column("size", justify="right")
    view.add_column("")
    for each in reversed(kept):
        view.add_row(
            f"{each.published_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            Text(each.path.name),
            f"{each.size / 1e6:,.1f} MB",
            "present" if each.is_current else f"--at {each.published_at.astimezone(zone):%Y-%m-%d}",
        )
    earlier = sum(each.size for each in kept if not each.is_current)
    told = (
        f"{earlier / 1e6:,.1f} MB of earlier snapshots; kept: the last of each of {settings.keep_days} days and of "
        f"{settings.keep_monthly} months ({settings.time_zone}), see [snapshots] in asrun.toml"
    )
    return Group(view, Text(told, style="dim"))
