"""All gates asked about what arrived, in one pass over the rows at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mining.quality import distorted_pairs
from pipelines.quality.bands import told_nulls, told_stale, told_unanchored
from pipelines.quality.compiling import gate_settings
from pipelines.quality.finding import Finding, counted, shown
from pipelines.quality.rows import row_gates, told_rejected, told_rows
from pipelines.quality.volume import told_volume
from pipelines.workspace.load import Process
from pipelines.workspace.quality_section import Quality
from warehouse.gates.arrivals import Arrivals, choose_and_map, lay_out
from warehouse.gates.figures import LoadFigures, earlier_figures, measure
from warehouse.gates.patterns import (
    activities_at_hand,
    find_patterns,
    known_activities,
    labels,
    rejected,
    shapes,
    unmapped_instants,
)
from warehouse.gates.rows import find_rows
from warehouse.gates.settings import PATTERN_GATES, GateSettings
from warehouse.specification import ProcessSpec
from warehouse.store import Store

NamesOfStandard = Callable[[], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the gates answer, and the figures of the loads for later nights to be compared with."""

    findings: tuple[Finding, ...]
    figures: tuple[LoadFigures, ...]


def ask_row_gates(
    store: Store,
    process: Process,
    spec: ProcessSpec,
    load_ids: Sequence[int],
    names: NamesOfStandard,
    *,
    carries: bool = False,
) -> tuple[Arrivals, GateSettings, list[Finding]]:
    """Lay the rows of these loads out and ask the row gates; their findings stand in `temp.gate_findings`."""
    quality = process.file.quality
    choose_and_map(store, spec, load_ids, carries=carries)
    known = frozenset(known_activities(store, spec.name))
    unknown = [name for name in activities_at_hand(store) if name not in known] if known else []
    if unknown and quality.unknown_activity.level != "off":
        # the standard is read only where a name is new: a large drawing takes its time
        of_standard = names()
        unknown = [name for name in unknown if name not in of_standard]
    settings = gate_settings(process, spec, unknown_activities=tuple(unknown))
    arrivals = lay_out(store, spec, load_ids, settings)
    found = find_rows(store, spec, settings, row_gates(quality))
    return arrivals, settings, told_rows(found, arrivals, quality, spec, is_first_night=not known)


def ask_gates(
    store: Store,
    process: Process,
    spec: ProcessSpec,
    load_ids: Sequence[int],
    *,
    names: NamesOfStandard,
    asked_at: datetime,
    carries: bool = False,
) -> Answers:
    """Ask every gate that is on about the loads given; `asked_at` stands for sources that brought nothing.

    `carries`: the mapped rows go into the file that shaping takes up (see `warehouse.log.carried`). Cost: it grows with
    the rows of these loads; earlier ones are known by their figures.
    """
    quality = process.file.quality
    findings: list[Finding] = []
    figures: dict[str, tuple[LoadFigures, ...]] = {}
    arrivals: Arrivals | None = None
    if load_ids:
        arrivals, settings, findings = ask_row_gates(store, process, spec, load_ids, names, carries=carries)
        findings += told_rejected(rejected(store), arrivals, quality)
        findings += _patterns(store, quality, settings, arrivals)
        findings += _distorted(store, quality, arrivals, known_activities(store, spec.name))
        held = tuple(each.gate for each in findings if is_held(quality, each))
        for arrived in arrivals.sources:
            figures[arrived.source.name] = measure(store, spec, arrived.source_no, arrived.source, without=held)
    for source in spec.sources:
        new = figures.get(source.name, ())
        earlier = earlier_figures(store, spec.name, source.name)
        asked = max((load.asked_at for load in new), default=asked_at)
        findings += _of_source(store, process, spec, source.name, arrivals, earlier, new, asked_at=asked)
    return Answers(tuple(findings), tuple(load for loads in figures.values() for load in loads))


def is_held(quality: Quality, finding: Finding) -> bool:
    """Whether a finding's rows are held back."""
    level = quality.gate(finding.gate).level
    return finding.outcome == "found" and str(level) == "quarantine" and not finding.is_too_much


def _of_source(
    store: Store,
    process: Process,
    spec: ProcessSpec,
    name: str,
    arrivals: Arrivals | None,
    earlier: tuple[LoadFigures, ...],
    new: tuple[LoadFigures, ...],
    *,
    asked_at: datetime,
) -> list[Finding]:
    """The gates that look at one source as a whole."""
    quality = process.file.quality
    arrived = next((each for each in arrivals.sources if each.source.name == name), None) if arrivals else None
    kind = next(source.kind for source in spec.sources if source.name == name)
    findings = []
    if quality.stale.level != "off" and kind != "cases":
        findings.append(told_stale(name, quality.stale, earlier, new, asked_at=asked_at))
    if arrived is None:
        return findings
    if quality.nulls.level != "off":
        findings.append(told_nulls(name, quality.nulls, earlier, new))
    if quality.duplicates.level != "off" and (arrived.source.key or not arrived.source.keep_duplicates):
        too_many = arrived.duplicates > quality.duplicates.above * arrived.rows
        findings.append(
            Finding(
                "duplicates",
                name,
                "found" if too_many else "passed",
                arrived.duplicates,
                arrived.rows,
                f"{counted(arrived.duplicates, arrived.rows)} repeat another row of their load" if too_many else "",
            )
        )
    if kind == "cases":
        return findings
    if quality.volume.level != "off":
        findings.append(told_volume(name, quality.volume, earlier, new, time_zone=process.time_zone))
    if quality.unanchored.level != "off":
        ways = shapes(store, spec, arrived.source_no, arrived.source)
        findings.append(told_unanchored(name, quality.unanchored, ways, earlier, new))
    if quality.scattered_event.level != "off":
        columns = [each.column for each in unmapped_instants(store, spec, arrived.source_no, arrived.source)]
        told = f"instants that nothing maps stand in {_few(columns)}" if columns else ""
        found = Finding("scattered_event", name, "found" if columns else "passed", None, arrived.rows, told)
        findings.append(found)
    return findings


def _patterns(store: Store, quality: Quality, settings: GateSettings, arrivals: Arrivals) -> list[Finding]:
    """The gates that look at all sources together."""
    asked = sum(arrived.usable for arrived in arrivals.sources)
    found = find_patterns(store, settings)
    findings = []
    for gate in PATTERN_GATES:
        if quality.gate(gate).level == "off":
            continue
        mine = [each for each in found if each.gate == gate]
        told = "; ".join(shown_long(each.found) for each in mine[:3])
        more = f"; and {len(mine) - 3} more" if len(mine) > 3 else ""
        rows = min(asked, sum(each.rows for each in mine))
        findings.append(Finding(gate, None, "found" if mine else "passed", rows, asked, told + more))
    return findings


def _distorted(store: Store, quality: Quality, arrivals: Arrivals, known: Sequence[str]) -> list[Finding]:
    """Names at hand that read like another one, at hand or known from before."""
    if quality.distorted_label.level == "off":
        return []
    asked = sum(arrived.usable for arrived in arrivals.sources)
    at_hand = dict(labels(store))
    # how often a name stood in earlier loads is not counted: often, for it was let through
    counts = {**dict.fromkeys(known, 10 * asked), **at_hand}
    pairs = [pair for pair in distorted_pairs(counts) if at_hand.keys() & set(pair)]
    told = "; ".join(f"'{shown(rarer)}' reads like '{shown(commoner)}'" for rarer, commoner in pairs[:3])
    more = f"; and {len(pairs) - 3} more" if len(pairs) > 3 else ""
    rows = sum(at_hand.get(name, 0) for name in {rarer for rarer, _ in pairs})
    return [Finding("distorted_label", None, "found" if pairs else "passed", rows, asked, told + more)]


def shown_long(text: str) -> str:
    """A finding in words with texts of the data, on one line, cut at two hundred characters."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= 200 else f"{line[:197]}..."


def _few(names: Sequence[str]) -> str:
    told = ", ".join(f"'{shown(name)}'" for name in names[:8])
    return f"{told} and {len(names) - 8} more" if len(names) > 8 else told
