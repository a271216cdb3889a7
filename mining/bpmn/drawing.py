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


SUB_PROCESSES = ("subProcess", "transaction", "adHocSubProcess")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event definition.

    `kind` is message, timer, conditional, signal, error, escalation, cancel, link or terminate. `reference` is the id
    of the message, signal, error or escalation that it refers to (the name of a link), `name` that one's name; ""
    where the file says nothing. A timer has `timer` date, duration or cycle, and `text` holds its expression as
    written (ISO 8601, or a tool's own language); `text` of a conditional is its condition. `code` is the code of the
    error or escalation: two of one code are the same.
    """

    kind: str
    reference: str = ""
    name: str = ""
    timer: str = ""
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """A marker: an activity with several passes.

    `kind` is standard (a loop), sequential or parallel (multi-instance). `maximum` bounds the passes of a standard
    loop, `cardinality` is the number of instances, each where the file states it as a whole number. `may_end_early`:
    a completion condition may end the whole whenever an instance completes.
    """

    kind: str
    maximum: int | None = None
    cardinality: int | None = None
    may_end_early: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node.

    `type` is its BPMN tag (userTask, exclusiveGateway, boundaryEvent ...), `lane` the name of the innermost lane that
    holds it, or "". `scope` is the id of the sub-process (or call activity) that holds it, "" in the process itself.
    Content of a call activity c has ids that start with "c/".

    Events: `triggers` are their event definitions, none for a plain event; `is_parallel` tells that all of several
    are needed. A boundary event is `attached_to` an activity. `is_interrupting` says of a boundary event, or the
    start event of an event sub-process, that what it stands on ends. Activities: `marker`, if they have several
    passes; `is_expanded` where a sub-process or call activity has an inside that is part of this drawing (else it is
    one step); `called` is the id of the process or task that a call activity calls. `is_sequential` and
    `cancels_remaining` speak of ad-hoc sub-processes. `instantiates` says of a receive task or event-based gateway
    that it starts the case, `is_parallel` of an event-based gateway that all of its events are needed.
    """

    id: str
    name: str
    type: str
    lane: str = ""
    scope: str = ""
    triggers: tuple[Trigger, ...] = ()
    is_parallel: bool = False
    attached_to: str = ""
    is_interrupting: bool = True
    marker: Loop | None = None
    is_expanded: bool = False
    is_event_sub_process: bool = False
    is_sequential: bool = False
    cancels_remaining: bool = True
    called: str = ""
    instantiates: bool = False

    @property
    def trigger(self) -> str:
        """Kind of the event definition, "" for none; multiple or parallelMultiple for several."""
        if len(self.triggers) > 1:
            return "parallelMultiple" if self.is_parallel else "multiple"
        return self.triggers[0].kind if self.triggers else ""

    @property
    def is_task(self) -> bool:
        """Whether it is a task of any type."""
        return self.type in TASKS

    @property
    def is_activity(self) -> bool:
        """Whether it is a task, a sub-process or a call activity."""
        return self.type in TASKS or self.type in SUB_PROCESSES or self.type == "callActivity"

    @property
    def is_step(self) -> bool:
        """Whether it is done as one step: a task, or another activity without an inside."""
        return self.is_activity and not self.is_expanded

    @property
    def is_event(self) -> bool:
        """Whether it is an event of any kind."""
        return self.type in EVENTS

    @property
    def told(self) -> str:
        """The node in words, for errors."""
        return f"{self.type} '{self.name}' ({self.id})" if self.name else f"{self.type} {self.id}"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow from node `source` to node `target` (ids), both in `scope`.

    `condition` is the text of its condition as written; `is_conditional` is true also where that text is empty.
    """

    id: str
    source: str
    target: str
    name: str = ""
    is_conditional: bool = False
    is_default: bool = False
    scope: str = ""
    condition: str = ""


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
    """Where a node, lane or pool stands.

    `page` numbers the diagrams of the file from 0; a sub-process drawn closed may have its inside on another page.
    `is_closed` says that a sub-process is drawn closed: what it holds is not to be seen on the same page. `label` is
    where the name stands, if the file says so; `is_vertical` of a pool or lane, that it runs from top to bottom.
    """

    element_id: str
    bounds: Bounds
    page: int = 0
    is_closed: bool = False
    label: Bounds | None = None
    is_vertical: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """How a sequence flow runs: its points from source to target, on which page, and where its name stands."""

    element_id: str
    waypoints: tuple[tuple[float, float], ...]
    page: int = 0
    label: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something in the file that says nothing about the order of steps; `element_id` may be ""."""

    element_id: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A flow as drawn, every part of which is honoured.

    `nodes`, `flows` and `lanes` stand in the order of the file, at every depth: a sub-process before what it holds.
    `honoured` lists the ids of all nodes and sequence flows that take part; `ignored` what was left out, with the
    reason. `notes` (element id, sentence) tells what was read in a way that the file leaves open. Shapes and edges
    are those of the file itself; the inside of a call activity has some where the called process stands in it, too.
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
    notes: tuple[tuple[str, str], ...] = ()
