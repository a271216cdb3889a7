"""Variants from Arrow."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.errors import MiningError
from mining.events import variant_log_from_arrow, variant_log_of


def table(rows: list[list[str]], **columns: object) -> pa.Table:
    data: dict[str, object] = {
        "variant_id": [f"v{n}" for n in range(len(rows))],
        "activities": pa.array(rows, pa.list_(pa.string())),
        "case_count": list(range(1, len(rows) + 1)),
    }
    return pa.table({**data, **columns})


@given(st.lists(st.lists(st.sampled_from(["b", "a", "登记", ""]), max_size=5), min_size=1, max_size=6))
def test_traces_come_back(rows: list[list[str]]) -> None:
    chunked = pa.concat_tables([table(rows[:2]), table(rows).slice(2)])
    log = variant_log_from_arrow(chunked)
    assert [list(log.trace(n)) for n in range(len(log))] == rows
    assert log.activities == tuple(sorted({a for row in rows for a in row}))
    assert log.codes.dtype.name == "int32"
    assert log.offsets.dtype.name == log.case_counts.dtype.name == "int64"


def test_no_rows() -> None:
    log = variant_log_from_arrow(table([]).cast(table([["a"]]).schema))
    assert len(log) == 0
    assert log.offsets.tolist() == [0]


def test_other_widths_are_accepted() -> None:
    wide = pa.table(
        {
            "variant_id": pa.array(["v"], pa.large_string()),
            "activities": pa.array([["a"]], pa.large_list(pa.large_string())),
            "case_count": pa.array([3], pa.int32()),
        }
    )
    assert variant_log_from_arrow(wide).trace(0) == ("a",)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (table([["a"]]).drop_columns(["case_count"]), "case_count: the column is missing"),
        (table([["a"]], activities=["a"]), "list of text was expected"),
        (table([["a"]], case_count=["many"]), "integer was expected"),
        (table([["a"], ["b"]], variant_id=["x", "x"]), "'x' stands twice"),
        (table([["a"]], variant_id=pa.array([None], pa.string())), "row 1: it is NULL"),
        (table([["a"], ["b"]], activities=pa.array([["a"], None], pa.list_(pa.string()))), "row 2: it is NULL"),
        (table([["a"]], activities=pa.array([[None]], pa.list_(pa.string()))), "1 activities are NULL"),
        (table([["a"]], case_count=[-1]), "-1 is no number of cases"),
    ],
)
def test_what_is_wrong_is_told(wrong: pa.Table, said: str) -> None:
    with pytest.raises(MiningError, match=said):
        variant_log_from_arrow(wrong)


def test_a_log_by_hand() -> None:
    log = variant_log_of(["ba", ""], case_counts=[4, 2])
    assert log.codes.tolist() == [1, 0]
    assert log.variant_ids == ("1", "2")
    assert log.case_counts.tolist() == [4, 2]
