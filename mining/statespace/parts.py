"""A drawing made ready to play: places, steps, activities with an inside, and what catches what."""

from __future__ import annotations

from dataclasses import dataclass, field

from mining.statespace.space import Element, Tokens

INTERRUPTED, DONE = 0, 1
"""Marks of a scope instance: an interrupting event sub-process took over; an inner activity was done (ad-hoc with
event sub-processes)."""


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One way in which an element fires within a scope instance.

    Takes the tokens `taken` and gives `given` (sorted place indices). `join` >= 0: an inclusive join, which takes one
    token from each of its places that has one. `enters`: an activity begins. `throws`: an error, escalation or cancel
    is raised. `absent`: the path that must be empty. `ends_scope`: the scope instance ends with all inside. `does`: an
    activity is completed; `is_end`: an end event.
    """

    element: int
    taken: Tokens
    given: Tokens
    enters: int = -1
    throws: int = -1
    join: int = -1
    absent: int = -1
    ends_scope: bool = False
    is_end: bool = False
    does: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it does nothing but take and give tokens."""
        return not self.ends_scope and self.enters == self.throws == self.join == self.absent == -1


@dataclass(frozen=True, slots=True)
class Throw:
    """An error, escalation or cancel that is raised; `key` tells which one, "" where the drawing doesn't say."""

    kind: str
    key: str
    element_id: str


@dataclass(frozen=True, slots=True)
class Catch:
    """A boundary event on an activity with an inside, or the start event of an event sub-process (`enters`).

    `catches` are (kind, key) of what it may be thrown by, then a token comes to the place `raised`. `is_free`: it may
    happen at any time. `mark` >= 0: at most once per instance; `absent` >= 0: only while that path is empty.
    """

    element: int
    ways: tuple[Tokens, ...]
    is_interrupting: bool
    is_free: bool
    catches: tuple[tuple[str, str], ...]
    raised: int
    mark: int = -1
    absent: int = -1
    enters: int = -1

    def matches(self, throw: Throw) -> int:
        """2 where it catches just this, 1 where it catches all of its kind, else 0."""
        if throw.kind == "cancel":
            return 2 if ("cancel", "") in self.catches else 0
        if (throw.kind, throw.key) in self.catches:
            return 2
        return 1 if (throw.kind, "") in self.catches else 0


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity with an inside: scope `scope`.

    `passes` is "" (one), "serial" or "parallel"; `least` and `most` bound their number (`most` 0: no bound);
    `at_once` is how many may run at a time; `may_end_early`: the whole may end when one is over. `exits` are the ways
    out of it.
    """

    element: int
    element_id: str
    scope: int
    exits: tuple[Tokens, ...]
    catches: tuple[Catch, ...] = ()
    passes: str = ""
    least: int = 1
    most: int = 1
    at_once: int = 1
    may_end_early: bool = False
    is_transaction: bool = False
    is_event_sub_process: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """The process or the inside of an activity: tokens at its start, steps that need none, event sub-processes.

    `begins` is the place whose token says that the process has not begun, or -1. `within` are places that stand for
    an activity under way (ad-hoc only).
    """

    element: int
    initial: Tokens
    free: tuple[int, ...] = ()
    triggers: tuple[Catch, ...] = ()
    begins: int = -1
    is_ad_hoc: bool = False
    is_sequential: bool = False
    cancels_remaining: bool = True
    within: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Join:
    """An inclusive join: its places, and for each place or activity of the scope the places that it may still feed.

    `feeds` are bit masks over `places` by place; `feeds_from` by activity, as (mark, mask): the mask counts while the
    activity does not bear the mark (-1: always).
    """

    places: tuple[int, ...]
    feeds: dict[int, int] = field(default_factory=dict)
    feeds_from: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Path:
    """The way of a non-interrupting event: places and activities that only it leads to."""

    places: frozenset[int]
    activities: frozenset[int]


@dataclass(frozen=True, slots=True)
class Game:
    """All of it; scope 0 is the process. `steps_at[p]` are the steps that place p's token may take part in."""

    source_name: str
    elements: tuple[Element, ...]
    places: tuple[str, ...]
    steps: tuple[Step, ...]
    steps_at: tuple[tuple[int, ...], ...]
    scopes: tuple[Scope, ...]
    activities: tuple[Activity, ...]
    throws: tuple[Throw, ...]
    joins: tuple[Join, ...]
    paths: tuple[Path, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def is_plain(self) -> bool:
        """Whether it is a Petri net: one scope, and steps that only take and give tokens."""
        return len(self.scopes) == 1 and all(step.is_plain for step in self.steps)
