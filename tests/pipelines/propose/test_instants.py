from __future__ import annotations

import datetime as dt

import duckdb  # what is proposed has to be readable by the warehouse's reader
import pytest

from pipelines.propose.instants import read_instants, to_microseconds

MOMENTS = [
    dt.datetime(2024, 1, 31, 8, 5, 9),
    dt.datetime(2024, 12, 3, 23, 59, 59),
    dt.datetime(2026, 2, 28, 0, 0, 0),
    dt.datetime(2025, 7, 14, 12, 30, 0),
]


@pytest.mark.parametrize(
    "written",
    [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y/%m/%d %H:%M:%S.%f",
        "%Y/%m/%d %H:%M",
        "%Y-%m-%d",
        "%Y%m%d",
        "%Y%m%d%H%M%S",
        "%Y年%m月%d日 %H:%M:%S",
        "%Y年%m月%d日",
        "%Y年%m月%d日 %H时%M分%S秒",
        "%d/%m/%Y %H:%M:%S",
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %I:%M:%S %p",
        "%d.%m.%Y %H:%M",
        "%d.%m.%y %H:%M",
        "%d-%b-%Y %H:%M:%S",
        "%d-%b-%y %H:%M",
        "%d %B %Y %H:%M",
        "%b %d, %Y %I:%M %p",
        "%Y-%m-%dT%H:%M:%SZ",
    ],
)
def test_the_format_is_found_and_the_warehouse_reads_it(written: str) -> None:
    values = [moment.strftime(written) for moment in MOMENTS]
    if "%B" in written:
        values = [value for value in values if "May" not in value]
    found = read_instants(values)
    assert found is not None
    assert found.format == written
    assert found.share == 1
    assert not found.is_ambiguous
    assert found.is_utc == written.endswith("Z")
    assert found.is_day_only == ("%H" not in written and "%I" not in written)
    expected = [dt.datetime.strptime(value, written) for value in values]
    micros = to_microseconds(values, found)
    assert micros == [int(moment.replace(tzinfo=dt.UTC).timestamp()) * 1_000_000 for moment in expected]
    connection = duckdb.connect()
    read = [connection.execute("SELECT strptime(?, ?)", [value, found.format]).fetchall()[0][0] for value in values]
    assert [moment.replace(tzinfo=None) for moment in read] == expected


@pytest.mark.parametrize("offset", ["+02:00", "-0530", "+08", "Z", " +02:00"])
def test_offsets(offset: str) -> None:
    values = [f"{moment:%Y-%m-%d %H:%M:%S}{offset}" for moment in MOMENTS]
    found = read_instants(values)
    assert found is not None
    shift = {"+02:00": 120, "-0530": -330, "+08": 480, "Z": 0, " +02:00": 120}[offset]
    assert to_microseconds(values, found) == [
        (int(moment.replace(tzinfo=dt.UTC).timestamp()) - shift * 60) * 1_000_000 for moment in MOMENTS
    ]
    assert found.has_offset == (offset != "Z")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    read = connection.execute("SELECT strptime(?, ?)", [values[0], found.format]).fetchall()[0][0]
    assert read.replace(tzinfo=None) == MOMENTS[0] - dt.timedelta(minutes=shift)


def test_iso_with_and_without_a_fraction_needs_no_format() -> None:
    found = read_instants(["2026-01-01T10:00:00+08:00", "2026-01-01T10:00:00.5+08:00"])
    assert found is not None
    assert found.format is None
    assert found.has_offset


def test_a_day_that_could_be_a_month_is_said_to_be_doubtful() -> None:
    found = read_instants(["01/02/2026 10:00", "03/04/2026 10:00"])
    assert found is not None
    assert found.format == "%d/%m/%Y %H:%M"
    assert found.is_ambiguous


def test_the_share_that_is_written_so() -> None:
    found = read_instants(["2026-01-01 10:00:00"] * 19 + ["soon"])
    assert found is not None
    assert found.share == pytest.approx(0.95)


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["Register", "Close"],
        ["123456", "99999999"],
        ["2026-13-01", "2026-00-10"],
        ["192.168.10.20", "10.20.30.40"],
        ["1/2", "3/4"],
        ["10:30", "11:40"],
        ["2026-01-01"] * 8 + ["x"] * 2,
    ],
)
def test_what_is_no_instant(values: list[str]) -> None:
    assert read_instants(values) is None
