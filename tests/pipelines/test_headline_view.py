"""The headlines of a terminal say what the cards of the report say."""

from __future__ import annotations

import pytest

from pipelines.cli.headlines import _shown


@pytest.mark.parametrize(
    ("figure", "value", "shown"),
    [
        ("cycle_p50_seconds", 17_447.0, "4 h 51 min"),
        ("recoverable_seconds", 3482 * 86_400.0 + 22 * 3600, "3,483 d"),
        ("conformance_rate", 0.91142, "91.1%"),
        ("deviations", 1417.0, "1,417"),
        ("cycle_p50_seconds", None, "–"),
    ],
)
def test_a_figure_is_rounded_as_on_its_card(figure: str, value: float | None, shown: str) -> None:
    assert _shown(figure, value) == shown
