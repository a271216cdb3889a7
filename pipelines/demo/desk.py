"""The discrete-event simulation of the desk: finite agents, queues by team, priority order.

Waiting is never drawn: it arises because an agent does one thing at a time and only inside a shift.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.demo.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a case: who does it and how long it takes.

    A task with an empty team needs no agent: it begins `delay` seconds after it became due, done by `actor`.
    """

    letter: str
    team: str
    seconds: int
    actor: str = ""
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A case for the desk: its stages in order, tasks of a stage side by side; a lower rank goes first."""

    arrives_at: int
    rank: int
    stages: tuple[tuple[Task, ...], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A finished task: indices of job and stage, the step, who did it and when (seconds)."""

    job: int
    stage: int
    letter: str
    agent: str
    due_at: int
    started_at: int
    completed_at: int


_SHIFT, _ARRIVAL, _COMPLETION = 0, 1, 2


def run(jobs: tuple[Job, ...], organisation: Organisation, *, until: int) -> list[Done]:
    """Play all jobs and return what was finished by `until`, in order of completion.

    An agent takes the waiting task of the team with the lowest (rank, due instant, job); among idle agents the
    one idle for longest takes it. Work begun inside a shift is finished even when the shift ends. Takes
    O(t log t) time for t tasks and shifts.
    """
    return _Desk(jobs, organisation, until=until).play()


class _Desk:
    def __init__(self, jobs: tuple[Job, ...], organisation: Organisation, *, until: int) -> None:
        self.jobs = jobs
        self.agents = organisation.agents
        self.until = until
        self.queues: dict[str, list[tuple[int, int, int, int, Task]]] = {a.team: [] for a in self.agents}
        self.idle: dict[str, list[tuple[int, int]]] = {agent.team: [] for agent in self.agents}
        self.is_idle = [False] * len(self.agents)
        self.is_busy = [False] * len(self.agents)
        self.missing = [0] * len(jobs)
        self.agenda: list[tuple[int, int, int, int, int, Task | None, int, int]] = []
        self.counter = 0
        self.done: list[Done] = []

    def play(self) -> list[Done]:
        for number, person in enumerate(self.agents):
            for start in person.shift_starts:
                self._schedule(start, _SHIFT, number, 0, None, 0, 0)
        for number, job in enumerate(self.jobs):
            self._schedule(job.arrives_at, _ARRIVAL, number, 0, None, 0, 0)
        while self.agenda:
            now, kind, _, number, agent, task, due, started = heapq.heappop(self.agenda)
            if now > self.until:
                break
            if kind == _SHIFT:
                self._report(number, now)
                self._dispatch(self.agents[number].team, now)
            elif kind == _ARRIVAL:
                self._open_stage(number, 0, now)
            elif task is not None:
                self._complete(now, number, agent, task, due, started)
        return self.done

    def _schedule(self, at: int, kind: int, number: int, agent: int, task: Task | None, due: int, started: int) -> None:
        self.counter += 1
        heapq.heappush(self.agenda, (at, kind, self.counter, number, agent, task, due, started))

    def _open_stage(self, number: int, stage: int, now: int) -> None:
        job = self.jobs[number]
        if stage == len(job.stages):
            return
        self.missing[number] = len(job.stages[stage]) + 1_000 * stage
        for task in job.stages[stage]:
            if task.team:
                self.counter += 1
                heapq.heappush(self.queues[task.team], (job.rank, now, self.counter, number, task))
                self._dispatch(task.team, now)
            else:
                begins = now + task.delay
                self._schedule(begins + task.seconds, _COMPLETION, number, -1, task, now, begins)

    def _complete(self, now: int, number: int, agent: int, task: Task, due: int, started: int) -> None:
        stage = self.missing[number] // 1_000
        who = task.actor if agent < 0 else self.agents[agent].name
        self.done.append(Done(number, stage, task.letter, who, due, started, now))
        self.missing[number] -= 1
        if self.missing[number] % 1_000 == 0:
            self._open_stage(number, stage + 1, now)
        if agent >= 0:
            self.is_busy[agent] = False
            self._report(agent, now)
            self._dispatch(task.team, now)

    def _is_on_shift(self, agent: int, now: int) -> bool:
        person = self.agents[agent]
        place = bisect_right(person.shift_starts, now) - 1
        return place >= 0 and now < person.shift_ends[place]

    def _report(self, agent: int, now: int) -> None:
        if not self.is_busy[agent] and not self.is_idle[agent] and self._is_on_shift(agent, now):
            self.is_idle[agent] = True
            heapq.heappush(self.idle[self.agents[agent].team], (now, agent))

    def _dispatch(self, team: str, now: int) -> None:
        queue = self.queues[team]
        idle = self.idle[team]
        while queue and idle:
            _, agent = heapq.heappop(idle)
            self.is_idle[agent] = False
            if not self._is_on_shift(agent, now):
                continue
            _, due, _, number, task = heapq.heappop(queue)
            self.is_busy[agent] = True
            self._schedule(now + task.seconds, _COMPLETION, number, agent, task, due, now)
