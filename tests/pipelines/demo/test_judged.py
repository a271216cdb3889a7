"""The real engine finds the planted flow deviations back, and nothing else; the miner finds the flow."""

from __future__ import annotations

import polars as pl
import pytest

from mining.alignment import align
from mining.deviations import find_deviations
from mining.discovery import discover_model
from mining.events import VariantLog, variant_log_of
from mining.standard import match_activities, standard_from_bpmn
from pipelines.demo.simulation import Simulation, simulate
from pipelines.demo.workspace import TEMPLATE

FLOW = TEMPLATE / "processes" / "service_desk" / "standards" / "2025-09-01" / "flow.bpmn"


@pytest.fixture(scope="module")
def year() -> Simulation:
    return simulate(cases=6_000, seed=1)


def variants_of(year: Simulation, *, is_open: bool) -> tuple[VariantLog, list[list[str]]]:
    cases = (
        year.events.sort("completed_at", "event_id")
        .group_by("ticket_id", maintain_order=True)
        .agg(pl.col("step").alias("trace"))
        .join(year.surveys.filter(pl.col("closed_at").is_null() == is_open), on="ticket_id", how="semi")
        .group_by("trace")
        .agg("ticket_id")
        .sort("trace")
    )
    owners = cases["ticket_id"].to_list()
    return variant_log_of(cases["trace"].to_list(), case_counts=[len(each) for each in owners]), owners


def test_planted_flow_deviations_are_found_and_no_others(year: Simulation) -> None:
    standard = standard_from_bpmn(FLOW.read_bytes(), source=FLOW.name)
    found = set()
    for is_open in (False, True):
        log, owners = variants_of(year, is_open=is_open)
        assert len(log)
        match = match_activities(standard, log.activities, mapping={})
        place = {name: number for number, name in enumerate(log.variant_ids)}
        verdicts = align(log, standard, match, is_open=is_open)
        for finding in find_deviations(verdicts, log, standard, match):
            for case in owners[place[finding.variant_id]]:
                found.add((case, finding.kind, finding.activity))
    assert found == set(year.planted.filter(pl.col("kind") != "late").iter_rows())


def test_the_miner_finds_the_designed_flow(year: Simulation) -> None:
    log, _ = variants_of(year, is_open=False)
    model = discover_model(log)
    assert model.fitness is not None
    assert model.precision is not None
    assert model.fitness > 0.97
    assert model.precision > 0.85
