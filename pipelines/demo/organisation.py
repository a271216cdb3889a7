"""Who works at the demo's service desk: branches, teams, agents and their shifts.

All instants are whole seconds since `OPENS`, local time of the desk (Shanghai, which has no summer time).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from pipelines.demo.flow import DAY, HOUR, STRANGE_STEPS

ZONE: Final = "Asia/Shanghai"
OPENS: Final = datetime.fromisoformat("2025-10-01 00:00:00")
SHUTS: Final = datetime.fromisoformat("2026-10-12 18:00:00")
SHORTAGE_BEGINS: Final = datetime.fromisoformat("2026-06-01 00:00:00")
HORIZON: Final = int((SHUTS - OPENS).total_seconds())
SHORTAGE_FROM: Final = int((SHORTAGE_BEGINS - OPENS).total_seconds())

STANDARD_SIZE: Final = 20_000
"""Number of cases for which the team sizes below are meant; other sizes scale them."""

BRANCHES: Final = ("Shanghai 上海", "Beijing 北京", "Chengdu 成都")
BRANCH_SHARES: Final = (0.45, 0.35, 0.20)
CHANNELS: Final = ("phone", "portal", "email", "WeCom")
CHANNEL_SHARES: Final = (0.38, 0.30, 0.14, 0.18)
PRIORITIES: Final = ("P1", "P2", "P3", "P4")
PRIORITY_SHARES: Final = (0.05, 0.20, 0.50, 0.25)

CONTRACTS: Final = "Contract desk 合同组"
SECOND_LINE: Final = "Second line 二线"
FIELD: Final = "Field team 现场组"
CUSTOMER: Final = "Customer 客户"
SYSTEM: Final = "System 系统"

WORKDAYS: Final = (0, 1, 2, 3, 4)
WEEKEND: Final = (5, 6)


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly pattern of work: days (Monday is 0) and hours [begins, ends), with the size of its crew."""

    name: str
    crew: int
    weekdays: tuple[int, ...]
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Agent:
    """A person: `shift_starts` and `shift_ends` are ascending instants; work begins inside a shift only."""

    name: str
    team: str
    shift: str
    shift_starts: tuple[int, ...]
    shift_ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """All agents, and by team the factor on handling times that makes up for rounded crew sizes."""

    agents: tuple[Agent, ...]
    pace: dict[str, float]


def first_line(branch: str) -> str:
    """Name the first-line team of a branch."""
    return f"First line {branch}"


def _shifts() -> dict[str, tuple[Shift, ...]]:
    crews = dict(zip(BRANCHES, ((3, 2, 2, 1), (2, 2, 1, 1), (1, 1, 1, 1)), strict=True))
    teams: dict[str, tuple[Shift, ...]] = {
        first_line(branch): (
            Shift("day 白班", crew[0], WORKDAYS, 8, 16),
            Shift("evening 晚班", crew[1], WORKDAYS, 15, 23),
            Shift("weekend day 周末白班", crew[2], WEEKEND, 8, 16),
            Shift("weekend evening 周末晚班", crew[3], WEEKEND, 15, 23),
        )
        for branch, crew in crews.items()
    }
    teams[CONTRACTS] = (
        Shift("day 白班", 1, WORKDAYS, 8, 16),
        Shift("evening 晚班", 1, WORKDAYS, 15, 23),
        Shift("weekend 周末班", 1, WEEKEND, 8, 22),
    )
    teams[SECOND_LINE] = (Shift("day 白班", 8, WORKDAYS, 9, 18),)
    teams[FIELD] = (
        Shift("day 白班", 5, WORKDAYS, 8, 16),
        Shift("late 中班", 3, WORKDAYS, 12, 20),
        Shift("weekend 周末班", 2, WEEKEND, 9, 18),
    )
    return teams


def team_of(letter: str, *, branch: str, channel: str) -> str:
    """Tell which team does a step for a case; SYSTEM and CUSTOMER have no queue."""
    if letter == "R" and channel != "phone":
        return SYSTEM
    if letter == "I":
        return CUSTOMER
    central = {"E": CONTRACTS, "L": SECOND_LINE, "X": FIELD}
    return central.get(letter, first_line(branch))


HANDLING: Final[dict[str, tuple[float, float]]] = {
    "R": (5.0, 0.4),
    "C": (3.0, 0.4),
    "F": (5.0, 0.5),
    "E": (6.0, 0.5),
    "D": (17.0, 0.6),
    "Q": (4.0, 0.4),
    "I": (4.0, 0.4),
    "S": (21.0, 0.7),
    "A": (4.0, 0.4),
    "L": (104.0, 0.6),
    "X": (75.0, 0.6),
    "V": (7.0, 0.5),
    "K": (6.0, 0.5),
    "Z": (2.0, 0.4),
} | dict.fromkeys(STRANGE_STEPS, (9.0, 0.5))
"""Letter -> mean minutes of handling and spread (sigma of the logarithm)."""

_SURNAMES: Final = (
    "Wang",
    "Li",
    "Zhang",
    "Liu",
    "Chen",
    "Yang",
    "Zhao",
    "Huang",
    "Zhou",
    "Wu",
    "Xu",
    "Sun",
    "Hu",
    "Zhu",
    "Gao",
    "Lin",
    "He",
    "Guo",
    "Ma",
    "Luo",
)
_GIVEN: Final = (
    "Fang",
    "Wei",
    "Na",
    "Min",
    "Jing",
    "Lei",
    "Qiang",
    "Yan",
    "Tao",
    "Juan",
    "Ming",
    "Chao",
    "Xia",
    "Ping",
    "Gang",
    "Jie",
    "Hui",
    "Bo",
    "Ting",
    "Yu",
)


def organisation(*, cases: int) -> Organisation:
    """Staff the desk for the expected number of cases.

    Crews are rounded to whole people, at least one a shift; the pace of the team then makes up for the
    difference within [0.25, 2], so that its load stays about the same at any size. From `SHORTAGE_BEGINS` on
    everyone in the second line is lent out two days a week: the planted bottleneck.
    """
    scale = cases / STANDARD_SIZE
    agents: list[Agent] = []
    pace = {SYSTEM: 1.0, CUSTOMER: 1.0}
    for team, shifts in _shifts().items():
        wanted = staffed = 0.0
        for shift in shifts:
            crew = max(1, round(shift.crew * scale))
            hours = len(shift.weekdays) * (shift.ends - shift.begins)
            wanted += hours * shift.crew * scale
            staffed += hours * crew
            for seat in range(crew):
                starts, ends = _roster(shift, seat=seat, is_lent=team == SECOND_LINE)
                agents.append(
                    Agent(name=_name(len(agents)), team=team, shift=shift.name, shift_starts=starts, shift_ends=ends)
                )
        pace[team] = float(np.clip(staffed / wanted, 0.25, 2.0))
    return Organisation(agents=tuple(agents), pace=pace)


def _name(number: int) -> str:
    family = _SURNAMES[number % len(_SURNAMES)]
    given = _GIVEN[(number // len(_SURNAMES) + 7 * number) % len(_GIVEN)]
    turn = number // (len(_SURNAMES) * len(_GIVEN))
    return f"{family} {given}" + (f" {turn + 1}" if turn else "")


def _roster(shift: Shift, *, seat: int, is_lent: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts = []
    ends = []
    for day in range(HORIZON // DAY + 1):
        weekday = (OPENS + timedelta(days=day)).weekday()
        if weekday not in shift.weekdays:
            continue
        if is_lent and day * DAY >= SHORTAGE_FROM and weekday in (seat % 5, (seat + 2) % 5):
            continue
        starts.append(day * DAY + shift.begins * HOUR)
        ends.append(day * DAY + shift.ends * HOUR)
    return tuple(starts), tuple(ends)
