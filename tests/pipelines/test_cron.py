"""Cron lines: those that fire pass, those that never would are told field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect._vendor.croniter import croniter

from pipelines.workspace.cron import checked_cron

ENTRY = st.one_of(
    st.just("*"),
    st.integers(0, 70).map(str),
    st.builds("{}-{}".format, st.integers(0, 40), st.integers(0, 40)),
    st.builds("*/{}".format, st.integers(0, 40)),
    st.sampled_from(("mon", "JAN", "x", "-1", "1-", "", "1,2", "1-5/2", "５")),
)


@pytest.mark.parametrize("line", ["0 2 * * *", "*/15 8-18 * * mon-fri", "0 0 1,15 JAN-jun 7", "5-50/5 0 31 12 0"])
def test_lines_that_fire(line: str) -> None:
    assert checked_cron(line) == line


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("never", "five fields"),
        ("0 2 * *", "five fields"),
        ("61 2 * * *", "the minute '61' is not a number from 0 to 59"),
        ("0 24 * * *", "the hour '24'"),
        ("0 2 0 * *", "the day of the month '0'"),
        ("0 2 * 13 *", "the month '13'"),
        ("0 2 * * 8", "the day of the week '8'"),
        ("0 2 * * fri-mon", "the day of the week 'fri-mon'"),
        ("*/0 2 * * *", "the minute '*/0'"),
        ("0 2 * * *,", "the day of the week '*,'"),
    ],
)
def test_lines_that_never_would(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told.replace("*", r"\*")):
        checked_cron(line)


def test_every_wrong_field_is_told() -> None:
    with pytest.raises(ValueError, match=r"minute(.|\n)*hour"):
        checked_cron("61 25 * * *")


@given(st.lists(ENTRY, min_size=5, max_size=5).map(" ".join))
def test_what_passes_fires_in_an_independent_reading(line: str) -> None:
    try:
        checked_cron(line)
    except ValueError:
        return
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    # the 31st of a month without one never comes, which is a matter of the calendar, not of the line
    if croniter.is_valid(line) and not line.split()[2].startswith(("30", "31")):
        assert len(list(islice(croniter(line, begin).all_next(datetime), 1))) == 1
    else:
        assert croniter.is_valid(line)
