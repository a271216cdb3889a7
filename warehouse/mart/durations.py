"""Durations in words, as SQL: what the sentences of breached limits are made with."""

from __future__ import annotations

_UNITS = {
    "en": (" d", " h", " min", " s"),
    "zh": (" 天", " 小时", " 分", " 秒"),
}


def duration_in_words(language: str, seconds: str) -> str:
    """An expression for the duration that the expression `seconds` gives, in its two largest units."""
    days, hours, minutes, rest = _UNITS[language]
    s = f"({seconds})"
    return f"""CASE
        WHEN {s} >= 86400 THEN {_two(f"{s} // 86400", days, f"{s} % 86400 // 3600", hours)}
        WHEN {s} >= 3600 THEN {_two(f"{s} // 3600", hours, f"{s} % 3600 // 60", minutes)}
        WHEN {s} >= 60 THEN {_two(f"{s} // 60", minutes, f"{s} % 60 // 1", rest)}
        ELSE round({s}, 1) || '{rest}' END"""


def _two(larger: str, unit: str, smaller: str, smaller_unit: str) -> str:
    return (
        f"CAST({larger} AS BIGINT) || '{unit}' || "
        f"CASE WHEN {smaller} >= 1 THEN ' ' || CAST({smaller} AS BIGINT) || '{smaller_unit}' ELSE '' END"
    )
