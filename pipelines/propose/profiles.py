"""What the values of a column say about it, apart from its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipelines.propose.instants import WrittenInstants, read_instants, to_microseconds

ValueType = Literal["text", "integer", "number", "boolean", "instant"]
_MISSING = ("", "null", "NULL", "None", "NaN", "nan", "N/A", "n/a", "#N/A", "NaT")
_INTEGER = r"^[+-]?(0|[1-9][0-9]{0,17})$"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_LEADING_ZERO = r"^[+-]?0[0-9]"
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the values of a column say, looked at in the sample.

    `values`: the column as text, missing ones as null. `filled`: share of rows with
    a value. `distinct`: how many different values. `written`: how the instants are written, where it holds instants as
    text. `micros`: the instants in microseconds since 1970, where it holds instants. `is_epoch`: whole numbers that
    look like seconds or milliseconds since 1970. `has_zone`: the file's own type of the column has a time zone.
    """

    name: str
    position: int
    values: pl.Series
    type: ValueType
    filled: float
    distinct: int
    mean_length: float
    written: WrittenInstants | None = None
    micros: pl.Series | None = None
    is_epoch: bool = False
    has_zone: bool = False


def profile_columns(frame: pl.DataFrame) -> tuple[Profile, ...]:
    """Return a profile of each column, in order. O(rows x columns)."""
    return tuple(_profile(frame[name], position) for position, name in enumerate(frame.columns))


def _profile(series: pl.Series, position: int) -> Profile:
    kind, values, micros = _typed(series)
    text = values.drop_nulls()
    lengths = text.str.len_chars().mean() if text.len() else 0.0
    written: WrittenInstants | None = None
    is_epoch = False
    if kind == "text" and series.dtype == pl.String and text.len():
        kind = _type_of_text(text)
        if kind in {"text", "integer"}:
            written = read_instants(text.unique(maintain_order=True).to_list())
            if written is not None:
                kind = "instant"
                micros = pl.Series(values=to_microseconds(values.to_list(), written), dtype=pl.Int64)
    if kind == "integer" and text.len():
        is_epoch = all(_EPOCH.fullmatch(value) for value in text.head(200).to_list())
    return Profile(
        name=series.name,
        position=position,
        values=values,
        type=kind,
        filled=text.len() / max(1, values.len()),
        distinct=text.n_unique(),
        mean_length=float(lengths) if isinstance(lengths, (int, float)) else 0.0,
        written=written,
        micros=micros,
        is_epoch=is_epoch,
        has_zone=getattr(series.dtype, "time_zone", None) is not None,
    )


def _typed(series: pl.Series) -> tuple[ValueType, pl.Series, pl.Series | None]:
    dtype = series.dtype
    if dtype == pl.String:
        stripped = series.str.strip_chars()
        return "text", stripped.set(stripped.is_in(list(_MISSING)), None), None
    if dtype in {pl.Datetime, pl.Date} or isinstance(dtype, (pl.Datetime, pl.Date)):
        moments = series.cast(pl.Datetime("us", "UTC") if getattr(dtype, "time_zone", None) else pl.Datetime("us"))
        micros = moments.dt.epoch("us")
        return "instant", micros.cast(pl.String), micros
    if dtype == pl.Boolean:
        return "boolean", series.cast(pl.String), None
    if dtype.is_integer():
        return "integer", series.cast(pl.String), None
    if dtype.is_numeric():
        return "number", series.cast(pl.String), None
    if dtype in {pl.Categorical, pl.Enum}:
        return "text", series.cast(pl.String), None
    return "text", pl.Series(series.name, [None if value is None else str(value) for value in series], pl.String), None


def _type_of_text(text: pl.Series) -> ValueType:
    if text.str.contains(_INTEGER).all():
        return "integer"
    if text.str.contains(_NUMBER).all() and not text.str.contains(_LEADING_ZERO).any():
        return "number"
    if text.str.to_lowercase().is_in(["true", "false"]).all():
        return "boolean"
    return "text"
