"""The real logs through the door: the counts that their publishers give, and another reader's values."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources.locating import find_files
from pipelines.sources.staging import StagedBatches, StagedText, stage

pytestmark = pytest.mark.real
DATA = Path(os.environ.get("ASRUN_REAL_DATA") or Path(__file__).resolve().parents[4] / "shared/data")


@pytest.fixture
def data() -> Path:
    if not DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the real logs are not at {DATA}")
        pytest.skip(f"the real logs are not at {DATA}")
    return DATA


@pytest.mark.parametrize(
    ("locator", "events", "cases"),
    [
        ("bpic2012/BPI_Challenge_2012.xes.gz", 262_200, 13_087),
        ("bpic2013/BPI_Challenge_2013_incidents.xes.gz", 65_533, 7_554),
        ("bpic2020_domestic/DomesticDeclarations.xes.gz", 56_437, 10_500),
        ("receipt/receipt.xes.gz", 8_577, 1_434),
    ],
)
def test_xes_logs_hold_what_is_published(data: Path, tmp_path: Path, locator: str, events: int, cases: int) -> None:
    rustxes = pytest.importorskip("rustxes")
    (located,) = find_files(f"real:{locator}", workspace=tmp_path, environ={"ASRUN_ROOT_REAL": str(data)})
    assert located.locator == f"real:{locator}"
    found = stage(located, format=None, folder=tmp_path)
    assert isinstance(found, StagedBatches)
    mine = pl.DataFrame(found.reader.read_all())
    assert mine.height == found.rows == events
    assert mine["case:concept:name"].n_unique() == cases
    other, _ = rustxes.import_xes(str(located.path))
    assert sorted(mine.columns) == sorted(other.columns)
    for name in ("case:concept:name", "concept:name"):
        assert mine[name].to_list() == other[name].to_list()
    ours = mine["time:timestamp"].dt.replace_time_zone(None).dt.cast_time_unit("ms")
    assert (ours == other["time:timestamp"].dt.cast_time_unit("ms")).all()


def test_the_header_that_names_a_column_twice(data: Path, tmp_path: Path) -> None:
    (located,) = find_files("helpdesk/*.csv", workspace=data, environ={})
    found = stage(located, format=None, folder=tmp_path)
    assert isinstance(found, StagedText)
    assert not found.is_copy
    assert found.columns is not None
    assert found.columns[4:7] == ("Variant", "Variant index", "Variant_2")


def test_a_packed_csv_is_unpacked_whole(data: Path, tmp_path: Path) -> None:
    (located,) = find_files("bpic2017_w/*.csv.gz", workspace=data, environ={})
    found = stage(located, format=None, folder=tmp_path)
    assert isinstance(found, StagedText)
    assert pl.scan_csv(found.path, infer_schema=False).select(pl.len()).collect().item() == 240_854
