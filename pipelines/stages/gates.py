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
from warehouse.gates.arrivals import clear
from warehouse.gates.loads import waiting_loads
from warehouse.gates.passing import let_pass, record_checks
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
        answers = ask_gates(
            store,
            process,
            spec,
            load_ids,
            names=lambda: names_of_standard(process),
            asked_at=night.started_at,
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
    noted = sum(check.outcome == "noted" for check in checks)
    warned = sum(check.outcome == "warned" for check in checks)
    return StageOutcome(
        rows=held,
        note=f"{len(load_ids):,} loads passed, {held:,} rows held, {warned} warnings, {noted} notes",
        warnings=warnings_of(checks),
    )
