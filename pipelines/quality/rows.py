"""Gates on single rows and on what the mapping sets aside, asked and told."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.quality.finding import Finding, counted, shown
from pipelines.workspace.quality_section import Missing, Quality, RowGate, TimeTravel
from warehouse.gates.arrivals import Arrivals
from warehouse.gates.patterns import Rejected
from warehouse.gates.rows import RowFinding
from warehouse.gates.settings import MAPPING_GATES, ROW_GATES
from warehouse.specification import ProcessSpec

_TOLD = {
    "future": "lie after the instant at which they were delivered",
    "floor": "lie before the floor",
    "defaults": "stand at the midnight that stands for no instant",
    "before_start": "lie before their case begins",
    "after_end": "are ordinary work after the end of their case",
    "burst": "repeat an activity of their case within moments",
    "no_start": "belong to cases that begin with no activity that starts a case",
    "unknown_activity": "name an activity never seen before",
    "time_travel": "lie off their case by a common slip",
    "missing_instant": "have no instant that can be read",
    "elusive_case": "name no case",
    "start_after_end": "end before they begin",
}

_SAME_CASE = {"before_start", "after_end", "burst", "no_start", "time_travel"}


def row_gates(quality: Quality) -> tuple[str, ...]:
    """The row gates that are on."""
    return tuple(gate for gate in ROW_GATES if quality.gate(gate).level != "off")


def told_rows(
    found: Sequence[RowFinding], arrivals: Arrivals, quality: Quality, spec: ProcessSpec, *, is_first_night: bool
) -> list[Finding]:
    """What the row gates answer for each source with events; a gate that has nothing to go by says why."""
    by_place = {(each.gate, each.source_no): each for each in found}
    findings = []
    for arrived in arrivals.sources:
        if arrived.source.kind == "cases":
            continue
        name = arrived.source.name
        for gate in row_gates(quality):
            reason = _not_told(gate, spec, is_first_night=is_first_night)
            each = by_place.get((gate, arrived.source_no))
            if reason:
                findings.append(Finding(gate, name, "not_told", None, arrived.usable, reason))
            elif each is None:
                findings.append(Finding(gate, name, "passed", 0, arrived.usable))
            else:
                findings.append(_told(each, name, arrived.usable, arrivals.cases, quality))
    return findings


def _not_told(gate: str, spec: ProcessSpec, *, is_first_night: bool) -> str:
    rule = spec.case
    if gate == "no_start" and not rule.start_activities:
        return "process.yaml names no activity that starts a case"
    if gate == "before_start" and not (rule.start_activities or rule.start_attribute):
        return "process.yaml names no start of a case"
    if gate == "after_end" and not rule.end_activities:
        return "process.yaml names no activity that ends a case"
    if gate == "unknown_activity" and is_first_night:
        return "the first night: every activity is new"
    return ""


def _told(each: RowFinding, source: str, asked: int, cases: int, quality: Quality) -> Finding:
    gate = quality.gate(each.gate)
    assert isinstance(gate, RowGate)
    if isinstance(gate, TimeTravel) and each.cases > max(3, gate.rare * cases):
        told = f"{each.cases:,} of {cases:,} cases would have a slip: the process is rather like that"
        return Finding(each.gate, source, "not_told", None, asked, told)
    of_cases = f" in {each.cases:,} cases" if each.gate in _SAME_CASE else ""
    note = f" ({shown(each.note)})" if each.note else ""
    value = f"'{shown(each.value)}'" if each.value is not None else "empty"
    detail = (
        f"{counted(each.rows, asked)}{of_cases} {_TOLD[each.gate]}; for example {shown(each.column)} is {value} "
        f"in row {each.row_number:,} of {shown(each.locator)}{note}"
    )
    too_much = asked > 0 and each.rows / asked > gate.most
    if too_much:
        detail += f"; more than {gate.most:.0%} of the rows: the fault is a clock's or the mapping's, not theirs"
    return Finding(each.gate, source, "found", each.rows, asked, detail, is_too_much=too_much)


def told_rejected(found: Sequence[Rejected], arrivals: Arrivals, quality: Quality) -> list[Finding]:
    """The gates on rows that the mapping sets aside; they are in quarantine whatever the level says."""
    findings = []
    for arrived in arrivals.sources:
        mine = [each for each in found if each.source_no == arrived.source_no]
        for name, reasons in MAPPING_GATES.items():
            gate = quality.gate(name)
            assert isinstance(gate, Missing)
            if gate.level == "off":
                continue
            chosen = [each for each in mine if each.reason in reasons]
            rows = sum(each.rows for each in chosen)
            if rows <= gate.above * arrived.rows or not rows:
                findings.append(Finding(name, arrived.source.name, "passed", rows, arrived.rows))
                continue
            first = min(chosen, key=lambda each: (each.load_id, each.row_number))
            value = f" is '{shown(first.value)}'" if first.value is not None else " is empty"
            detail = (
                f"{counted(rows, arrived.rows)} {_TOLD[name]}; for example {shown(first.column)}{value} "
                f"in row {first.row_number:,} of load {first.load_id}"
            )
            findings.append(Finding(name, arrived.source.name, "found", rows, arrived.rows, detail))
    return findings
