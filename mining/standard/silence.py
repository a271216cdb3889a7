"""Steps that leave no event in the log, as the owner lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mining.document import spaced
from mining.errors import MiningError, Problem
from mining.standard.nearest import nearest


def silent_ids(
    steps: Sequence[tuple[str, str]], silent: Iterable[str], *, others: Iterable[str] = (), source: str
) -> frozenset[str]:
    """Ids of the steps (id, name) that `silent` names, by id or by name (a name silences all that bear it).

    `others` are names and ids that are silent anyway. Raises MiningError for each entry that names nothing.
    """
    found: set[str] = set()
    problems = []
    anyway = set(others)
    for entry in silent:
        wanted = spaced(entry)
        hits = [identity for identity, _ in steps if identity == wanted]
        hits = hits or [identity for identity, name in steps if name == wanted]
        found.update(hits)
        if not hits and wanted not in anyway:
            known = [text for step in steps for text in step if text]
            problems.append(
                Problem(
                    where=source,
                    what=f"silent: there is no step '{wanted}' in the flow.",
                    todo=nearest(wanted, known),
                )
            )
    if problems:
        raise MiningError(*problems)
    return frozenset(found)
