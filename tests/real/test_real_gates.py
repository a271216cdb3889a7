"""The quality gates on six real logs: nothing stops, nothing is held, and what they tell is counted by another hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.real.logs import raw
from tests.real.published import ask, one

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]

ENDS = ["A_DECLINED", "A_CANCELLED", "A_ACTIVATED"]


def test_default_levels_stop_nothing_and_hold_nothing(night: Path) -> None:
    found = ask(night, "SELECT process, gate, outcome FROM quality_checks WHERE outcome IN ('held', 'stopped')")
    assert found == []
    assert one(night, "SELECT count(DISTINCT process) FROM quality_checks") == 6
    assert one(night, "SELECT count(*) FROM quarantined_rows WHERE reason <> 'start_after_end'") == 0


def _told(night: Path, process: str, gate: str) -> dict[str, object]:
    (row,) = ask(
        night,
        f"SELECT outcome, rows, detail FROM quality_checks WHERE process = '{process}' AND gate = '{gate}'",
    )
    return row


def _loans() -> pl.DataFrame:
    return raw("bpic2012").select(
        case="case:concept:name",
        activity="concept:name",
        at=pl.col("time:timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us"),
    )


def test_work_after_the_end_is_counted(night: Path) -> None:
    rows = _loans()
    ended = rows.filter(pl.col("activity").is_in(ENDS)).group_by("case").agg(pl.col("at").min().alias("ended"))
    late = rows.join(ended, on="case").filter((pl.col("at") > pl.col("ended")) & ~pl.col("activity").is_in(ENDS))
    told = _told(night, "bpic2012", "after_end")
    assert (told["outcome"], told["rows"]) == ("noted", late.height)
    assert f"in {late['case'].n_unique():,} cases" in str(told["detail"])


def test_forms_are_the_sets_of_activities_at_one_instant(night: Path) -> None:
    sets = (
        _loans()
        .group_by("case", "at")
        .agg(pl.col("activity").unique().sort().str.join(", ").alias("form"), pl.col("activity").n_unique().alias("n"))
        .filter(pl.col("n") >= 3)
        .group_by("form")
        .agg(pl.col("case").n_unique().alias("cases"))
        .sort("cases", descending=True)
    )
    form, cases = sets.row(0)
    quoted = ", ".join(f"'{name}'" for name in form.split(", "))
    assert str(_told(night, "bpic2012", "form_events")["detail"]).startswith(f"{quoted} in {cases} cases")


def test_one_click_of_the_applicant_is_two_events(night: Path) -> None:
    told = str(_told(night, "bpic2012", "collateral")["detail"])
    assert "'A_PARTLYSUBMITTED' follows 'A_SUBMITTED'" in told
    assert "case:REG_DATE" in str(_told(night, "bpic2012", "scattered_event")["detail"])


def test_fines_that_take_years_are_no_time_travel(night: Path) -> None:
    told = _told(night, "road_fines", "time_travel")
    assert told["outcome"] == "not_told"
    assert "the process is rather like that" in str(told["detail"])
    # the log begins in January 2000, by right
    assert _told(night, "road_fines", "defaults")["outcome"] == "passed"
