"""Hotspots: where the time goes, and the headline figures."""

from __future__ import annotations

from mining.hotspots.rank import rank_hotspots
from pipelines.compiling.process import process_spec
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import store_settings
from warehouse.hotspots.collect import collect_durations, write_hotspots
from warehouse.mart.ledger import current_as_of
from warehouse.store import Store


def find_hotspots(night: Night, process_name: str, *, anew: bool = False) -> StageOutcome:
    """Count durations by place and period, rank the places, and write headlines and the directly-follows map."""
    spec = process_spec(night.workspace.process(process_name))
    with Store(store_settings(night.workspace)) as store:
        as_of = current_as_of(store, process_name)
        if as_of is None:
            raise AssertionError(process_name)
        counts = collect_durations(store, spec, anew=anew)
        hotspots = rank_hotspots(counts.groups, counts.by_period, counts.overall, counts.excess)
        rows = write_hotspots(store, spec, hotspots=hotspots, as_of=as_of)
    return StageOutcome(rows=rows, note=f"{rows:,} places, from {counts.cases_counted:,} cases counted")
