"""Query results and the schema as tables for a terminal."""

from __future__ import annotations

import difflib

import pyarrow as pa
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.cli.console import plain
from pipelines.errors import BadInput, Problem
from warehouse.reading.schema import TableSchema

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


def schema_view(tables: tuple[TableSchema, ...], name: str | None) -> RenderableType:
    """All tables with what a row of each is, or the columns of one."""
    if name is None:
        view = Table("table", "one row is", header_style="bold", box=None)
        for table in tables:
            view.add_row(Text(table.name), Text(table.comment))
        return view
    for table in tables:
        if table.name == name:
            view = Table("column", "type", "meaning", header_style="bold", box=None, title=Text(table.comment))
            for column in table.columns:
                view.add_row(Text(column.name), Text(column.type), Text(column.comment))
            return view
    near = difflib.get_close_matches(name, [table.name for table in tables], n=1)
    raise BadInput(
        Problem(
            f"the snapshot has no table '{name}'.", "", f"Did you mean '{near[0]}'?" if near else "See: asrun schema"
        )
    )
