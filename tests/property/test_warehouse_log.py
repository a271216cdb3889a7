"""Random logs: what the store publishes is what the naive twin makes of the same rows."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.builders.events import a_limit, a_standard, landed_store, source_rows
from tests.naive.log import shape as naive_shape
from tests.property.warehouse_logs import Drawn, logs
from tests.warehouse.published import compare_hotspots, compare_judged, compare_log, find_hotspots, judge
from warehouse.errors import WarehouseError
from warehouse.log.shape import shape
from warehouse.specification import LimitSpec

FEW = settings(
    derandomize=True,
    deadline=None,
    max_examples=10,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
MANY = settings(FEW, max_examples=60)


@st.composite
def limits(draw: st.DrawFn) -> tuple[LimitSpec, ...]:
    result = []
    some = st.sampled_from((("A",), ("B",), ("A", "C"), ()))
    for number in range(draw(st.integers(1, 3))):
        result.append(
            a_limit(
                f"l{number}",
                version="1980-01-01",
                within=draw(st.sampled_from((0.0, 600.0, 1800.0, 1200.000001, 86400.0))),
                from_activities=draw(some),
                from_which=draw(st.sampled_from(("first", "last", "each"))),
                from_at=draw(st.sampled_from(("enabled", "started", "completed"))),
                to_activities=draw(st.sampled_from((("A",), ("B",), ("Ü 审",), ()))),
                to_at=draw(st.sampled_from(("started", "completed"))),
                at_risk_share=draw(st.sampled_from((0.5, 0.8, 1.0))),
            )
        )
    return tuple(result)


@FEW
@given(drawn=logs())
def test_log_is_that_of_the_twin(drawn: Drawn) -> None:
    compare_with_the_twin(drawn)


@pytest.mark.slow
@MANY
@given(drawn=logs())
def test_many_logs_are_those_of_the_twin(drawn: Drawn) -> None:
    compare_with_the_twin(drawn)


@FEW
@given(drawn=logs(cases=4), held=limits())
def test_limits_and_hotspots_are_those_of_the_twin(drawn: Drawn, held: tuple[LimitSpec, ...]) -> None:
    compare_times_with_the_twin(drawn, held)


@pytest.mark.slow
@MANY
@given(drawn=logs(cases=4), held=limits())
def test_many_limits_and_hotspots_are_those_of_the_twin(drawn: Drawn, held: tuple[LimitSpec, ...]) -> None:
    compare_times_with_the_twin(drawn, held)


def compare_with_the_twin(drawn: Drawn) -> None:
    rows = source_rows(drawn.process, drawn.deliveries)
    with (
        tempfile.TemporaryDirectory() as folder,
        landed_store(Path(folder), drawn.process, drawn.deliveries) as store,
    ):
        try:
            log = naive_shape(drawn.process, rows, drawn.as_of)
            usable = bool(log.cases)
        except ValueError:
            usable = False
        if not usable:
            with pytest.raises(WarehouseError):
                shape(store, drawn.process, as_of=drawn.as_of)
            return
        shape(store, drawn.process, as_of=drawn.as_of)
        compare_log(store, drawn.process, log)


def compare_times_with_the_twin(drawn: Drawn, held: tuple[LimitSpec, ...]) -> None:
    rows = source_rows(drawn.process, drawn.deliveries)
    try:
        log = naive_shape(drawn.process, rows, drawn.as_of)
    except ValueError:
        return
    if not log.cases:
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        landed_store(Path(folder), drawn.process, drawn.deliveries) as store,
    ):
        shape(store, drawn.process, as_of=drawn.as_of)
        judge(store, drawn.process, log, standards=[a_standard("1980-01-01")], limits=held)
        checks = compare_judged(store, log, held)
        find_hotspots(store, drawn.process, log.as_of, held)
        compare_hotspots(store, drawn.process, log, checks=checks, limits=held)
