"""Which of the participants in a BPMN file is the one whose flow is read."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.drawing import Pool
from mining.bpmn.triggers import bare
from mining.document import local_name, spaced
from mining.errors import MiningError, Problem


@dataclass(frozen=True, slots=True)
class Participants:
    """The chosen process with its pool (`pool_id` "" where it has none) and all pools of the file."""

    process: etree._Element
    pool_id: str
    pools: tuple[Pool, ...]


def read_participants(root: etree._Element, *, source: str, participant: str | None) -> Participants:
    """The process with content, or the one that `participant` names (name or id of pool or process).

    Raises MiningError where there is none, or several and no choice.
    """
    pools = tuple(
        Pool(
            element.get("id") or "",
            spaced(element.get("name")),
            (element.get("processRef") or "").split(":")[-1],
        )
        for element in root.iterfind(f"{{{vocabulary.MODEL}}}collaboration/{{{vocabulary.MODEL}}}participant")
    )
    candidates = []
    for process in root.iterfind(f"{{{vocabulary.MODEL}}}process"):
        if any(local_name(child) in vocabulary.FLOW_NODES for child in process if isinstance(child.tag, str)):
            pool = next((pool for pool in pools if pool.process_id and pool.process_id == process.get("id")), None)
            candidates.append((process, pool))
    if not candidates:
        raise MiningError(
            Problem(where=source, what="the file has no process with a flow in it.", todo="Draw the flow.")
        )
    if participant is not None:
        wanted = spaced(participant)
        candidates = [(process, pool) for process, pool in candidates if wanted in _names(process, pool)] or _unknown(
            source, wanted, candidates
        )
    elif len(candidates) > 1:
        # A process that has no pool and is called by another is a part of that one.
        called = {bare(call.get("calledElement")) for call in root.iter(f"{{{vocabulary.MODEL}}}callActivity")}
        kept = [(process, pool) for process, pool in candidates if pool or process.get("id") not in called]
        candidates = kept or candidates
    if len(candidates) > 1:
        told = ", ".join(f"'{_told(process, pool)}'" for process, pool in candidates)
        raise MiningError(
            Problem(
                where=source,
                what=f"the file draws the flows of {len(candidates)} participants: {told}; a standard is the flow "
                "of one.",
                todo="Name one under 'participant' in standard.yaml, or keep each flow in a file of its own.",
            )
        )
    process, pool = candidates[0]
    return Participants(process, pool.id if pool else "", pools)


def _names(process: etree._Element, pool: Pool | None) -> set[str]:
    names = {spaced(process.get("id")), spaced(process.get("name"))}
    return names | ({pool.id, pool.name} if pool else set())


def _told(process: etree._Element, pool: Pool | None) -> str:
    return (pool.name if pool else "") or spaced(process.get("name")) or process.get("id") or "unnamed"


def _unknown(
    source: str, wanted: str, candidates: list[tuple[etree._Element, Pool | None]]
) -> list[tuple[etree._Element, Pool | None]]:
    told = ", ".join(f"'{_told(process, pool)}'" for process, pool in candidates)
    raise MiningError(
        Problem(where=source, what=f"no participant '{wanted}' with a flow; found {told}.", todo="Name one of them.")
    )
