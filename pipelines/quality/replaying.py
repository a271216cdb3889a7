"""Held rows judged again by the present gates, or accepted as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.compiling.process import process_spec
from pipelines.quality.asking import ask_row_gates
from pipelines.quality.finding import Finding
from pipelines.quality.standard_names import names_of_standard
from pipelines.store_settings import store_settings
from pipelines.workspace.load import Process, Workspace
from pipelines.workspace.quality_section import Quality
from warehouse.gates.arrivals import clear, map_rows_of
from warehouse.gates.passing import QualityCheck, record_checks
from warehouse.gates.replay import (
    Choice,
    HeldRow,
    RejectedReason,
    held_rows,
    let_in,
    rejected_reasons,
    still_found,
)
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: rows let in and their cases; rows that stay, by gate; rows whose load is no longer current.

    `rejected` are rows that the mapping set aside: no replay is needed for them.
    """

    rows: int
    cases: int
    staying: tuple[tuple[str, int], ...]
    gone: int
    rejected: tuple[RejectedReason, ...]


def replay_rows(
    workspace: Workspace, process_name: str, choice: Choice, *, accept: bool, run_id: str, replayed_at: datetime
) -> Replayed:
    """Let held rows of a process in: those that the present gates pass, or with `accept` all that are meant.

    A row is judged among all rows of its load, as at its arrival. The next run derives its case anew. Raises
    `WarehouseError` as the mapping does. Cost: it grows with the loads of the rows meant (`accept`: with these rows).
    """
    process = workspace.process(process_name)
    spec = process_spec(process)
    with Store(store_settings(workspace)) as store:
        meant = held_rows(store, process_name, choice)
        present = [row for row in meant if row.is_current]
        if accept:
            chosen, staying = present, Counter[str]()
            if chosen:
                map_rows_of(store, spec, [(row.load_id, row.row_number) for row in chosen])
        else:
            chosen, staying = _judged_again(store, process, present)
        rows = cases = 0
        if chosen:
            told = "accepted as they are" if accept else "let in by the present gates"
            record_checks(store, _checks(process, chosen, told, run_id=run_id))
            rows, cases = let_in(
                store, process_name, chosen, run_id=run_id, replayed_at=replayed_at, was_accepted=accept
            )
        rejected = rejected_reasons(store, process_name)
        clear(store)
    return Replayed(
        rows=rows,
        cases=cases,
        staying=tuple(sorted(staying.items())),
        gone=len({(row.load_id, row.row_number) for row in meant if not row.is_current}),
        rejected=rejected,
    )


def _judged_again(store: Store, process: Process, rows: Sequence[HeldRow]) -> tuple[list[HeldRow], Counter[str]]:
    """The rows that no gate holds any more, and how many of the others each gate holds."""
    if not rows:
        return [], Counter()
    load_ids = sorted({row.load_id for row in rows})
    _, _, findings = ask_row_gates(store, process, process_spec(process), load_ids, lambda: names_of_standard(process))
    blocking = [each.gate for each in findings if _blocks(process.file.quality, each)]
    found = still_found(store, blocking)
    held: dict[tuple[int, int], set[str]] = {}
    for load_id, row_number, gate in found:
        held.setdefault((load_id, row_number), set()).add(gate)
    staying = Counter(gate for place in {(row.load_id, row.row_number) for row in rows} for gate in held.get(place, ()))
    return [row for row in rows if (row.load_id, row.row_number) not in held], staying


def _blocks(quality: Quality, finding: Finding) -> bool:
    level = str(quality.gate(finding.gate).level)
    return finding.outcome == "found" and level in {"quarantine", "stop"} and not finding.is_too_much


def _checks(process: Process, rows: Sequence[HeldRow], told: str, *, run_id: str) -> list[QualityCheck]:
    counts = Counter((row.source, row.reason) for row in rows)
    return [
        QualityCheck(
            run_id=run_id,
            process=process.name,
            source=source,
            gate=gate,
            level=str(process.file.quality.gate(gate).level),
            outcome="replayed",
            rows=count,
            share=None,
            detail=f"{count:,} held rows {told}",
        )
        for (source, gate), count in sorted(counts.items())
    ]
