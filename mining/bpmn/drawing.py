"""A drawn flow: its nodes, sequence flows, lanes and where they stand on the page."""

from __future__ import annotations

from dataclasses import dataclass

TASKS = (
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
)


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node.

    `type` is its BPMN tag (userTask, exclusiveGateway ...), `trigger` the event definition of an event
    ("message", "timer" ...; "" for none), `lane` the name of the innermost lane that holds it, or "".
    """

    id: str
    name: str
    type: str
    lane: str = ""
    trigger: str = ""

    @property
    def is_task(self) -> bool:
        """Whether it is a step that people or systems do."""
        return self.type in TASKS

    @property
    def told(self) -> str:
        """The node in words, for errors."""
        return f"{self.type} '{self.name}' ({self.id})" if self.name else f"{self.type} {self.id}"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow from node `source` to node `target` (ids)."""

    id: str
    source: str
    target: str
    name: str = ""
    is_conditional: bool = False
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane; `parent` is the id of the lane around it, or ""."""

    id: str
    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """A participant; `process_id` is "" for one whose inside isn't drawn."""

    id: str
    name: str
    process_id: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box on the page, in the drawing's own units; x grows to the right and y downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a node, lane or pool stands."""

    element_id: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Edge:
    """How a sequence flow runs: its points from source to target."""

    element_id: str
    waypoints: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something in the file that says nothing about the order of steps; `element_id` may be ""."""

    element_id: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A flow as drawn, every part of which is honoured.

    `nodes`, `flows` and `lanes` stand in the order of the file. `honoured` lists the ids of all nodes and
    sequence flows that take part; `ignored` what was left out, with the reason.
    """

    source: str
    process_id: str
    process_name: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    lanes: tuple[Lane, ...]
    pools: tuple[Pool, ...]
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    honoured: tuple[str, ...]
    ignored: tuple[Ignored, ...]
