"""The real logs as they lie on disk, read with lxml and polars alone: no line of the product has a part in it.

Every frame has `case`, `activity`, `completed` (UTC, microseconds), a row number `row` in the order of the file, and
what else a test asks for.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import polars as pl
from lxml import etree

from tests.mining.real_data import real_data

FILES = {
    "road_fines": "road_fines/Road_Traffic_Fine_Management_Process.xes.gz",
    "helpdesk": "helpdesk/helpdesk_full_attributes.csv",
    "bpic2012": "bpic2012/BPI_Challenge_2012.xes.gz",
    "bpic2013_incidents": "bpic2013/BPI_Challenge_2013_incidents.xes.gz",
    "bpic2017_w": "bpic2017_w/BPIC_2017_W.csv.gz",
    "callcentre": "callcentre/callcentre_february_events.parquet",
    "receipt": "receipt/receipt.xes.gz",
    "bpic2015_1": "bpic2015_1/BPIC15_1.xes.gz",
    "bpic2019_variants": "bpic2019_variants/16_bpic2019_1t_per_variant.xes.gz",
    "bpic2020_domestic": "bpic2020_domestic/DomesticDeclarations.xes.gz",
}


def log_path(process: str) -> Path:
    return real_data(*FILES[process].split("/"))


@cache
def raw(process: str) -> pl.DataFrame:
    """Every row of the source with every column as text (Parquet: typed)."""
    path = log_path(process)
    if path.name.endswith(".xes.gz"):
        return _xes(path)
    if path.name.endswith(".parquet"):
        return pl.read_parquet(path)
    return pl.read_csv(path, infer_schema=False)


def _xes(path: Path) -> pl.DataFrame:
    rows: list[dict[str, str | None]] = []
    with gzip.open(path) as file:
        for _, trace in etree.iterparse(file, tag="{*}trace"):
            of_case: dict[str, str | None] = {}
            for child in trace:
                if etree.QName(child).localname == "event":
                    rows.append(of_case | {str(a.get("key")): a.get("value") for a in child})
                else:
                    of_case[f"case:{child.get('key')}"] = child.get("value")
            trace.clear()
            while trace.getprevious() is not None:
                del trace.getparent()[0]  # type: ignore[union-attr]
    return pl.DataFrame(rows, infer_schema_length=None)


def repeated_rows(process: str) -> int:
    """Rows that repeat an earlier one in every column."""
    return raw(process).height - raw(process).unique().height


@cache
def entries(process: str) -> pl.DataFrame:
    """What the workspace should make of a log: an entry per completed instance, in order of completion."""
    rows = raw(process)
    if process == "helpdesk":
        frame = (
            rows.unique(maintain_order=True)
            .with_row_index("row")
            .select(
                "row",
                case="Case ID",
                activity="Activity",
                completed=_local("Complete Timestamp", "%Y/%m/%d %H:%M:%S%.f", "Europe/Rome"),
            )
        )
    elif process == "bpic2017_w":
        frame = rows.with_row_index("row").select(
            "row",
            "activity",
            case="case_id",
            started=_local("start_time", "%Y-%m-%dT%H:%M:%S%.f", "UTC"),
            completed=_local("end_time", "%Y-%m-%dT%H:%M:%S%.f", "UTC"),
        )
    elif process == "callcentre":
        frame = (
            rows.with_row_index("row")
            .filter(pl.col("start_time") <= pl.col("end_time"))
            .select(
                "row",
                "activity",
                case="case_id",
                started=_in_utc("start_time", "Asia/Jerusalem"),
                completed=_in_utc("end_time", "Asia/Jerusalem"),
            )
        )
    else:
        activity = pl.col("concept:name")
        if process == "bpic2013_incidents":
            activity = activity + " - " + pl.col("lifecycle:transition")
        frame = rows.with_row_index("row").select(
            "row",
            case="case:concept:name",
            activity=activity,
            lifecycle=pl.col("lifecycle:transition") if "lifecycle:transition" in rows.columns else pl.lit(""),
            completed=pl.col("time:timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us"),
        )
        if process == "bpic2012":
            frame = frame.filter(pl.col("lifecycle") == "COMPLETE")
    return frame.sort("case", "completed", "row")


def _local(column: str, pattern: str, zone: str) -> pl.Expr:
    return _zoned(pl.col(column).str.to_datetime(pattern, time_unit="us"), zone)


def _in_utc(column: str, zone: str) -> pl.Expr:
    return _zoned(pl.col(column), zone)


def _zoned(local: pl.Expr, zone: str) -> pl.Expr:
    return local.dt.replace_time_zone(zone, ambiguous="earliest").dt.convert_time_zone("UTC")


def variants(process: str) -> dict[tuple[str, ...], int]:
    """Cases of each activity sequence."""
    words = entries(process).group_by("case", maintain_order=True).agg("activity")
    counted = words.group_by("activity").len()
    return {tuple(word): count for word, count in counted.iter_rows()}
