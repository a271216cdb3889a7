"""Scripts of cases: the stages that a case goes through, and the one deviation planted in some of them.

A script is a tuple of stages; a stage is a string of letters that may be worked on side by side (the pair
`FE`) or a single letter. Each planted deviation is chosen so that every cheapest alignment with the
designed flow tells the same story; the tests enumerate all cheapest alignments to prove it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipelines.demo.flow import NAMES, STRANGE_STEPS, is_conformant

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

FLOW_KINDS: Final = ("skipped", "inserted", "repeated", "out_of_order", "replaced", "unknown_activity", "unfinished")

Stages = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """What a case is going to do.

    `harmless` counts the leading stages that the planted deviation leaves as the flow wants them; `kind`
    and `activity` are empty for an undisturbed case. `is_cut` says that the ticket gets closed in the ticket
    system after the last stage, although steps are missing.
    """

    stages: Stages
    harmless: int
    kind: str = ""
    activity: str = ""
    is_cut: bool = False


def undisturbed(*, loops: int, to_second_line: bool) -> Script:
    """Write the script of a case that keeps to the flow; `loops` counts the questions back to the customer."""
    stages = ("R", "C", "FE", "D", *("Q", "I", "D") * loops, *("ALX" if to_second_line else "S"), "V", "K", "Z")
    return Script(stages=stages, harmless=len(stages))


def disturbed(script: Script, *, kind: str, generator: np.random.Generator) -> Script:
    """Plant one deviation of `kind` in an undisturbed script, drawn evenly from those that fit it.

    A draw that the standard happens to accept is no deviation and is drawn again.
    """
    choices = _CHOICES[kind](script.stages)
    while True:
        found = choices[int(generator.integers(len(choices)))]
        if not is_conformant("".join(found.stages)):
            return found


def _without(stages: Stages, letter: str) -> tuple[Stages, int]:
    place = max(index for index, stage in enumerate(stages) if letter in stage)
    rest = stages[place].replace(letter, "")
    return stages[:place] + ((rest,) if rest else ()) + stages[place + 1 :], place


def _after(stages: Stages, anchor: str, letter: str) -> tuple[Stages, int]:
    place = 1 + max(index for index, stage in enumerate(stages) if anchor in stage)
    return (*stages[:place], letter, *stages[place:]), place


def _skips(stages: Stages) -> list[Script]:
    found = []
    for letter in "CFEDISALXVK":
        # in a case with questions the last diagnosis belongs to the loop: its absence has several readings
        if not any(letter in stage for stage in stages) or (letter == "D" and "Q" in stages):
            continue
        rest, place = _without(stages, letter)
        found.append(Script(stages=rest, harmless=place, kind="skipped", activity=NAMES[letter]))
    return found


def _additions(stages: Stages, kind: str, pairs: tuple[tuple[str, str], ...]) -> list[Script]:
    done = "".join(stages)
    found = []
    for anchor, letter in pairs:
        if anchor in done and (letter in done) == (kind == "repeated"):
            longer, place = _after(stages, anchor, letter)
            found.append(Script(stages=longer, harmless=place, kind=kind, activity=NAMES[letter]))
    return found


def _insertions(stages: Stages) -> list[Script]:
    # steps of the branch that the case did not take, and a question that nobody waits an answer for
    pairs = (("D", "A"), ("S", "L"), ("S", "X"), ("L", "S"), ("D", "S"), ("V", "Q"), ("F", "Q"), ("F", "I"))
    return _additions(stages, "inserted", pairs)


def _repetitions(stages: Stages) -> list[Script]:
    # never beside the first time, so that it is plain which of the two is one too many
    pairs = (("D", "C"), ("D", "E"), ("S", "D"), ("L", "D"), ("V", "S"), ("X", "L"), ("V", "X"), ("K", "V"))
    return _additions(stages, "repeated", pairs)


def _moves(stages: Stages) -> list[Script]:
    # (step, the step that it now follows): at least two steps away, for neighbours that swap have two readings
    pairs = (("C", "D"), ("E", "S"), ("E", "A"), ("S", "K"), ("A", "X"), ("X", "K"), ("K", "D"), ("V", "A"))
    done = "".join(stages)
    found = []
    for letter, anchor in pairs:
        if letter in done and anchor in done:
            rest, old = _without(stages, letter)
            moved, new = _after(rest, anchor, letter)
            found.append(Script(stages=moved, harmless=min(old, new), kind="out_of_order", activity=NAMES[letter]))
    return found


def _replacements(stages: Stages) -> list[Script]:
    # (step, the step done in its place): questions and answers that lead nowhere, and steps of the branch not taken,
    # far from their own place, so that no other reading is as cheap
    pairs = (
        *(("C", "Q"), ("C", "I"), ("C", "S"), ("C", "X"), ("D", "Q"), ("D", "I"), ("S", "Q"), ("S", "I")),
        *(("A", "Q"), ("A", "I"), ("L", "Q"), ("L", "I"), ("X", "Q"), ("X", "I")),
        *(("V", "Q"), ("V", "A"), ("V", "S"), ("K", "Q"), ("K", "L"), ("K", "S")),
    )
    done = "".join(stages)
    return [
        Script(
            stages=tuple(other if stage == letter else stage for stage in stages),
            harmless=stages.index(letter),
            kind="replaced",
            activity=NAMES[letter],
        )
        for letter, other in pairs
        if letter in stages and other not in done
    ]


def _strangers(stages: Stages) -> list[Script]:
    return [
        Script(
            stages=(*stages[:place], letter, *stages[place:]),
            harmless=place,
            kind="unknown_activity",
            activity=NAMES[letter],
        )
        for letter in STRANGE_STEPS
        for place in range(1, len(stages))
    ]


def _cuts(stages: Stages) -> list[Script]:
    # not after the hand-over, where "handed over needlessly" would be as good a story as "left unfinished"
    return [
        Script(
            stages=stages[: stages.index(letter) + 1],
            harmless=stages.index(letter) + 1,
            kind="unfinished",
            activity=NAMES[letter],
            is_cut=True,
        )
        for letter in "DSXVK"
        if letter in stages
    ]


_CHOICES: Final[dict[str, Callable[[Stages], list[Script]]]] = {
    "skipped": _skips,
    "inserted": _insertions,
    "repeated": _repetitions,
    "out_of_order": _moves,
    "replaced": _replacements,
    "unknown_activity": _strangers,
    "unfinished": _cuts,
}
