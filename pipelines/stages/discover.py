"""Discover: the process model that the log shows."""

from __future__ import annotations

from mining.discovery import compare_models, discover_model
from mining.errors import MiningError
from mining.events.variant_log import variant_log_from_arrow
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import store_settings
from warehouse.mart.models import DiscoveredModelRow, keep_model, last_model_fingerprint, variant_table
from warehouse.store import Store


def discover(night: Night, process_name: str) -> StageOutcome:
    """Discover a model from the variants, compare it with the last one and keep it."""
    with Store(store_settings(night.workspace)) as store:
        table = variant_table(store, process_name)
        former = last_model_fingerprint(store, process_name)
    try:
        model = discover_model(variant_log_from_arrow(table))
    except MiningError as error:
        # what can't be drawn can still be judged and timed; the last model stays
        return StageOutcome(note="no model", warnings=tuple(f"no model was discovered: {p}" for p in error.problems))
    change = compare_models(former, model)
    row = DiscoveredModelRow(
        process=process_name,
        run_id=night.run_id,
        method=model.method,
        bpmn_xml=model.bpmn_xml,
        pnml=model.pnml,
        fitness=model.fitness,
        precision=model.precision,
        simplicity=model.simplicity,
        cases_covered=model.cases_covered,
        change=change,
        fingerprint=model.fingerprint,
    )
    with Store(store_settings(night.workspace)) as store:
        keep_model(store, row)
    return StageOutcome(rows=1, note=f"{model.method}; model is {change if change != 'first' else 'the first'}")
