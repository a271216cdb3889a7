"""Building the report of a process from the published snapshot: every figure is aggregated in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mining.errors import MiningError
from pipelines.errors import BadInput, Problem
from pipelines.report.charts import Histogram, Trend, bin_width, draw_histogram, draw_pareto, draw_trend
from pipelines.report.flow_picture import draw_flow
from pipelines.report.links import case_link
from pipelines.report.model import (
    Card,
    DeviationSection,
    FlowSection,
    HotspotSection,
    HotspotTable,
    IndexEntry,
    Place,
    Report,
)
from pipelines.report.picture import Picture
from pipelines.report.process_map import draw_process_map
from pipelines.report.words import LANGUAGES, Language, local_month
from pipelines.workspace.protection_section import NamesShown
from warehouse.reading import rows
from warehouse.reading.snapshot import Snapshot

FIGURES = {
    "conformance_rate": "percent",
    "limits_met_rate": "percent",
    "cases_ended": "number",
    "cycle_p50_seconds": "duration",
    "cycle_p90_seconds": "duration",
    "deviations": "number",
    "open_cases": "number",
    "open_at_risk": "number",
    "recoverable_seconds": "duration",
}
"""The headline figures in the order of the cards, with their form."""

_MEASURES = ("sojourn", "cycle", "waiting", "processing")  # the measure that ranks a kind: the first that it has
_KINDS = ("activity", "handover", "role", "resource", "segment", "hour")
_HIDDEN: dict[NamesShown, tuple[str, ...]] = {"team": ("resource",), "person": (), "none": ("resource", "role")}
_BINS = 30


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows of each table a report shows; what is left out is always counted."""

    deviations: int = 40
    places: int = 10
    due: int = 25
    variants: int = 10
    loads: int = 12


def build_report(
    snapshot: Snapshot,
    process: str,
    *,
    languages: Sequence[Language] = LANGUAGES,
    sizes: Sizes = Sizes(),
    names: NamesShown = "team",
) -> Report:
    """The report of a process, from the snapshot alone; equal for equal snapshots.

    `languages` are those of the page, the first one first. `names`: with team the places where time goes are roles, and
    people's names are never read, nor rows in quarantine as a whole; with person they are; with none neither roles nor
    people. Raises `BadInput` for an unknown process.
    """
    found = _process(snapshot.read(rows.ProcessRow), process)
    headlines = snapshot.read(rows.HeadlineRow, process=process)
    trend = snapshot.read(rows.TrendRow, process=process)
    as_of_month = local_month(found.as_of, found.time_zone) if found.as_of else None
    last = _last_period(headlines, trend, as_of_month)
    groups = snapshot.read(rows.DeviationGroupRow, process=process, period=last or "")
    due = snapshot.read(rows.DueRow, process=process, top=sizes.due)
    variants = snapshot.read(rows.VariantRow, process=process, top=sizes.variants)
    loads = snapshot.read(rows.LoadRow, process=process, top=sizes.loads)
    cycle, histogram = _cycle(snapshot, process)
    shown = groups[: sizes.deviations]
    cards = _cards(headlines, last)
    return Report(
        process=found,
        languages=tuple(languages),
        product=snapshot.product,
        last_period=last,
        cards=cards,
        indicators=tuple(snapshot.read(rows.IndicatorRow, process=process, period=last or "")),
        states=tuple(snapshot.read(rows.CaseStateRow, process=process)),
        due=tuple(due),
        due_left_out=due[0].total - len(due) if due else 0,
        flow=_flow(snapshot, process, found, groups),
        map=draw_process_map(
            snapshot.read(rows.DirectlyFollowsRow, process=process),
            snapshot.read(rows.ActivityTimesRow, process=process),
        ),
        models=tuple(snapshot.read(rows.DiscoveredModelRow, process=process)),
        deviations=DeviationSection(
            groups=tuple(shown),
            left_out=len(groups) - len(shown),
            findings=sum(group.findings for group in groups),
            by_kind=_by_kind(groups),
            resolved=snapshot.read(rows.ResolvedDeviationsRow, process=process)[0].findings,
        ),
        hotspots=_hotspots(snapshot, process, last, sizes.places, _HIDDEN[names]),
        cycle=cycle,
        histogram=histogram,
        trend=_trend(trend, as_of_month, cards),
        limits=tuple(snapshot.read(rows.LimitRow, process=process)),
        variants=tuple(variants),
        variants_left_out=variants[0].total - len(variants) if variants else 0,
        loads=tuple(loads),
        loads_left_out=loads[0].total - len(loads) if loads else 0,
        quarantine=tuple(snapshot.read(rows.QuarantineRow, process=process, with_rows=names == "person")),
        runs=tuple(snapshot.read(rows.RunRow, process=process)),
        case_links=_case_links(found.case_url, shown, due),
        names=names,
    )


def build_index(snapshot: Snapshot) -> tuple[IndexEntry, ...]:
    """The processes of the snapshot with their headline figures, by name."""
    entries = []
    for process in snapshot.read(rows.ProcessRow):
        headlines = snapshot.read(rows.HeadlineRow, process=process.process)
        last = _last_period(headlines, [], None)
        entries.append(
            IndexEntry(
                process=process,
                file=f"{process.process}.html",
                last_period=last,
                cards=_cards(headlines, last),
            )
        )
    return tuple(entries)


def _process(known: Sequence[rows.ProcessRow], process: str) -> rows.ProcessRow:
    for row in known:
        if row.process == process:
            return row
    raise unknown_process(process, [row.process for row in known])


def unknown_process(process: str, known: Sequence[str]) -> BadInput:
    """The error for a process that the snapshot does not hold, with the nearest names."""
    near = get_close_matches(process, known, n=3, cutoff=0.4) or sorted(known)[:5]
    return BadInput(
        Problem(
            what=f"the snapshot holds no process '{process}'.",
            todo=f"Nearest names: {', '.join(near)}." if near else "It holds none at all: run `asrun run` first.",
        )
    )


def _last_period(
    headlines: Iterable[rows.HeadlineRow], trend: Iterable[rows.TrendRow], as_of_month: str | None
) -> str | None:
    stated = sorted({row.period for row in headlines} - {"all", "now"})
    if stated:
        return stated[-1]
    ended = sorted(row.period for row in trend if as_of_month is None or row.period < as_of_month)
    return ended[-1] if ended else None


def _cards(headlines: Sequence[rows.HeadlineRow], last: str | None) -> tuple[Card, ...]:
    by_figure: dict[str, dict[str, rows.HeadlineRow]] = {}
    for row in headlines:
        by_figure.setdefault(row.figure, {})[row.period] = row
    cards = []
    for figure in [*FIGURES, *sorted(set(by_figure) - set(FIGURES))]:
        of_period = by_figure.get(figure)
        if not of_period:
            continue
        whole = of_period.get("all")
        row = of_period.get(last or "") or of_period.get("now") or whole or next(iter(of_period.values()))
        change = None if row.value is None or row.previous is None else row.value - row.previous
        verdict = "even"
        if change and row.better in {"higher", "lower"}:
            verdict = "good" if (change > 0) == (row.better == "higher") else "bad"
        cards.append(
            Card(
                figure=figure,
                form=FIGURES.get(figure, "number"),
                period=row.period,
                value=row.value,
                previous=row.previous,
                change=change,
                verdict=verdict,
                target=row.target,
                whole=whole.value if whole is not None and whole is not row else None,
            )
        )
    return tuple(cards)


def _flow(
    snapshot: Snapshot, process: str, found: rows.ProcessRow, groups: Sequence[rows.DeviationGroupRow]
) -> FlowSection:
    versions = snapshot.read(rows.StandardRow, process=process)
    standard = _in_force(versions, found)
    pictures: tuple[Picture, ...] = ()
    problem, at_elements = None, 0
    if standard is not None:
        version = standard.standard_version
        deviations = {
            row.element_id: row
            for row in snapshot.read(rows.ElementDeviationsRow, process=process, standard_version=version)
        }
        at_elements = sum(row.findings for row in deviations.values())
        times = {
            row.element_id: row
            for row in snapshot.read(rows.ElementTimesRow, process=process, standard_version=version)
        }
        try:
            if standard.flow_bpmn:
                pictures = draw_flow(
                    standard.flow_bpmn,
                    source=f"{process} {version}",
                    times=times,
                    deviations=deviations,
                    participant=standard.participant,
                    called_flows=standard.called_flows,
                )
        except MiningError as error:
            problem = str(error)
    return FlowSection(
        standard=standard,
        pictures=pictures,
        problem=problem,
        versions=tuple(versions),
        elsewhere=max(0, sum(group.findings for group in groups) - at_elements),
        at_elements=at_elements,
    )


def _in_force(versions: Sequence[rows.StandardRow], process: rows.ProcessRow) -> rows.StandardRow | None:
    """The approved version in force at as_of; else the newest approved one; else the newest draft."""
    approved = [row for row in versions if row.approved_by]
    for row in approved:  # newest first
        if process.as_of is None or row.valid_from is None or row.valid_from <= process.as_of:
            return row
    return next(iter(approved or versions), None)


def _by_kind(groups: Sequence[rows.DeviationGroupRow]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for group in groups:
        kind = group.kind or ""
        counts[kind] = counts.get(kind, 0) + group.findings
    return tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def _hotspots(snapshot: Snapshot, process: str, last: str | None, top: int, hidden: tuple[str, ...]) -> HotspotSection:
    period = last or "all"
    found = snapshot.read(rows.HotspotRow, process=process, period=period, top=300, hidden=hidden)
    if not found and period != "all":
        period = "all"
        found = snapshot.read(rows.HotspotRow, process=process, period=period, top=300, hidden=hidden)
    groups: dict[tuple[str, str], list[rows.HotspotRow]] = {}
    for row in found:
        groups.setdefault((row.kind, row.measure), []).append(row)
    tables = []
    for kind in (*_KINDS, *sorted({kind for kind, _ in groups} - set(_KINDS))):
        measure = next((measure for measure in _MEASURES if (kind, measure) in groups), None)
        if measure is None:
            continue
        ranked = groups[kind, measure]
        waiting = {row.place: row.mean_seconds for row in groups.get((kind, "waiting"), [])}
        processing = {row.place: row.mean_seconds for row in groups.get((kind, "processing"), [])}
        shown = ranked[:top]
        tables.append(
            HotspotTable(
                kind=kind,
                measure=measure,
                places=tuple(Place(row, waiting.get(row.place), processing.get(row.place)) for row in shown),
                left_out=ranked[0].places - len(shown),
            )
        )
    pareto, figure = None, "recoverable"
    if tables:
        ranked = groups[tables[0].kind, tables[0].measure]
        pareto = draw_pareto([(row.place or "", row.recoverable_seconds or 0.0) for row in ranked])
        if pareto is None:
            figure = "total"
            pareto = draw_pareto([(row.place or "", row.total_seconds or 0.0) for row in ranked])
    return HotspotSection(
        period=period,
        tables=tuple(tables),
        pareto=pareto,
        pareto_kind=tables[0].kind if tables else "",
        pareto_measure=tables[0].measure if tables else "",
        pareto_figure=figure,
    )


def _cycle(snapshot: Snapshot, process: str) -> tuple[rows.CycleSummaryRow | None, Histogram | None]:
    summary = snapshot.read(rows.CycleSummaryRow, process=process)[0]
    if not summary.cases:
        return None, None
    width = bin_width(summary.p98 or 0.0)
    counted = snapshot.read(rows.CycleBinRow, process=process, width=width, bins=_BINS)
    drawn = draw_histogram(
        [(row.bin, row.cases) for row in counted],
        bin_seconds=width,
        bins=_BINS,
        p50=summary.p50,
        p90=summary.p90,
    )
    return summary, drawn


def _trend(trend: Sequence[rows.TrendRow], as_of_month: str | None, cards: Sequence[Card]) -> Trend | None:
    target = next((card.target for card in cards if card.figure == "conformance_rate"), None)
    return draw_trend(
        [(row.period, row.ended, row.judged, row.conformant) for row in trend],
        incomplete=as_of_month,
        target=target,
    )


def _case_links(
    template: str | None, groups: Sequence[rows.DeviationGroupRow], due: Sequence[rows.DueRow]
) -> dict[str, str]:
    wanted = {row.case_id for row in due}
    wanted.update(case_id for group in groups for case_id in group.example_cases)
    found = {case_id: case_link(template, case_id) for case_id in sorted(wanted)}
    return {case_id: link for case_id, link in found.items() if link is not None}
