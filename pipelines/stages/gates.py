"""Gates: what arrived is asked about before the log is rebuilt; rows are held, or the night of the process stops."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.compiling.process import process_spec
from pipelines.errors import BadInput
from pipelines.quality.asking import ask_gates, is_held
from pipelines.quality.deciding import decide, stops, warnings_of
from pipelines.quality.standard_names import names_of_standard
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import store_settings
from pipelines.workspace.load import Process
from warehouse.gates.arrivals import clear
from warehouse.gates.loads import waiting_loads
from warehouse.gates.passing import QualityCheck, let_pass, record_checks
from warehouse.log.carried import current_loads, drop_carried, leave_carried, note_carried, writing_carried
from warehouse.log.touched import mapping_digest
from warehouse.specification import ProcessSpec
from warehouse.store import Store


def pass_gates(night: Night, process_name: str) -> StageOutcome:
    """Ask the gates about the loads that none has passed; hold the rows that they set aside, and let the loads pass.

    Raises `BadInput` with a problem for each gate that stops: nothing is held then, the loads wait, and the next night
    asks again. What was asked stands in `quality_checks` either way.
    """
    process = night.workspace.process(process_name)
    spec = process_spec(process)
    with Store(store_settings(night.workspace)) as store:
        load_ids: Sequence[int] = [load.load_id for load in waiting_loads(store, process_name)]
        # where the log is made of these loads alone, shaping goes on from their mapped rows
        carries = bool(load_ids) and sorted(load_ids) == current_loads(store, spec)
        try:
            checks, held = _let_pass(store, night, process, spec, load_ids, carries=carries)
        except BaseException:
            drop_carried(store)
            raise
    noted = sum(check.outcome == "noted" for check in checks)
    warned = sum(check.outcome == "warned" for check in checks)
    return StageOutcome(
        rows=held,
        note=f"{len(load_ids):,} loads passed, {held:,} rows held, {warned} warnings, {noted} notes",
        warnings=warnings_of(checks),
    )


def _let_pass(
    store: Store, night: Night, process: Process, spec: ProcessSpec, load_ids: Sequence[int], *, carries: bool
) -> tuple[list[QualityCheck], int]:
    """What was asked, and how many rows are held."""
    answers = ask_gates(
        store,
        process,
        spec,
        load_ids,
        names=lambda: names_of_standard(process),
        asked_at=night.started_at,
        carries=carries,
    )
    checks = [decide(process, finding, run_id=night.run_id) for finding in answers.findings]
    # the ledger first: a crash in between leaves the question asked twice, and no answer lost
    record_checks(store, checks)
    problems = stops(process, checks)
    if problems:
        raise BadInput(*problems)
    held_by = [each.gate for each in answers.findings if is_held(process.file.quality, each)]
    held = 0
    if load_ids:
        held = let_pass(
            store,
            load_ids,
            held_by=held_by,
            figures=answers.figures,
            run_id=night.run_id,
            held_at=night.started_at,
        )
    clear(store)
    if carries:
        with writing_carried(store):
            note_carried(store, spec, mapping=mapping_digest(spec), load_ids=load_ids)
            leave_carried(store)
    return checks, held
