"""Pairing a skip with the same step done elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from mining.alignment.alignments import LOG, MODEL


def paired(kinds: Sequence[int], steps: Sequence[str | None]) -> dict[int, int]:
    """Model move -> log move of the same step, each used once.

    `steps[i]` is the step name of move i, None for an unknown activity. The nearest pair is joined first; among
    equally near ones that of the earlier model move, then of the earlier log move.
    """
    by_step: dict[str, tuple[list[int], list[int]]] = {}
    for number, (kind, step) in enumerate(zip(kinds, steps, strict=True)):
        if step is not None and kind in {LOG, MODEL}:
            by_step.setdefault(step, ([], []))[0 if kind == MODEL else 1].append(number)
    pairs: dict[int, int] = {}
    for skips, extras in by_step.values():
        if not skips or not extras:
            continue
        used: set[int] = set()
        for _, skip, extra in sorted((abs(skip - extra), skip, extra) for skip in skips for extra in extras):
            if skip not in pairs and extra not in used:
                pairs[skip] = extra
                used.add(extra)
    return pairs
