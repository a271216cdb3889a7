"""Random logs and limits: the marks of a case tell of a limit what reading the instances tells."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.events import a_limit, a_standard, landed_store, source_rows
from tests.naive.log import Log
from tests.naive.log import shape as naive_shape
from tests.property.test_warehouse_log import FEW, MANY
from tests.property.warehouse_logs import Drawn, logs
from tests.warehouse.published import judge
from warehouse.judge.checks import MARKS_OF_A_GROUPING, hold_limits
from warehouse.judge.limits import give_limits
from warehouse.judge.scope import case_versions
from warehouse.log.shape import shape
from warehouse.mart.catalogue import process_schema
from warehouse.specification import LimitSpec, StandardSpec
from warehouse.store import Store

VERSIONS = ("1980-01-01", "2026-01-31")


@st.composite
def any_limits(draw: st.DrawFn) -> tuple[LimitSpec, ...]:
    """Limits of every shape, of two versions; some name activities that the log may not know."""
    some = st.sampled_from(((), ("A",), ("B",), ("Ü 审",), ("A", "C"), ("A", "B", "Ü 审"), ("nobody does this",)))
    return tuple(
        a_limit(
            f"l{number}",
            version=draw(st.sampled_from(VERSIONS)),
            within=draw(st.sampled_from((0.0, 600.0, 1800.000001, 86400.0))),
            from_activities=draw(some),
            from_which=draw(st.sampled_from(("first", "last", "each"))),
            from_at=draw(st.sampled_from(("enabled", "started", "completed"))),
            to_activities=draw(some),
            to_at=draw(st.sampled_from(("started", "completed"))),
            at_risk_share=draw(st.sampled_from((0.5, 1.0))),
            only_if_reached=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 6)))
    )


@FEW
@given(drawn=logs(cases=4), held=any_limits())
def test_marks_tell_what_instances_tell(drawn: Drawn, held: tuple[LimitSpec, ...]) -> None:
    compare(drawn, held)


@pytest.mark.slow
@MANY
@given(drawn=logs(cases=4, most=24), held=any_limits())
def test_marks_tell_what_instances_tell_of_many(drawn: Drawn, held: tuple[LimitSpec, ...]) -> None:
    compare(drawn, held)


def compare(drawn: Drawn, held: tuple[LimitSpec, ...]) -> None:
    log = usable_log(drawn)
    if log is None:
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        landed_store(Path(folder), drawn.process, drawn.deliveries) as store,
    ):
        shape(store, drawn.process, as_of=drawn.as_of)
        judge(store, drawn.process, log, standards=two_versions(), limits=held)
        store.use("mart", process_schema(store, drawn.process.name))
        judged = checks(store)
        store.connection.execute("CREATE TEMP VIEW judged_cases AS FROM cases")
        store.connection.execute("CREATE TEMP VIEW scope_instances AS FROM instances")
        case_versions(store, drawn.process.name)
        give_limits(store, held)
        for most_marks in (0, 1, 5, MARKS_OF_A_GROUPING):
            store.connection.execute("DELETE FROM limit_checks")
            hold_limits(store, as_of=log.as_of, most_marks=most_marks)
            assert checks(store) == judged, most_marks


def usable_log(drawn: Drawn) -> Log | None:
    try:
        log = naive_shape(drawn.process, source_rows(drawn.process, drawn.deliveries), drawn.as_of)
    except ValueError:
        return None
    return log if log.cases else None


def two_versions() -> list[StandardSpec]:
    """Two approved versions, one after the other."""
    second = a_standard(VERSIONS[1])
    return [a_standard(VERSIONS[0], until=second.valid_from), second]


def checks(store: Store) -> list[tuple[Any, ...]]:
    return store.connection.execute(
        "SELECT * REPLACE (epoch_us(from_at) AS from_at, epoch_us(until_at) AS until_at) "
        "FROM limit_checks ORDER BY case_code, limit_no, occurrence"
    ).fetchall()
