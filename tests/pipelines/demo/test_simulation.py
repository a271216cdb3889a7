"""The simulated year holds what it promises: its planted truth, its bottleneck, its finite agents."""

from __future__ import annotations

import time
from datetime import datetime

import polars as pl
import pytest

from pipelines.demo.flow import LIMITS, NAMES, STEPS, is_conformant
from pipelines.demo.injections import FLOW_KINDS
from pipelines.demo.simulation import Simulation, simulate
from pipelines.demo.workspace import TEMPLATE
from tests.pipelines.demo import drawn_flow

FLOW = TEMPLATE / "processes" / "service_desk" / "standards" / "2025-09-01" / "flow.bpmn"
LETTERS = {name: letter for letter, name in NAMES.items()}


@pytest.fixture(scope="module")
def year() -> Simulation:
    return simulate()


@pytest.fixture(scope="module")
def traces(year: Simulation) -> pl.DataFrame:
    return (
        year.events.sort("completed_at", "event_id")
        .group_by("ticket_id", maintain_order=True)
        .agg(pl.col("step").alias("trace"), pl.col("completed_at").alias("at"))
        .join(year.surveys.select("ticket_id", "closed_at"), on="ticket_id")
    )


def test_a_year_is_quick_and_of_the_size_asked_for() -> None:
    begun = time.perf_counter()
    small = simulate(cases=1_000, seed=3)
    assert time.perf_counter() - begun < 10
    assert small.events["ticket_id"].n_unique() <= 1_000
    assert small.surveys.height == small.events["ticket_id"].n_unique()


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 100"):
        simulate(cases=99)


@pytest.mark.parametrize("kind", [*FLOW_KINDS, "late"])
def test_every_kind_is_planted_often_and_at_several_activities(year: Simulation, kind: str) -> None:
    planted = year.planted.filter(pl.col("kind") == kind)
    assert planted.height >= 150
    assert planted["activity"].n_unique() >= (3 if kind == "late" else 4)


@pytest.mark.parametrize("cases", [300, 2_000])
def test_smaller_years_have_their_share_of_each_kind(cases: int) -> None:
    small = simulate(cases=cases, seed=8)
    counts = dict(small.planted.group_by("kind").len().iter_rows())
    for kind in FLOW_KINDS:
        assert counts[kind] >= 150 * cases / 20_000


def test_at_most_one_flow_deviation_a_case(year: Simulation) -> None:
    flow = year.planted.filter(pl.col("kind") != "late")
    assert flow["case_id"].n_unique() == flow.height
    assert year.planted.n_unique() == year.planted.height


def test_closed_cases_without_a_planted_deviation_are_words_of_the_flow(year: Simulation, traces: pl.DataFrame) -> None:
    deviant = set(year.planted.filter(pl.col("kind") != "late")["case_id"])
    for case, trace, closed in traces.select("ticket_id", "trace", "closed_at").iter_rows():
        if closed is not None:
            word = "".join(LETTERS[name] for name in trace)
            assert is_conformant(word) == (case not in deviant), (case, word)


def test_all_cheapest_alignments_tell_the_planted_story(year: Simulation, traces: pl.DataFrame) -> None:
    drawing = drawn_flow.read(FLOW)
    planted = {
        case: (kind, activity) for case, kind, activity in year.planted.filter(pl.col("kind") != "late").iter_rows()
    }
    told: dict[tuple[tuple[str, ...], bool], set[tuple[tuple[str, str], ...]]] = {}
    for case, trace, closed in traces.select("ticket_id", "trace", "closed_at").iter_rows():
        key = (tuple(trace), closed is None)
        if key not in told:
            stories = drawn_flow.cheapest_stories(drawing, key[0], is_open=key[1])
            told[key] = {drawn_flow.findings(drawing, story, is_open=key[1]) for story in stories}
        expected = (planted[case],) if case in planted else ()
        assert told[key] == {expected}, (case, "".join(LETTERS[name] for name in trace))


def test_the_drawing_and_the_expression_allow_the_same_words() -> None:
    drawing = drawn_flow.read(FLOW)
    words: set[str] = set()
    stack = [("", drawn_flow.start(drawing))]
    seen = set(stack)
    while stack:
        word, marking = stack.pop()
        if drawn_flow.is_final(drawing, marking):
            words.add(word)
        for label, after in drawn_flow.steps(drawing, marking):
            longer = (word + LETTERS[label] if label else word, after)
            if len(longer[0]) <= 16 and longer not in seen:
                seen.add(longer)
                stack.append(longer)
    expected = {
        f"RC{pair}D{'QID' * loops}{branch}VKZ" for pair in ("FE", "EF") for loops in range(4) for branch in ("S", "ALX")
    }
    assert words == {word for word in expected if len(word) <= 16}
    assert all(is_conformant(word) for word in expected)
    assert {name for name in drawing.name.values() if name} >= set(STEPS.values())


def test_lateness_is_told_exactly(year: Simulation, traces: pl.DataFrame) -> None:
    late = set()
    for case, trace, at, closed in traces.select("ticket_id", "trace", "at", "closed_at").iter_rows():
        done = list(zip(trace, at, strict=True))
        for limit in LIMITS:
            begun = [instant for name, instant in done if name == NAMES[limit.source]]
            if not begun:
                continue
            reached = [i for name, i in done if name == NAMES[limit.target] and i >= begun[0]]
            last = closed if closed is not None else year.events["completed_at"].max()
            spent = ((reached[0] if reached else last) - begun[0]).total_seconds()
            if spent > limit.seconds or (not reached and spent == limit.seconds):
                late.add((case, NAMES[limit.target]))
    assert late == set(year.planted.filter(pl.col("kind") == "late").select("case_id", "activity").iter_rows())


def test_no_agent_does_two_things_at_once_nor_begins_off_shift(year: Simulation) -> None:
    staff = {agent.name: agent for agent in year.organisation.agents}
    assert len(staff) == len(year.organisation.agents)
    origin = year.events["completed_at"].dt.truncate("1mo").min()
    work = (
        year.events.filter(pl.col("agent").is_in(list(staff)))
        .with_columns(pl.col("started_at", "completed_at").sub(origin).dt.total_seconds())
        .sort("agent", "started_at", "completed_at")
    )
    overlap = work.filter(pl.col("started_at") < pl.col("completed_at").shift(1).over("agent"))
    assert overlap.is_empty()
    for name, team, started in work.select("agent", "team", "started_at").iter_rows():
        agent = staff[name]
        assert team == agent.team
        assert any(begin <= started < end for begin, end in zip(agent.shift_starts, agent.shift_ends, strict=True))


def test_completions_follow_the_intended_order_and_never_precede_starts(year: Simulation) -> None:
    assert year.events.filter(pl.col("started_at") >= pl.col("completed_at")).is_empty()
    assert year.events["event_id"].is_unique().all()
    assert year.events["completed_at"].is_sorted()
    last = year.events["completed_at"].max()
    assert isinstance(last, datetime)
    assert last.replace(tzinfo=None) == year.as_of
    closed = year.surveys["closed_at"].drop_nulls()
    assert closed.max() <= last  # type: ignore[operator]
    assert year.surveys["closed_at"].null_count() >= 50


def test_waiting_of_the_bottleneck_is_by_far_the_most_recoverable(year: Simulation) -> None:
    deviant = year.planted.filter(pl.col("kind") != "late").select("case_id").unique()
    rows = (
        year.events.sort("ticket_id", "completed_at")
        .with_columns(
            waiting=(pl.col("started_at") - pl.col("completed_at").shift(1).over("ticket_id")).dt.total_seconds(),
            sojourn=(pl.col("completed_at") - pl.col("completed_at").shift(1).over("ticket_id")).dt.total_seconds(),
            month=pl.col("completed_at").dt.strftime("%Y-%m"),
        )
        .drop_nulls("waiting")
    )
    place = year.bottleneck
    calm = rows.join(deviant, left_on="ticket_id", right_on="case_id", how="anti").filter(
        pl.col("month") < place.last_month
    )
    for measure in place.measures:
        reference = calm.group_by("step").agg(pl.col(measure).mean().alias("reference"), pl.len().alias("instances"))
        ranked = (
            rows.filter(pl.col("month") == place.last_month)
            .group_by("step")
            .agg(pl.len().alias("n"), pl.col(measure).mean().alias("mean"))
            .join(reference.filter(pl.col("instances") >= 30), on="step")
            .with_columns(recoverable=pl.col("n") * (pl.col("mean") - pl.col("reference")))
            .sort("recoverable", descending=True)
        )
        assert ranked["step"][0] == place.activity
        assert ranked["recoverable"][0] > 20 * ranked["recoverable"][1]
        total = rows.group_by("step").agg(pl.col(measure).sum()).sort(measure, descending=True)
        assert total["step"][0] == place.activity
    waits = rows.filter(pl.col("step") == place.activity)
    fine = waits.filter(pl.col("month") < place.since)["waiting"].mean()
    bad = waits.filter(pl.col("month") >= place.since)["waiting"].mean()
    assert bad > 5 * fine  # type: ignore[operator]
