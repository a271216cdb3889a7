"""The demo's event log with its planted truth, as frames: a pure function of its seed and size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from pipelines.demo import organisation as desk_staff
from pipelines.demo.desk import Done, Job, Task, run
from pipelines.demo.flow import BOTTLENECK_STEP, DAY, HOUR, NAMES, breaches
from pipelines.demo.injections import FLOW_KINDS, Script, disturbed, undisturbed
from pipelines.demo.organisation import (
    BRANCH_SHARES,
    BRANCHES,
    CHANNEL_SHARES,
    CHANNELS,
    CUSTOMER,
    HANDLING,
    HORIZON,
    OPENS,
    PRIORITIES,
    PRIORITY_SHARES,
    SECOND_LINE,
    SYSTEM,
    ZONE,
    Organisation,
    team_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_SEED: Final = 20_260
LEAST_CASES: Final = 100
PLANTED_SHARE: Final = 0.013
"""Share of all cases that get one deviation of each kind of flow deviation."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The one place that was starved of staff: hotspot number one of kind `activity` in segment `all`.

    `since` is the first month of the shortage (2026-06), `last_month` the last complete month of the data.
    """

    activity: str
    team: str
    measures: tuple[str, ...]
    since: str
    last_month: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated year of the desk.

    `events`: a row an activity instance, in order of completion. `surveys`: a row a case with the ticket
    system's closing instant and the customer's verdict. `planted`: (case_id, kind, activity), the whole truth about
    deviations at `as_of`, the instant of the latest event.
    """

    events: pl.DataFrame
    surveys: pl.DataFrame
    planted: pl.DataFrame
    bottleneck: Bottleneck
    organisation: Organisation
    as_of: datetime


@dataclass(frozen=True, slots=True)
class _Arrivals:
    at: NDArray[np.int64]
    branch: NDArray[np.int64]
    channel: NDArray[np.int64]
    priority: NDArray[np.int64]
    loops: NDArray[np.int64]
    to_second_line: NDArray[np.bool_]


def simulate(*, cases: int = desk_staff.STANDARD_SIZE, seed: int = DEFAULT_SEED) -> Simulation:
    """Simulate about a year of the service desk; the same size and seed give the same rows.

    `cases` (at least 100) counts the tickets that customers bring between October 2025 and 12 October 2026; crews
    are scaled to it. Raises ValueError for a smaller number.
    """
    if cases < LEAST_CASES:
        message = f"the demo needs at least {LEAST_CASES} cases to show anything, got {cases}"
        raise ValueError(message)
    generator = np.random.default_rng(seed)
    staff = desk_staff.organisation(cases=cases)
    arrivals = _draw_arrivals(generator, cases=cases)
    scripts = _draw_scripts(generator, arrivals)
    jobs = tuple(_job(generator, arrivals, number, script, staff) for number, script in enumerate(scripts))
    closing_delays = generator.integers(HOUR, 3 * DAY, size=cases)
    moods = generator.random((3, cases))
    finished: list[list[Done]] = [[] for _ in range(cases)]
    for done in run(jobs, staff, until=HORIZON):
        finished[done.job].append(done)
    as_of = max(done.completed_at for story in finished for done in story)
    ends: list[int | None] = [None] * cases
    for number, script in enumerate(scripts):
        story = finished[number]
        is_done = len(story) == sum(len(stage) for stage in script.stages)
        end = story[-1].completed_at + (int(closing_delays[number]) if script.is_cut else 0) if story else as_of
        if is_done and end <= as_of:
            ends[number] = end
        else:
            # an open ticket shows only what the flow allows, so that its verdict has one reading
            finished[number] = [done for done in story if done.stage < script.harmless]
    names = _case_ids(arrivals)
    return Simulation(
        events=_events(arrivals, names, finished),
        surveys=_surveys(arrivals, names, scripts, finished, ends, moods),
        planted=_planted(names, scripts, finished, ends, as_of=as_of),
        bottleneck=Bottleneck(
            activity=NAMES[BOTTLENECK_STEP],
            team=SECOND_LINE,
            measures=("waiting", "sojourn"),
            since=f"{desk_staff.SHORTAGE_BEGINS:%Y-%m}",
            last_month="2026-09",
        ),
        organisation=staff,
        as_of=OPENS + timedelta(seconds=as_of),
    )


_HOURS: Final = np.array([0, 0, 0, 0, 0, 0, 0, 1, 6, 9, 10, 9, 5, 6, 9, 9, 8, 7, 5, 4, 3, 2, 1, 0], dtype=np.float64)


_FESTIVALS: Final = tuple(
    (datetime.fromisoformat(first), datetime.fromisoformat(last))
    for first, last in (("2025-10-01", "2025-10-07"), ("2026-02-15", "2026-02-23"), ("2026-10-01", "2026-10-07"))
)
"""National Day and Spring Festival: first and last day."""


def _draw_arrivals(generator: np.random.Generator, *, cases: int) -> _Arrivals:
    days = HORIZON // DAY + 1
    weights = np.empty(days)
    for day in range(days):
        date = OPENS + timedelta(days=day)
        is_festival = any(first <= date <= last for first, last in _FESTIVALS)
        weights[day] = 26.0 if date.weekday() in desk_staff.WEEKEND or is_festival else 64.0
    slots = (weights[:, None] * _HOURS[None, :]).ravel()
    opens = np.arange(len(slots)) * HOUR
    slots[opens + HOUR > HORIZON] = 0.0
    chosen = generator.choice(len(slots), size=cases, p=slots / slots.sum())
    at = np.sort(opens[chosen] + generator.integers(0, HOUR, size=cases))
    return _Arrivals(
        at=at,
        branch=generator.choice(len(BRANCHES), size=cases, p=BRANCH_SHARES),
        channel=generator.choice(len(CHANNELS), size=cases, p=CHANNEL_SHARES),
        priority=generator.choice(len(PRIORITIES), size=cases, p=PRIORITY_SHARES),
        loops=generator.choice(3, size=cases, p=(0.78, 0.18, 0.04)),
        to_second_line=generator.random(cases) < 0.38,
    )


def _draw_scripts(generator: np.random.Generator, arrivals: _Arrivals) -> list[Script]:
    cases = len(arrivals.at)
    scripts = [
        undisturbed(loops=int(arrivals.loops[number]), to_second_line=bool(arrivals.to_second_line[number]))
        for number in range(cases)
    ]
    quota = int(np.ceil(PLANTED_SHARE * cases))
    chosen = generator.permutation(cases)[: quota * len(FLOW_KINDS)]
    for turn, number in enumerate(chosen.tolist()):
        kind = FLOW_KINDS[turn % len(FLOW_KINDS)]
        scripts[number] = disturbed(scripts[number], kind=kind, generator=generator)
    return scripts


def _job(generator: np.random.Generator, arrivals: _Arrivals, number: int, script: Script, staff: Organisation) -> Job:
    branch = BRANCHES[arrivals.branch[number]]
    channel = CHANNELS[arrivals.channel[number]]
    letters = "".join(script.stages)
    draws = generator.standard_normal(len(letters) + 1)
    stages = []
    place = 0
    for stage in script.stages:
        tasks = []
        for letter in stage:
            team = team_of(letter, branch=branch, channel=channel)
            mean, spread = HANDLING[letter]
            # a lognormal with the wanted mean
            minutes = staff.pace[team] * mean * np.exp(spread * draws[place] - spread**2 / 2)
            seconds = max(20, int(60 * minutes))
            place += 1
            if team == SYSTEM:
                tasks.append(Task(letter=letter, team="", seconds=5 + seconds % 20, actor=f"{channel} gateway"))
            elif team == CUSTOMER:
                delay = int(6 * HOUR * np.exp(0.9 * draws[-1]))
                tasks.append(Task(letter=letter, team="", seconds=seconds, actor="customer", delay=delay))
            else:
                tasks.append(Task(letter=letter, team=team, seconds=seconds))
        stages.append(tuple(tasks))
    return Job(arrives_at=int(arrivals.at[number]), rank=int(arrivals.priority[number]), stages=tuple(stages))


def _case_ids(arrivals: _Arrivals) -> list[str]:
    return [
        f"SD{OPENS + timedelta(seconds=instant):%y%m}-{number:06d}"
        for number, instant in enumerate(arrivals.at.tolist(), start=1)
    ]


def _instants(values: list[int | None], name: str) -> pl.Series:
    seconds = pl.Series(name, values, dtype=pl.Int64)
    base = int((OPENS - datetime.fromisoformat("1970-01-01")).total_seconds())
    return ((seconds + base) * 1_000_000).cast(pl.Datetime("us")).dt.replace_time_zone(ZONE)


def _events(arrivals: _Arrivals, names: list[str], finished: list[list[Done]]) -> pl.DataFrame:
    rows = sorted(
        (done for story in finished for done in story), key=lambda done: (done.completed_at, done.job, done.stage)
    )
    jobs = [done.job for done in rows]
    branches = [BRANCHES[place] for place in arrivals.branch.tolist()]
    channels = [CHANNELS[place] for place in arrivals.channel.tolist()]
    priorities = [PRIORITIES[place] for place in arrivals.priority.tolist()]
    return pl.DataFrame(
        {
            "event_id": [f"E{number:07d}" for number in range(1, len(rows) + 1)],
            "ticket_id": [names[job] for job in jobs],
            "step": [NAMES[done.letter] for done in rows],
            "started_at": _instants([done.started_at for done in rows], "started_at"),
            "completed_at": _instants([done.completed_at for done in rows], "completed_at"),
            "agent": [done.agent for done in rows],
            "team": [team_of(done.letter, branch=branches[done.job], channel=channels[done.job]) for done in rows],
            "branch": [branches[job] for job in jobs],
            "channel": [channels[job] for job in jobs],
            "priority": [priorities[job] for job in jobs],
        }
    )


def _surveys(
    arrivals: _Arrivals,
    names: list[str],
    scripts: list[Script],
    finished: list[list[Done]],
    ends: list[int | None],
    moods: NDArray[np.float64],
) -> pl.DataFrame:
    kept = [number for number, story in enumerate(finished) if story]
    scores: list[int | None] = []
    complaints: list[bool] = []
    for number in kept:
        end = ends[number]
        days = ((HORIZON if end is None else end) - int(arrivals.at[number])) / DAY
        anger = min(0.9, 0.02 + 0.03 * days + (0.15 if scripts[number].kind else 0.0))
        answered, luck, temper = moods[:, number].tolist()
        score = 5 - round(4 * min(1.0, anger * (0.4 + 1.6 * luck)))
        scores.append(score if end is not None and answered < 0.4 else None)
        complaints.append(temper < 0.12 * anger)
    return pl.DataFrame(
        {
            "ticket_id": [names[number] for number in kept],
            "closed_at": _instants([ends[number] for number in kept], "closed_at"),
            "satisfaction": pl.Series(scores, dtype=pl.Int64),
            "complaint": complaints,
        }
    )


def _planted(
    names: list[str],
    scripts: list[Script],
    finished: list[list[Done]],
    ends: list[int | None],
    *,
    as_of: int,
) -> pl.DataFrame:
    rows = []
    for number, story in enumerate(finished):
        script = scripts[number]
        if script.kind and ends[number] is not None:
            rows.append((names[number], script.kind, script.activity))
        completions: dict[str, list[int]] = {}
        for done in story:
            completions.setdefault(done.letter, []).append(done.completed_at)
        rows.extend(
            (names[number], "late", NAMES[limit.target])
            for limit in breaches(completions, ended_at=ends[number], as_of=as_of)
        )
    schema = {"case_id": pl.String, "kind": pl.String, "activity": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("case_id", "kind", "activity")
