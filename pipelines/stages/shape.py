"""Shape: the event log of a process from its landed rows."""

from __future__ import annotations

from pipelines.compiling.process import process_spec
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import store_settings
from warehouse.gates.loads import refuse_waiting
from warehouse.landing.retention import drop_old_ids, remove_old_cases, remove_old_loads
from warehouse.log.shape import shape
from warehouse.specification import Interval
from warehouse.store import Store


def shape_log(night: Night, process_name: str, *, anew: bool = False, interval: Interval | None = None) -> StageOutcome:
    """Bring events, instances, cases and variants of a process up to date; `anew`: whole.

    The cases with an event in `interval` are made anew whatever landed.
    """
    spec = process_spec(night.workspace.process(process_name))
    with Store(store_settings(night.workspace)) as store:
        refuse_waiting(store, process_name)
        result = shape(store, spec, as_of=night.as_of, anew=anew, interval=interval)
        old = remove_old_cases(store, spec, as_of=result.as_of)
        touched = result.cases_touched
        if old.cases:
            result = shape(store, spec, as_of=result.as_of)
        drop_old_ids(store, spec)
        remove_old_loads(store, spec, as_of=result.as_of)
    removed = f"; {old.cases:,} cases were too old to be kept" if old.cases else ""
    return StageOutcome(
        rows=result.events,
        note=(
            f"{result.events:,} events, {result.cases:,} cases, {result.variants:,} variants; "
            f"{touched:,} cases made anew{removed}"
        ),
        rows_quarantined=result.rows_quarantined,
        cases_touched=touched,
        variants_new=result.variants_new,
    )
