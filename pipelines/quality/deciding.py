"""What a finding leads to: a line in the ledger, a warning, rows held, or the end of the process's night."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.errors import Problem
from pipelines.quality.asking import is_held
from pipelines.quality.finding import Finding
from pipelines.workspace.load import Process
from warehouse.gates.passing import QualityCheck
from warehouse.gates.settings import ROW_GATES

_OUTCOMES = {"note": "noted", "warn": "warned", "quarantine": "warned", "stop": "stopped"}


def decide(process: Process, finding: Finding, *, run_id: str) -> QualityCheck:
    """A finding as it stands in the ledger."""
    level = str(process.file.quality.gate(finding.gate).level)
    outcome: str = finding.outcome
    if finding.outcome == "found":
        outcome = "held" if is_held(process.file.quality, finding) else _OUTCOMES[level]
    return QualityCheck(
        run_id=run_id,
        process=process.name,
        source=finding.source,
        gate=finding.gate,
        level=level,
        outcome=outcome,
        rows=finding.rows,
        share=finding.share,
        detail=finding.detail,
    )


def warnings_of(checks: Sequence[QualityCheck]) -> tuple[str, ...]:
    """A line for each gate that warns or holds rows."""
    return tuple(_line(check) for check in checks if check.outcome in {"warned", "held"})


def _line(check: QualityCheck) -> str:
    source = f" ({check.source})" if check.source else ""
    after = "; held back: asrun quarantine list" if check.outcome == "held" else ""
    return f"{check.gate}{source}: {check.detail}{after}"


def stops(process: Process, checks: Sequence[QualityCheck]) -> tuple[Problem, ...]:
    """One problem for each gate that stops the night of the process."""
    return tuple(_stop(process, check) for check in checks if check.outcome == "stopped")


def _stop(process: Process, check: QualityCheck) -> Problem:
    place = process.document.where(("quality", check.gate))
    where = f"{place} (process {process.name}{f', source {check.source}' if check.source else ''})"
    aside = f", set its rows aside (quality: {{{check.gate}: quarantine}})" if check.gate in ROW_GATES else ""
    return Problem(
        f"the quality gate {check.gate} stops the night: {check.detail}.",
        where,
        f"Mend the source and deliver it again{aside}, or relax the gate (quality: {{{check.gate}: warn}}). "
        "The last published results stay; the next run asks again.",
    )
