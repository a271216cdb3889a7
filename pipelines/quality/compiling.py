"""The section `quality:` compiled to the values that the store's queries are bound to."""

from __future__ import annotations

from pipelines.workspace.load import Process
from warehouse.gates.arrivals import microseconds, midnights, start_of_day, zones_of
from warehouse.gates.settings import GateSettings
from warehouse.specification import ProcessSpec


def gate_settings(process: Process, spec: ProcessSpec, *, unknown_activities: tuple[str, ...] = ()) -> GateSettings:
    """The lines of all gates of a process; `unknown_activities` as the night found them."""
    quality = process.file.quality
    observed_from = spec.case.observed_from
    return GateSettings(
        future_tolerance_us=microseconds(quality.future.tolerance),
        floor_at=start_of_day(quality.floor.before, process.time_zone),
        default_instants=midnights(quality.defaults.days, zones_of(spec)),
        burst_times=quality.burst.times,
        burst_within_us=microseconds(quality.burst.within),
        form_activities=quality.form_events.activities,
        form_cases=quality.form_events.cases,
        collateral_within_us=microseconds(quality.collateral.within),
        collateral_share=quality.collateral.share,
        collateral_times=quality.collateral.times,
        polluted_labels=quality.polluted_label.labels,
        synonymous_times=quality.synonymous_label.times,
        homonymous_times=quality.homonymous_label.times,
        observed_from=None if observed_from is None else start_of_day(observed_from, process.time_zone),
        unknown_activities=unknown_activities,
    )
