"""Worked queries: what analysts ask, in English and Chinese, with the SQL that answers it."""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass
from importlib.resources import files

from warehouse.errors import Problem, QuestionError

_HEADER = re.compile(r"^-- (question|问题|gives): +(.*)\n", re.MULTILINE)
_FILE = re.compile(r"(\d{2})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Example:
    """A worked query about one process, which `$process` names; `sql` is the query without its header."""

    number: int
    name: str
    question_en: str
    question_zh: str
    gives: str
    sql: str

    def for_process(self, process: str) -> str:
        """The query as it can be pasted elsewhere: with the process as a literal, nothing left to bind."""
        return self.sql.replace("$process", "'" + process.replace("'", "''") + "'")


@functools.cache
def examples() -> tuple[Example, ...]:
    """The worked queries of `examples/*.sql`, in order."""
    found = []
    for entry in files("warehouse.reading").joinpath("examples").iterdir():
        match = _FILE.fullmatch(entry.name)
        if match is not None:
            text = entry.read_text(encoding="utf-8")
            told = dict(_HEADER.findall(text))
            sql = _HEADER.sub("", text).strip()
            found.append(Example(int(match[1]), match[2], told["question"], told["问题"], told["gives"], sql))
    return tuple(sorted(found, key=lambda example: example.number))


def example_of(wanted: str) -> Example:
    """The worked query of a number or a name. Raises `QuestionError` with the nearest one."""
    for example in examples():
        if wanted in {example.name, str(example.number), f"{example.number:02}"}:
            return example
    near = difflib.get_close_matches(wanted, [example.name for example in examples()], n=1, cutoff=0.4)
    todo = f"Did you mean '{near[0]}'?" if near else f"Give a number from 1 to {len(examples())}."
    raise QuestionError(Problem(f"there is no worked query '{wanted}'.", "--example", todo))
