"""What went wrong, in words: the errors of all three rooms as the problems that a user reads."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from mining.errors import MiningError
from pipelines.errors import BadInput, Problem
from warehouse.errors import WarehouseError

HOUSE_ERRORS = (BadInput, MiningError, WarehouseError)


def is_stop(error: BaseException) -> bool:
    """Whether an error means that somebody pressed Ctrl-C: while a query runs, DuckDB makes a `RuntimeError` of it."""
    return isinstance(error, KeyboardInterrupt) or (
        isinstance(error, RuntimeError) and str(error) == "Query interrupted"
    )


def raise_if_stopped(error: BaseException) -> None:
    """Raise `KeyboardInterrupt` where that is what an error stands for; call it before one is taken for a failure."""
    if is_stop(error):
        raise KeyboardInterrupt from error


def problems_of(error: BaseException) -> tuple[Problem, ...]:
    """The problems in an error; one that nobody foresaw says so, with its place and without a traceback."""
    if isinstance(error, HOUSE_ERRORS):
        return tuple(Problem(problem.what, problem.where, problem.todo) for problem in error.problems)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return (
        Problem(
            f"an error that asrun did not foresee: {type(error).__name__}: {error}",
            place,
            "Please report it; the last published results stay in place.",
        ),
    )


def few_names(names: Sequence[str]) -> str:
    """The first eight names in quotes, and how many more there are."""
    shown = ", ".join(f"'{name}'" for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
