"""The five headline figures of each process, for a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.report.words import words_for
from warehouse.reading.adhoc import run_query

_FIGURES = {
    "conformance_rate": "conformance rate",
    "limits_met_rate": "limits met",
    "cycle_p50_seconds": "median cycle time",
    "deviations": "deviations",
    "recoverable_seconds": "recoverable time",
}

_SQL = """
    SELECT process, period, figure, value, previous, better FROM headlines
    WHERE figure IN ('conformance_rate', 'limits_met_rate', 'cycle_p50_seconds', 'deviations', 'recoverable_seconds')
        AND period <> 'now'
    QUALIFY period = min(period) OVER (PARTITION BY process)
    ORDER BY process
"""


def headline_view(snapshot: Path) -> RenderableType:
    """Five figures of the last complete period against the one before (the whole log where there is none)."""
    rows = run_query(snapshot, _SQL).to_pylist()
    view = Table(title="Headlines", header_style="bold")
    for name in ("process", "period", "figure"):
        view.add_column(name)
    view.add_column("value", justify="right")
    view.add_column("before", justify="right")
    order = list(_FIGURES)
    for row in sorted(rows, key=lambda row: (row["process"], order.index(row["figure"]))):
        view.add_row(
            Text(row["process"]),
            row["period"],
            _FIGURES[row["figure"]],
            _shown(row["figure"], row["value"]),
            _shown(row["figure"], row["previous"]),
        )
    return view


def _shown(figure: str, value: float | None) -> str:
    """A figure in the words of the report, so that the terminal and the page round it alike."""
    words = words_for("en", "UTC")
    if figure.endswith("_rate"):
        return words.percent(value)
    if figure.endswith("_seconds"):
        return words.duration(value)
    return words.number(value)
