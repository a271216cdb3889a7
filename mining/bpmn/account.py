"""What becomes of each flow node and sequence flow of a file: honoured, ignored or refused, each once."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.drawing import Ignored
from mining.document import local_name, spaced
from mining.errors import MiningError, Problem

REDRAW = "Redraw it with the elements that can be honoured: tasks, sub-processes, events, plain gateways."


class RefusedDrawing(MiningError):
    """A drawing that holds what can't be honoured.

    `honoured`, `ignored` and `refused` count every flow node and sequence flow of the file once (ids in the order of
    the file, "" where an element has none; `ignored` lists what else says nothing about order, too).
    """

    def __init__(
        self,
        *problems: Problem,
        honoured: tuple[str, ...] = (),
        ignored: tuple[Ignored, ...] = (),
        refused: tuple[str, ...] = (),
    ) -> None:
        super().__init__(*problems)
        self.honoured = honoured
        self.ignored = ignored
        self.refused = refused


@dataclass(slots=True)
class Account:
    """The fate of every part of a file; lives only while it is read."""

    honoured: set[etree._Element] = field(default_factory=set)
    ignored_parts: set[etree._Element] = field(default_factory=set)
    refused: set[etree._Element] = field(default_factory=set)
    ignored: list[Ignored] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, element: etree._Element, what: str, *, source: str, todo: str = REDRAW) -> None:
        """Refuse an element by its id."""
        name, identity = spaced(element.get("name")), element.get("id") or "without an id"
        told = f"'{name}' ({identity})" if name else f"({identity})"
        problem = Problem(
            where=f"{source}, line {element.sourceline}", what=f"{local_name(element)} {told}: {what}", todo=todo
        )
        if problem not in self.problems:
            self.problems.append(problem)
        self.refused.add(element)

    def ignore_part(self, element: etree._Element, reason: str) -> None:
        """Leave a flow node or sequence flow out."""
        self.ignored_parts.add(element)
        self.ignored.append(Ignored(element.get("id") or "", local_name(element), reason))

    def ignore(self, element: etree._Element) -> bool:
        """Leave out what says nothing about order; False where the tag is not known as such."""
        reason = vocabulary.IGNORED.get(local_name(element))
        if reason is None:
            return False
        owner = element.get("id")
        if owner is None:
            parent = element.getparent()
            owner = parent.get("id") if parent is not None else ""
        self.ignored.append(Ignored(owner or "", local_name(element), reason))
        return True

    def settle(self, parts: list[etree._Element], *, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ids of the honoured and of the refused among all `parts` of the file, in its order.

        A part that nobody has met is refused: it stands where the flow can't hold it.
        """
        for part in parts:
            if part not in self.honoured and part not in self.ignored_parts and part not in self.refused:
                self.refuse(part, "it stands where no flow belongs.", source=source, todo="Move it into a process.")
        honoured = tuple(
            part.get("id") or ""
            for part in parts
            if part in self.honoured and part not in self.refused and part not in self.ignored_parts
        )
        return honoured, tuple(part.get("id") or "" for part in parts if part in self.refused)


def model_children(parent: etree._Element) -> list[etree._Element]:
    """Children in BPMN's own namespace, a tool's extensions left out."""
    return [child for child in parent if is_model(child)]


def is_model(element: etree._Element) -> bool:
    """Whether an element is BPMN's own."""
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{vocabulary.MODEL}}}")


def flow_parts(parent: etree._Element) -> list[etree._Element]:
    """Every flow node and sequence flow at any depth, except inside a tool's extensions."""
    found = []
    extension = f"{{{vocabulary.MODEL}}}extensionElements"
    for element in parent.iter(f"{{{vocabulary.MODEL}}}*"):
        if local_name(element) in vocabulary.FLOW_PARTS and not any(
            ancestor.tag == extension for ancestor in element.iterancestors()
        ):
            found.append(element)
    return found
