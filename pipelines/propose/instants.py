"""Finds out how instants are written in a column of text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LONG_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = "|".join(_LONG_MONTHS + _MONTHS)
_DATES: tuple[tuple[str, str], ...] = (
    (r"(?P<Y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", "%Y-%m-%d"),
    (r"(?P<Y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})", "%Y/%m/%d"),
    (r"(?P<Y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})", "%Y.%m.%d"),
    (r"(?P<Y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日", "%Y年%m月%d日"),
    (r"(?P<Y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})", "%Y%m%d"),
    (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<Y>\d{4})", "{a}/{b}/%Y"),
    (r"(?P<a>\d{1,2})-(?P<b>\d{1,2})-(?P<Y>\d{4})", "{a}-{b}-%Y"),
    (r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<Y>\d{4})", "{a}.{b}.%Y"),
    (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{2})", "{a}/{b}/%y"),
    (r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>\d{2})", "{a}.{b}.%y"),
    (rf"(?P<d>\d{{1,2}})-(?P<B>{_MONTH})-(?P<Y>\d{{4}})", "%d-{B}-%Y"),
    (rf"(?P<d>\d{{1,2}})-(?P<B>{_MONTH})-(?P<y>\d{{2}})", "%d-{B}-%y"),
    (rf"(?P<d>\d{{1,2}}) (?P<B>{_MONTH}) (?P<Y>\d{{4}})", "%d {B} %Y"),
    (rf"(?P<B>{_MONTH}) (?P<d>\d{{1,2}}), (?P<Y>\d{{4}})", "{B} %d, %Y"),
)
_TIMES: tuple[tuple[str, str], ...] = (
    (r"(?P<H>\d{1,2}):(?P<M>\d{2}):(?P<S>\d{2})(?P<f>\.\d{1,6})", "%H:%M:%S.%f"),
    (r"(?P<H>\d{1,2}):(?P<M>\d{2}):(?P<S>\d{2})(?P<n>\.\d{7,9})", "%H:%M:%S.%n"),
    (r"(?P<I>\d{1,2}):(?P<M>\d{2}):(?P<S>\d{2}) (?P<p>[AaPp][Mm])", "%I:%M:%S %p"),
    (r"(?P<I>\d{1,2}):(?P<M>\d{2}) (?P<p>[AaPp][Mm])", "%I:%M %p"),
    (r"(?P<H>\d{1,2}):(?P<M>\d{2}):(?P<S>\d{2})", "%H:%M:%S"),
    (r"(?P<H>\d{1,2})时(?P<M>\d{1,2})分(?P<S>\d{1,2})秒", "%H时%M分%S秒"),
    (r"(?P<H>\d{1,2}):(?P<M>\d{2})", "%H:%M"),
    (r"(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})", "%H%M%S"),
)
_WHOLE = tuple(
    (
        re.compile(
            rf"{date}(?:(?P<sep>T| {{1,2}}|){time}(?P<zone>Z| ?[+-]\d{{2}}(?::?\d{{2}})?| UTC)?)?", re.IGNORECASE
        ),
        date_format,
        time_format,
    )
    for date, date_format in _DATES
    for time, time_format in _TIMES
)
_SAMPLE = 2_000
_SOME_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenInstants:
    """How the instants of a column are written.

    `format`: for strptime as DuckDB understands it; None where they are ISO 8601 in more than one form (some with a
    fraction, say), which a cast reads and one format does not. `has_offset`: the offset from UTC stands in the data.
    `is_utc`: it is the letter Z in all of them, which the format spells out, so the time zone has to be told: UTC.
    `share`: how many of the values are written so. `is_ambiguous`: day and month could be the other way round.
    """

    format: str | None
    has_offset: bool
    is_utc: bool
    share: float
    is_day_only: bool
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    text: str
    has_offset: bool
    is_utc: bool
    is_day_only: bool


def read_instants(values: Sequence[str]) -> WrittenInstants | None:
    """Return how the instants in `values` are written, or None where fewer than 90% of them are instants.

    Looks at up to 2,000 values, evenly spread. Day before month or month before day is settled by a value above 12;
    where none is, day first is assumed and marked ambiguous.
    """
    step = max(1, len(values) // _SAMPLE)
    looked = values[::step][:_SAMPLE]
    if not looked:
        return None
    counts: Counter[_Shape] = Counter()
    first_high = second_high = False
    for value in looked:
        found = _match(value)
        if found is None:
            continue
        match, shape = found
        groups = match.groupdict()
        if groups.get("a"):
            first_high |= int(groups["a"]) > 12
            second_high |= int(groups["b"]) > 12
        counts[shape] += 1
    matched = counts.total()
    if matched < _SOME_SHARE * len(looked):
        return None
    shape, count = min(counts.items(), key=lambda item: (-item[1], item[0].text))
    is_iso = all(other.text.startswith("%Y-%m-%d") for other in counts)
    if len(counts) > 1 and is_iso and len({other.has_offset for other in counts}) == 1:
        return WrittenInstants(
            format=None,
            has_offset=shape.has_offset,
            is_utc=False,
            share=matched / len(looked),
            is_day_only=all(other.is_day_only for other in counts),
            is_ambiguous=False,
        )
    text = shape.text
    order = ("%m", "%d") if second_high and not first_high else ("%d", "%m")
    is_ambiguous = "{a}" in text and first_high == second_high
    text = text.replace("{a}", order[0]).replace("{b}", order[1])
    return WrittenInstants(
        format=text,
        has_offset=shape.has_offset and not shape.is_utc,
        is_utc=shape.is_utc,
        share=count / len(looked),
        is_day_only=shape.is_day_only,
        is_ambiguous=is_ambiguous,
    )


def _match(value: str) -> tuple[re.Match[str], _Shape] | None:
    text = value.strip()
    if not 6 <= len(text) <= 40 or not any(sign.isdigit() for sign in text):
        return None
    for pattern, date_format, time_format in _WHOLE:
        match = pattern.fullmatch(text)
        if match is None or not _is_possible(match):
            continue
        month = match.groupdict().get("B")
        shape = date_format
        if month:
            # "May" is both; the short form reads it either way.
            shape = shape.replace("{B}", "%B" if month.lower() in _LONG_MONTHS and len(month) > 3 else "%b")
        if match["M"] is None:
            return match, _Shape(text=shape, has_offset=False, is_utc=False, is_day_only=True)
        zone = match["zone"] or ""
        written = "Z" if zone in {"Z", "z"} else " %Z" if zone.strip() == "UTC" else zone and zone[0].strip("+-") + "%z"
        return match, _Shape(
            text=shape + match["sep"] + time_format + written,
            has_offset=bool(zone),
            is_utc=written == "Z",
            is_day_only=False,
        )
    return None


def _is_possible(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    month, day = groups.get("m"), groups.get("d")
    if month is not None and not 1 <= int(month) <= 12:
        return False
    if day is not None and not 1 <= int(day) <= 31:
        return False
    first, second = groups.get("a"), groups.get("b")
    if first is not None and second is not None:
        low, high = sorted((int(first), int(second)))
        if low < 1 or low > 12 or high > 31:
            return False
    hour, minute, second_of = groups.get("H"), groups.get("M"), groups.get("S")
    return (
        (hour is None or int(hour) <= 24)
        and (minute is None or int(minute) < 60)
        and (second_of is None or int(second_of) <= 60)
    )


def to_microseconds(values: Sequence[str | None], written: WrittenInstants) -> list[int | None]:
    """Return the instants as microseconds since 1970 (offsets applied; without one as if UTC), None where unread.

    Only for evidence about the order of rows; the warehouse reads the instants itself.
    """
    month_first = written.format is not None and "%m" in written.format.split("%d")[0] and written.format[:2] != "%Y"
    seen: dict[str, int | None] = {}
    result: list[int | None] = []
    for value in values:
        if value is None:
            result.append(None)
            continue
        if value not in seen:
            seen[value] = _microseconds(value, month_first=month_first)
        result.append(seen[value])
    return result


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(value: str, *, month_first: bool) -> int | None:
    found = _match(value)
    if found is None:
        return None
    groups = found[0].groupdict()
    year = int(groups["Y"]) if groups.get("Y") else 2000 + int(groups["y"]) - 100 * (int(groups["y"]) >= 69)
    if groups.get("B"):
        month, day = _MONTHS.index(groups["B"][:3].lower()) + 1, int(groups["d"])
    elif groups.get("a"):
        one, two = int(groups["a"]), int(groups["b"])
        month, day = (one, two) if month_first else (two, one)
    else:
        month, day = int(groups["m"]), int(groups["d"])
    hour = int(groups.get("H") or groups.get("I") or 0)
    if groups.get("p"):
        hour = hour % 12 + 12 * (groups["p"].lower() == "pm")
    fraction = groups.get("f") or groups.get("n") or ".0"
    try:
        moment = datetime(
            year,
            month,
            day,
            hour % 24,
            int(groups.get("M") or 0),
            min(59, int(groups.get("S") or 0)),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    zone = (groups.get("zone") or "").strip()
    shift = timedelta()
    if zone[:1] in {"+", "-"}:
        digits = zone[1:].replace(":", "")
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0)) * (-1 if zone[0] == "-" else 1)
    micros = int((fraction[1:] + "000000")[:6])
    return (moment - shift - _EPOCH) // timedelta(microseconds=1) + micros
