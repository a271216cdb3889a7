"""What a report says, before any words or markup: figures, tables and pictures of one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.report.charts import Histogram, Pareto, Trend
from pipelines.report.picture import Picture
from pipelines.report.process_map import ProcessMap
from pipelines.report.words import Language
from pipelines.workspace.protection_section import NamesShown
from warehouse.reading.rows import (
    CaseStateRow,
    CycleSummaryRow,
    DeviationGroupRow,
    DiscoveredModelRow,
    DueRow,
    HotspotRow,
    IndicatorRow,
    LimitRow,
    LoadRow,
    ProcessRow,
    QuarantineRow,
    RunRow,
    StandardRow,
    VariantRow,
)


@dataclass(frozen=True, slots=True)
class Card:
    """A headline figure: the last complete period against the one before, and the whole log.

    `form` is percent, duration or number; `verdict` good, bad or even (no change, or neither is better).
    """

    figure: str
    form: str
    period: str | None
    value: float | None
    previous: float | None
    change: float | None
    verdict: str
    target: float | None
    whole: float | None


@dataclass(frozen=True, slots=True)
class FlowSection:
    """The designed flow, the whole first and then what is drawn apart; `problem` says why there is no picture of it.

    `elsewhere` counts the cases of deviations that stand at no element of the drawing.
    """

    standard: StandardRow | None
    pictures: tuple[Picture, ...]
    problem: str | None
    versions: tuple[StandardRow, ...]
    elsewhere: int
    at_elements: int


@dataclass(frozen=True, slots=True)
class DeviationSection:
    """Groups of deviations, the gravest first; `left_out` groups are not shown.

    `resolved` ones of earlier nights are in no other figure.
    """

    groups: tuple[DeviationGroupRow, ...]
    left_out: int
    findings: int
    by_kind: tuple[tuple[str, int], ...]
    resolved: int


@dataclass(frozen=True, slots=True)
class Place:
    """A hotspot with, for activities, the mean waiting and processing beside the measure that ranks it."""

    row: HotspotRow
    waiting_mean: float | None
    processing_mean: float | None


@dataclass(frozen=True, slots=True)
class HotspotTable:
    """The first places of a kind, ranked by one measure; `left_out` places are not shown."""

    kind: str
    measure: str
    places: tuple[Place, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class HotspotSection:
    """Where time goes in a period; the chart shows recoverable time, or total time where nothing can be compared."""

    period: str
    tables: tuple[HotspotTable, ...]
    pareto: Pareto | None
    pareto_kind: str
    pareto_measure: str
    pareto_figure: str


@dataclass(frozen=True, slots=True)
class Report:
    """One process in figures; `case_links` gives the address of a case in the source system, where there is one.

    `names` says what of people is among them.
    """

    process: ProcessRow
    languages: tuple[Language, ...]
    product: str
    last_period: str | None
    cards: tuple[Card, ...]
    indicators: tuple[IndicatorRow, ...]
    states: tuple[CaseStateRow, ...]
    due: tuple[DueRow, ...]
    due_left_out: int
    flow: FlowSection
    map: ProcessMap | None
    models: tuple[DiscoveredModelRow, ...]
    deviations: DeviationSection
    hotspots: HotspotSection
    cycle: CycleSummaryRow | None
    histogram: Histogram | None
    trend: Trend | None
    limits: tuple[LimitRow, ...]
    variants: tuple[VariantRow, ...]
    variants_left_out: int
    loads: tuple[LoadRow, ...]
    loads_left_out: int
    quarantine: tuple[QuarantineRow, ...]
    runs: tuple[RunRow, ...]
    case_links: Mapping[str, str]
    names: NamesShown = "team"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A process in the index, with the name of its file and its headline figures."""

    process: ProcessRow
    file: str
    last_period: str | None
    cards: tuple[Card, ...]
