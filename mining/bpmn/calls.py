"""The processes and tasks that call activities may call."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.account import model_children
from mining.bpmn.nodes import has_inside
from mining.bpmn.triggers import bare
from mining.document import local_name, read_document
from mining.errors import MiningError, Problem


@dataclass(frozen=True, slots=True)
class File:
    """A BPMN file: its root, and what stands in it by id: definitions, processes, tasks to be called.

    `twins` are sequence flows that some tools write once more, in a place that does not hold their ends.
    """

    source: str
    root: etree._Element
    known: dict[str, etree._Element] = field(default_factory=dict)
    processes: dict[str, etree._Element] = field(default_factory=dict)
    tasks: frozenset[str] = frozenset()
    twins: frozenset[etree._Element] = frozenset()


def file_of(root: etree._Element, source: str) -> File:
    """The parts of a parsed file by id; the first of an id counts."""
    known: dict[str, etree._Element] = {}
    processes: dict[str, etree._Element] = {}
    tasks = set()
    for element in model_children(root):
        identity, tag = element.get("id"), local_name(element)
        if not identity:
            continue
        known.setdefault(identity, element)
        if tag == "process":
            processes.setdefault(identity, element)
        elif tag in vocabulary.GLOBAL_TASKS:
            tasks.add(identity)
    return File(source, root, known, processes, frozenset(tasks), _twins(root))


def _twins(root: etree._Element) -> frozenset[etree._Element]:
    met: dict[tuple[str, str, str], list[etree._Element]] = {}
    for flow in root.iter(f"{{{vocabulary.MODEL}}}sequenceFlow"):
        if flow.get("id"):
            key = (flow.get("id") or "", flow.get("sourceRef") or "", flow.get("targetRef") or "")
            met.setdefault(key, []).append(flow)
    twins: set[etree._Element] = set()
    for (_, source, target), flows in met.items():
        if len(flows) > 1:
            at_home = [flow for flow in flows if {source, target} <= _ids_beside(flow)]
            if len(at_home) == 1:
                twins.update(flow for flow in flows if flow is not at_home[0])
    return frozenset(twins)


def _ids_beside(flow: etree._Element) -> set[str]:
    parent = flow.getparent()
    return {child.get("id") or "" for child in parent} if parent is not None else set()


@dataclass(slots=True)
class Library:
    """The other files of a standard's folder, read when first needed."""

    others: tuple[tuple[str, bytes], ...]
    files: list[File] | None = None
    unreadable: list[Problem] = field(default_factory=list)

    def find(self, called: str, home: File) -> tuple[File, etree._Element] | None:
        """The process of this id with something in it: in the caller's file, else in another, in their order.

        None also where a task is meant, or nothing is found.
        """
        for file in (home, *self._files()):
            for name in (called, bare(called)):
                process = file.processes.get(name)
                if process is not None and has_inside(process):
                    return file, process
            if bare(called) in file.tasks:
                return None
        return None

    def sources_of(self, called: str) -> list[str]:
        """The other files that hold a process of this id with something in it."""
        return [
            file.source
            for file in self._files()
            if any(name in file.processes and has_inside(file.processes[name]) for name in {called, bare(called)})
        ]

    def knows(self, called: str, home: File) -> bool:
        """Whether a process (be it empty) or task of this id is anywhere."""
        return any(bare(called) in file.processes or bare(called) in file.tasks for file in (home, *self._files()))

    def _files(self) -> list[File]:
        if self.files is None:
            self.files = []
            for source, xml in self.others:
                try:
                    root = read_document(xml, source=source, kind="BPMN 2.0")
                except MiningError as error:
                    self.unreadable += error.problems
                    continue
                if root.tag == f"{{{vocabulary.MODEL}}}definitions":
                    self.files.append(file_of(root, source))
                else:
                    self.unreadable.append(Problem(where=source, what=f"no BPMN 2.0 file; it starts with {root.tag}."))
        return self.files
