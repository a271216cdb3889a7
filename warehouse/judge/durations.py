"""Durations in words, as macros of a session: what the sentences of breached limits are made with."""

from __future__ import annotations

DURATION_MACROS = """
CREATE OR REPLACE TEMP MACRO two_units(a, unit_a, b, unit_b) AS
    CAST(a AS BIGINT) || ' ' || unit_a || CASE WHEN b >= 1 THEN ' ' || CAST(b AS BIGINT) || ' ' || unit_b ELSE '' END;
CREATE OR REPLACE TEMP MACRO duration_en(s) AS CASE
    WHEN s >= 86400 THEN two_units(s // 86400, 'd', s % 86400 // 3600, 'h')
    WHEN s >= 3600 THEN two_units(s // 3600, 'h', s % 3600 // 60, 'min')
    WHEN s >= 60 THEN two_units(s // 60, 'min', s % 60 // 1, 's')
    ELSE round(s, 1) || ' s' END;
CREATE OR REPLACE TEMP MACRO duration_zh(s) AS CASE
    WHEN s >= 86400 THEN two_units(s // 86400, '天', s % 86400 // 3600, '小时')
    WHEN s >= 3600 THEN two_units(s // 3600, '小时', s % 3600 // 60, '分')
    WHEN s >= 60 THEN two_units(s // 60, '分', s % 60 // 1, '秒')
    ELSE round(s, 1) || ' 秒' END;
"""
