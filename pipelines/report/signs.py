"""The small signs of BPMN's notation (BPMN 2.0.2, tables 7.1, 10.3, 10.85 to 10.93) as path data around (0, 0).

Each reaches about 8 px from its middle. Filled signs are drawn in ink, others as an outline.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign on a shape: outline or `filled`, its middle `at`, drawn `scale` times its size."""

    path: str
    at: Point
    scale: float = 1.0
    filled: bool = False


def _ring(radius: float, x: float = 0.0, y: float = 0.0) -> str:
    half = f"a{radius:g} {radius:g} 0 1 0"
    return f"M{x - radius:g} {y:g}{half} {2 * radius:g} 0{half} {-2 * radius:g} 0z"


def _corners(points: list[Point]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + "z"


def _around(count: int, radius: float, *, turned: float = -90.0) -> list[Point]:
    angles = [math.radians(turned + 360 * number / count) for number in range(count)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def _gear(teeth: int, inner: float, outer: float) -> str:
    step = math.tau / teeth
    points = []
    for tooth in range(teeth):
        for share, radius in ((-0.30, inner), (-0.19, outer), (0.19, outer), (0.30, inner)):
            angle = step * (tooth + share)
            points.append((radius * math.cos(angle), radius * math.sin(angle)))
    return _corners(points)


def _clock() -> str:
    strokes = "".join(f"M{0.78 * x:.2f} {0.78 * y:.2f}L{x:.2f} {y:.2f}" for x, y in _around(12, 8))
    return f"{_ring(8)}{strokes}M1.6 -5.2L0 0L4 0.6"


_PLUS = "M-2 -7H2V-2H7V2H2V7H-2V2H-7V-2H-2z"
_CROSS = "M-6.6 -4.4L-4.4 -6.6L0 -2.2L4.4 -6.6L6.6 -4.4L2.2 0L6.6 4.4L4.4 6.6L0 2.2L-4.4 6.6L-6.6 4.4L-2.2 0z"
_PENTAGON = _corners(_around(5, 8))

TRIGGERS: dict[str, str] = {
    "timer": _clock(),
    "error": "M-7.4 6.6L-3.4 -7L1.8 1L6.8 -7.2L3 7L-2.2 -0.6z",
    "escalation": "M0 -7.6L5.8 7.2L0 1.2L-5.8 7.2z",
    "cancel": _CROSS,
    "signal": _corners(_around(3, 8)),
    "link": "M-7.4 -2.6H1.2V-6.4L7.6 0L1.2 6.4V2.6H-7.4z",
    "conditional": "M-5.6 -7.4H5.6V7.4H-5.6zM-3.4 -4.4H3.4M-3.4 -1.5H3.4M-3.4 1.5H3.4M-3.4 4.4H3.4",
    "terminate": _ring(9.5),
    "multiple": _PENTAGON,
    "parallelMultiple": _PLUS,
}
"""What an event waits for or raises, but a message: an envelope differs filled and not."""

ENVELOPE = "M-8 -5.4H8V5.4H-8zM-8 -5.4L0 1L8 -5.4"
ENVELOPE_FILLED = "M-8 -5.8H8L0 0.2zM-8 -4V5.8H8V-4L0 2.2z"

TASKS: dict[str, str] = {
    "userTask": "M-7 7.4V4.6C-7 1.8 -4.6 0.6 -2.6 0.2C-1.2 1.6 1.2 1.6 2.6 0.2C4.6 0.6 7 1.8 7 4.6V7.4z"
    + _ring(3.6, 0, -3.4)
    + "M-3.9 7.2V4.6M3.9 7.2V4.6",
    "serviceTask": _gear(8, 5.6, 8) + _ring(2.6),
    "manualTask": "M-7.6 5V-1.2L-2.4 -6C-1.4 -6.8 0 -5.6 -0.8 -4.6L-2.6 -2.4H6.4C7.8 -2.4 7.8 -0.2 6.4 -0.2H2"
    "M6.4 -0.2C7.4 -0.2 7.4 2 6 2H2M6 2C6.8 2 6.8 4.1 5.4 4.1H1.8M5.4 4.1C6 4.1 6 6 4.6 6H-4.6L-7.6 5",
    "sendTask": ENVELOPE_FILLED,
    "receiveTask": ENVELOPE,
    "scriptTask": "M-3.6 -7.4H6.6C3.2 -4.8 3.4 -2.2 5.2 0C6.8 2.2 6.6 5 3.6 7.4H-6.6C-3.4 5 -3.4 2.2 -5 0"
    "C-6.8 -2.2 -6.6 -4.8 -3.6 -7.4zM-3.6 -4.4H2.4M-3.8 -1.5H2.6M-2.6 1.5H3.4M-2.8 4.4H2.8",
    "businessRuleTask": "M-8 -6H8V6H-8zM-8 -2.4H8M-8 1.8H8M-3 -2.4V6",
}
"""Who or what does a task; a plain task bears no sign."""

RULE_HEAD = "M-8 -6H8V-2.4H-8z"

MARKERS: dict[str, str] = {
    "standard": "M-2.2 6.6A7 7 0 1 1 3 6.2M-6.6 6.8H-2V2.2",
    "parallel": "M-4.6 -6V6M0 -6V6M4.6 -6V6",
    "sequential": "M-6 -4.6H6M-6 0H6M-6 4.6H6",
    "adHoc": "M-7.4 2.2C-5.2 -4.4 -2.2 -3 0 -0.4C2.2 2.2 5.2 3.4 7.4 -2.6",
    "closed": "M-6.5 -6.5H6.5V6.5H-6.5zM-4 0H4M0 -4V4",
}
"""How an activity is done, on its lower border."""

GATEWAYS: dict[str, str] = {
    "exclusiveGateway": _CROSS,
    "parallelGateway": "M-1.4 -8.4H1.4V-1.4H8.4V1.4H1.4V8.4H-1.4V1.4H-8.4V-1.4H-1.4z",
    "inclusiveGateway": _ring(7.6),
}
PENTAGON, PLUS, CIRCLE = _PENTAGON, _PLUS, _ring(11)
