"""What a gate found, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["passed", "found", "not_told"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one gate about one source (None: about all of them together).

    `rows` found of `asked`; None where rows are not what is counted. `detail` says what was found with an example, or
    why nothing can be told. `is_too_much`: more rows than single rows' faults can explain.
    """

    gate: str
    source: str | None
    outcome: Outcome
    rows: int | None = 0
    asked: int = 0
    detail: str = ""
    is_too_much: bool = False

    @property
    def share(self) -> float | None:
        """Rows found over rows asked about."""
        return self.rows / self.asked if self.rows is not None and self.asked else None


def shown(text: object) -> str:
    """A text of the data as it may stand in a sentence: on one line, cut at sixty characters."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def counted(rows: int, asked: int) -> str:
    """`3 of 46 rows (6.5%)`."""
    return f"{rows:,} of {asked:,} rows ({rows / asked:.1%})" if asked else f"{rows:,} rows"
