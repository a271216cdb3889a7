"""How columns behave together: constant within cases, in order of time, one before the other."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.propose.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvidence:
    """How a column groups the rows.

    `groups`: different values. `mean_rows`: rows per value. `repeated`: share of values on more than one row.
    `span`: median time span of a value that repeats over that of the log; near 0 for cases, near 1 for what cuts
    across them. `runs`: runs of equal neighbours over groups: 1 where the rows of a value lie together.
    """

    groups: int
    mean_rows: float
    repeated: float
    span: float
    runs: float


def case_evidence(candidate: Profile, instant: Profile | None) -> CaseEvidence:
    """Return how the column groups the rows. O(rows log rows)."""
    values = candidate.values
    frame = pl.DataFrame({"group": values, "moment": _moments(instant, values.len())}).filter(
        pl.col("group").is_not_null()
    )
    groups = frame.group_by("group").agg(
        pl.len().alias("rows"), (pl.col("moment").max() - pl.col("moment").min()).alias("span")
    )
    count = groups.height
    repeated = groups.filter(pl.col("rows") > 1)
    whole = _number(frame["moment"].max()) - _number(frame["moment"].min())
    median = _number(repeated["span"].median()) if repeated.height else 0.0
    changes = int(frame["group"].ne(frame["group"].shift()).sum() or 0) + 1
    return CaseEvidence(
        groups=count,
        mean_rows=frame.height / max(1, count),
        repeated=repeated.height / max(1, count),
        span=median / whole if whole > 0 else 0.0,
        runs=changes / max(1, count),
    )


def constant_share(column: Profile, case: Profile) -> float:
    """Return the share of the cases with several rows in which the column has one value (a missing one is a value)."""
    frame = pl.DataFrame({"case": case.values, "value": column.values}).filter(pl.col("case").is_not_null())
    cases = frame.group_by("case").agg(
        pl.len().alias("rows"),
        pl.col("value").n_unique().alias("different"),
    )
    several = cases.filter(pl.col("rows") > 1)
    if not several.height:
        return 1.0
    return several.filter(pl.col("different") <= 1).height / several.height


def before_share(first: Profile, second: Profile) -> tuple[float, float]:
    """Return the shares of rows where `first` is at or before, and strictly before, `second`."""
    frame = pl.DataFrame({"a": _moments(first, first.values.len()), "b": _moments(second, first.values.len())})
    both = frame.drop_nulls()
    if not both.height:
        return 0.0, 0.0
    return (
        both.filter(pl.col("a") <= pl.col("b")).height / both.height,
        both.filter(pl.col("a") < pl.col("b")).height / both.height,
    )


def follows_time(order: Profile, case: Profile, instant: Profile) -> float:
    """Return the share of neighbouring rows of a case, sorted by the column, in which the instant does not fall."""
    frame = pl.DataFrame(
        {
            "case": case.values,
            "order": order.values.cast(pl.Float64, strict=False),
            "moment": _moments(instant, case.values.len()),
        }
    ).drop_nulls()
    steps = frame.sort("case", "order").with_columns(
        pl.col("moment").diff().over("case").alias("step"), pl.col("order").diff().over("case").alias("rise")
    )
    steps = steps.filter(pl.col("step").is_not_null())
    if not steps.height:
        return 0.0
    return steps.filter((pl.col("step") >= 0) & (pl.col("rise") > 0)).height / steps.height


def last_activities(activity: pl.Series, case: Profile, instant: Profile) -> list[tuple[str, int, int]]:
    """Return (activity, cases that end with it, cases that hold it), the commonest end first."""
    frame = (
        pl.DataFrame(
            {"case": case.values, "activity": activity, "moment": _moments(instant, case.values.len())},
        )
        .with_row_index("row")
        .filter(pl.col("case").is_not_null() & pl.col("activity").is_not_null() & pl.col("moment").is_not_null())
        .sort("moment", "row")
    )
    last = frame.group_by("case").agg(pl.col("activity").last()).group_by("activity").len("ends")
    held = frame.group_by("activity").agg(pl.col("case").n_unique().alias("holds"))
    both = last.join(held, on="activity").sort(["ends", "activity"], descending=[True, False])
    return [(str(name), int(ends), int(holds)) for name, ends, holds in both.select("activity", "ends", "holds").rows()]


def _moments(instant: Profile | None, rows: int) -> pl.Series:
    if instant is None or instant.micros is None:
        return pl.Series(values=[None] * rows, dtype=pl.Int64)
    return instant.micros


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
