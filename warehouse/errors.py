"""The errors of this room: every problem of one kind of input comes in one error, in plain words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, told for a person.

    `where` names the place (a file with its line, an element id, a column); `what` says what was found
    against what was expected; `todo` says what to do next. Empty strings where there is nothing to say.
    """

    what: str
    where: str = ""
    todo: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.todo}" if self.todo else ""
        return f"{place}{self.what}{advice}"


class WarehouseError(Exception):
    """The store can't do what was asked: a file is held, full, unreadable, or a row source is broken.

    `problems` holds them all, so that a user mends several in one go.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class QuestionError(WarehouseError):
    """The question is wrong, not the store: SQL that fails, or a result that can't go where it was sent."""
