"""The names that the standards of a process know."""

from __future__ import annotations

from pipelines.compiling.standard import read_flow
from pipelines.errors import BadInput
from pipelines.workspace.load import Process


def names_of_standard(process: Process) -> frozenset[str]:
    """Steps of the drawings, and the activities that the standards map, ignore or name as silent.

    A drawing that can't be read names none: judging says what is wrong with it.
    """
    names: set[str] = set()
    for version in process.standards:
        names |= {*version.file.activities, *version.file.activities.values(), *version.file.ignore}
        try:
            names.update(read_flow(version).labels)
        except BadInput:
            continue
    return frozenset(names)
