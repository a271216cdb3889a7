"""Which stages of a process are done: all that are stale, or those that were asked for with what hangs on them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import replace

from pipelines.errors import BadInput, Problem
from pipelines.planning.stage import CHOOSABLE, MADE_FROM, Stage, StageName


def stage_names(names: Sequence[str]) -> tuple[StageName, ...]:
    """The stages that --stage names, in their order; `BadInput` for names that are none, with the nearest ones."""
    problems = []
    for name in names:
        if name not in CHOOSABLE:
            near = difflib.get_close_matches(name, CHOOSABLE, n=1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            problems.append(
                Problem(f"--stage: there is no stage '{name}'.", "", f"{hint}Known: {', '.join(CHOOSABLE)}.")
            )
    if problems:
        raise BadInput(*problems)
    return tuple(name for name in CHOOSABLE if name in names)


def choose_stages(
    stages: Sequence[tuple[Stage, bool]], chosen: Collection[StageName]
) -> tuple[tuple[Stage, ...], tuple[Stage, ...]]:
    """The stages of one process to do, and the stale ones that are left for later.

    `stages` are all of them in order, each with whether it is stale. Without a choice all stale ones are done. Else:
    the chosen ones, anew; what they are made from, where that is stale; and all that is made from any of these,
    because half-made facts may not be published.
    """
    if not chosen:
        return tuple(stage for stage, is_stale in stages if is_stale), ()
    stale = {stage.name for stage, is_stale in stages if is_stale}
    asked = {name for name in MADE_FROM if name in chosen}
    why: dict[StageName, str] = dict.fromkeys(asked, "asked for")
    if {"publish", "report"} & set(chosen):
        # they are made from all of it
        why.update((name, "what is published is made from it") for name in stale - asked)
    has_grown = True
    while has_grown:
        before = len(why)
        for name in MADE_FROM:
            made_from = [each for each in MADE_FROM[name] if each in why]
            if name not in why and made_from:
                why[name] = f"{made_from[0]} is done anew"
        for name in reversed(list(MADE_FROM)):
            users = [each for each, sources in MADE_FROM.items() if name in sources and each in why]
            if name not in why and users and name in _stale_above(name, stale):
                why[name] = f"{users[0]} is made from it"
        has_grown = len(why) > before
    todo = []
    for stage, is_stale in stages:
        if stage.name in why:
            reason = why[stage.name]
            if is_stale:
                reason = f"{stage.reason}; {reason}"
            todo.append(replace(stage, reason=reason, anew=stage.anew or stage.name in asked))
    left = tuple(stage for stage, is_stale in stages if is_stale and stage.name not in why)
    return tuple(todo), left


def _stale_above(name: StageName, stale: Collection[StageName]) -> set[StageName]:
    """The stage itself where it, or anything that it is made from, is stale."""
    above = [name]
    for each in above:
        above += MADE_FROM[each]
    return {name} if any(each in stale for each in above) else set()
