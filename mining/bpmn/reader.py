"""Reading a BPMN 2.0 file: one participant's flow, honoured whole or refused by element."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.account import Account, RefusedDrawing, flow_parts, model_children
from mining.bpmn.called_starts import unused_in_calls
from mining.bpmn.calls import File, Library, file_of
from mining.bpmn.checks import check_drawing
from mining.bpmn.diagram import read_diagram
from mining.bpmn.drawing import Drawing, Flow, Ignored, Lane, Node
from mining.bpmn.nodes import read_node
from mining.bpmn.participants import Participants, read_participants
from mining.bpmn.triggers import bare, text_of
from mining.document import local_name, read_document, spaced
from mining.errors import MiningError, Problem

MAX_NODES = 20_000
"""Flow nodes of a drawing with everything that it calls."""
MAX_DEPTH = 60
"""Sub-processes and calls within each other."""


@dataclass(frozen=True, slots=True)
class _Inside:
    """The inside of a process or sub-process that waits to be read; `chain` names the processes around it."""

    element: etree._Element
    file: File
    scope: str
    prefix: str
    lane: str
    depth: int
    chain: tuple[tuple[str, str], ...]

    @property
    def is_process(self) -> bool:
        """Whether it is a process, not a sub-process."""
        return local_name(self.element) == "process"


@dataclass(slots=True)
class _Reading:
    """What has been found so far; lives only inside read_bpmn."""

    source: str
    library: Library
    account: Account = field(default_factory=Account)
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    lane_of: dict[str, str] = field(default_factory=dict)
    in_lanes: list[tuple[str, str]] = field(default_factory=list)
    origin: dict[str, tuple[etree._Element, str]] = field(default_factory=dict)
    waiting: list[_Inside] = field(default_factory=list)


def read_bpmn(
    xml: bytes, *, source: str, participant: str | None = None, others: Iterable[tuple[str, bytes]] = ()
) -> Drawing:
    """The drawing in a BPMN 2.0 file.

    `source` names the file in errors; `participant` (a pool's or process's name or id) chooses among several
    pools with content; `others` are further BPMN files (name, bytes) in which called processes are looked for.
    Honoured (BPMN 2.0.2): activities (section 10.3), sub-processes of every kind (10.3.5), call activities (10.3.6),
    loops and multiple instances (10.3.8), events (10.5) other than compensation, gateways (10.6) other than complex
    ones, sequence flows with their conditions (8.4.13), lanes. Raises RefusedDrawing with one problem per element
    that can't be honoured, MiningError where the file as a whole can't be read. Linear in the file and what it calls.
    """
    root = read_document(xml, source=source, kind="BPMN 2.0")
    if root.tag != f"{{{vocabulary.MODEL}}}definitions":
        raise MiningError(
            Problem(
                where=source,
                what=f"a BPMN 2.0 file starts with <definitions> of {vocabulary.MODEL}; found {root.tag}.",
                todo="Export the flow as BPMN 2.0.",
            )
        )
    parts = flow_parts(root)
    participants = read_participants(root, source=source, participant=participant)
    reading = _Reading(source, Library(tuple(others)))
    account = reading.account
    file = file_of(root, source)
    process_id = participants.process.get("id") or ""
    reading.waiting.append(_Inside(participants.process, file, "", "", "", 0, ((source, process_id),)))
    while reading.waiting:
        _read_inside(reading.waiting.pop(0), reading)
    _read_elsewhere(root, participants, reading)
    _note_lanes(reading)
    if not account.problems:
        findings = check_drawing(tuple(reading.nodes), tuple(reading.flows))
        account.notes += findings.notes
        for identity, what, todo in findings.refused:
            if identity in reading.origin:
                element, where = reading.origin[identity]
                account.refuse(element, what, source=where, todo=todo)
            else:
                account.problems.append(Problem(where=source, what=what, todo=todo))
        if not account.problems:
            _drop_unused(reading)
    honoured, refused = account.settle(parts, source=source)
    if account.problems:
        raise RefusedDrawing(*account.problems, honoured=honoured, ignored=tuple(account.ignored), refused=refused)
    shapes, edges = read_diagram(
        root,
        nodes=tuple(reading.nodes),
        others={*(lane.id for lane in reading.lanes), participants.pool_id},
        lines={flow.id for flow in reading.flows},
        ignored=account.ignored,
    )
    return Drawing(
        source=source,
        process_id=process_id,
        process_name=spaced(participants.process.get("name")),
        nodes=tuple(reading.nodes),
        flows=tuple(reading.flows),
        lanes=tuple(reading.lanes),
        pools=participants.pools,
        shapes=shapes,
        edges=edges,
        honoured=honoured,
        ignored=tuple(account.ignored),
        notes=tuple(account.notes),
    )


def _read_elsewhere(root: etree._Element, participants: Participants, reading: _Reading) -> None:
    """What stands outside the flow that is judged: other participants, message flows, definitions."""
    account = reading.account
    pooled = {pool.process_id for pool in participants.pools}
    for element in model_children(root):
        tag = local_name(element)
        if tag == "process" and element is not participants.process:
            reason = "belongs to another participant"
            if element.get("id") not in pooled:
                reason = "belongs to another process, which the flow does not call"
            for part in flow_parts(element):
                if part not in account.honoured and part not in account.refused and part not in account.ignored_parts:
                    account.ignore_part(part, reason)
        elif tag == "collaboration":
            for part in model_children(element):
                account.ignore(part)
        elif tag in {"choreography", "globalChoreographyTask"} and flow_parts(element):
            account.refuse(
                element,
                vocabulary.REFUSED_NODES["choreographyTask"],
                source=reading.source,
                todo="Draw it as a process.",
            )
            account.refused.update(flow_parts(element))


def _read_inside(inside: _Inside, reading: _Reading) -> None:
    """The lanes, nodes and flows that stand directly in a process or sub-process."""
    account, source = reading.account, inside.file.source
    for lane_set in inside.element.findall(f"{{{vocabulary.MODEL}}}laneSet"):
        _read_lanes(lane_set, inside, reading)
    flow_elements: list[etree._Element] = []
    here: dict[str, Node | None] = {}
    defaults: set[tuple[str, str]] = set()
    for element in model_children(inside.element):
        tag = local_name(element)
        if tag in vocabulary.FLOW_NODES:
            identity = _new_id(element, inside, reading)
            if identity is None:
                account.refused.update(flow_parts(element))
                continue
            if element.get("default"):
                defaults.add((identity, inside.prefix + bare(element.get("default"))))
            here[identity] = _read_one(element, identity, inside, reading)
        elif tag == "sequenceFlow":
            if element in inside.file.twins:
                account.ignore_part(element, "the same flow stands in the file twice; it is read once")
            elif _new_id(element, inside, reading) is not None:
                flow_elements.append(element)
        elif not inside.is_process:
            continue  # the parts of a sub-process have been met with the node itself
        elif tag not in vocabulary.STRUCTURE and not account.ignore(element):
            account.refuse(element, "this element is not known to BPMN 2.0 at this place.", source=source)
    # A flow may stand before the nodes that it joins.
    for element in flow_elements:
        _read_flow(element, inside, here, defaults, reading)


def _new_id(element: etree._Element, inside: _Inside, reading: _Reading) -> str | None:
    source = inside.file.source
    identity = element.get("id")
    if not identity:
        reading.account.refuse(
            element, "an element of the flow needs an id.", source=source, todo="Export the drawing again."
        )
        return None
    if inside.prefix + identity in reading.origin:
        reading.account.refuse(
            element, "its id stands twice in the file.", source=source, todo="Give each element an id of its own."
        )
        return None
    reading.origin[inside.prefix + identity] = (element, source)
    return inside.prefix + identity


def _read_lanes(lane_set: etree._Element, inside: _Inside, reading: _Reading) -> None:
    waiting = [(lane_set, "")]
    while waiting:
        around, parent = waiting.pop(0)
        for lane in around.findall(f"{{{vocabulary.MODEL}}}lane"):
            identity, name = lane.get("id") or "", spaced(lane.get("name"))
            if inside.file.source == reading.source and not inside.prefix:
                reading.lanes.append(Lane(identity, name, parent))
            for reference in lane.findall(f"{{{vocabulary.MODEL}}}flowNodeRef"):
                # Inner lanes come later and win: the innermost lane is the role.
                wanted = inside.prefix + bare(reference.text)
                reading.lane_of[wanted] = name
                reading.in_lanes.append((identity, wanted))
            waiting += [(inner, identity) for inner in lane.findall(f"{{{vocabulary.MODEL}}}childLaneSet")]


def _note_lanes(reading: _Reading) -> None:
    """Lanes may name what is nowhere; that harms nothing. What sits on an activity shares its lane."""
    for lane, wanted in reading.in_lanes:
        if wanted not in reading.origin:
            reading.account.ignored.append(
                Ignored(lane, "flowNodeRef", f"the lane names '{wanted}', which is no element of the flow")
            )
    lane_of = {node.id: node.lane for node in reading.nodes}
    reading.nodes = [
        replace(node, lane=lane_of.get(node.attached_to, "")) if node.attached_to and not node.lane else node
        for node in reading.nodes
    ]


def _drop_unused(reading: _Reading) -> None:
    """Leave out what a call does not begin with."""
    unused = unused_in_calls(reading.nodes, reading.flows)
    dropped = [flow.id for flow in reading.flows if flow.source in unused or flow.target in unused]
    reading.nodes = [node for node in reading.nodes if node.id not in unused]
    reading.flows = [flow for flow in reading.flows if flow.id not in dropped]
    for identity in [*sorted(unused), *dropped]:
        element, source = reading.origin[identity]
        if source == reading.source and element not in reading.account.ignored_parts:
            reading.account.ignore_part(element, "a call begins with the plain start event, not with this one")


def _read_one(element: etree._Element, identity: str, inside: _Inside, reading: _Reading) -> Node | None:
    account, file = reading.account, inside.file
    node = read_node(
        element,
        identity=identity,
        scope=inside.scope,
        prefix=inside.prefix,
        lane=reading.lane_of.get(identity, inside.lane),
        known=file.known,
        account=account,
        source=file.source,
    )
    if node is not None and node.is_event_sub_process and not node.is_expanded:
        account.ignore_part(element, "an event sub-process without an inside never begins")
        account.ignored_parts.update(flow_parts(element))
        return None
    if node is None:
        # What it holds is told as refused with it.
        account.refused.update(flow_parts(element))
        return None
    account.honoured.add(element)
    around = None
    if node.is_expanded:
        around = _Inside(element, file, identity, inside.prefix, node.lane, inside.depth + 1, inside.chain)
    elif node.type == "callActivity":
        node, around = _called(element, node, inside, reading)
    if around is not None and around.depth > MAX_DEPTH:
        account.refuse(element, f"sub-processes stand more than {MAX_DEPTH} deep in each other.", source=file.source)
        account.refused.update(flow_parts(element))
    elif around is not None:
        reading.waiting.append(around)
    reading.nodes.append(node)
    if len(reading.nodes) > MAX_NODES:
        raise MiningError(
            Problem(
                where=reading.source,
                what=f"the flow has more than {MAX_NODES} elements with all that it calls.",
                todo="Split the standard.",
            )
        )
    return node


def _called(element: etree._Element, node: Node, inside: _Inside, reading: _Reading) -> tuple[Node, _Inside | None]:
    """The call activity with the process that it calls as its inside, where that is found."""
    account, library = reading.account, reading.library
    found = library.find(node.called, inside.file) if node.called else None
    if found is None:
        if node.called and not library.knows(node.called, inside.file):
            account.notes.append((node.id, f"the process '{node.called}' that it calls is not here: it is one step."))
            for problem in library.unreadable:
                account.refuse(
                    element,
                    f"it calls '{node.called}', which may stand in {problem.where}; that can't be read: {problem.what}",
                    source=inside.file.source,
                    todo=problem.todo or "Mend the file or take it out of the folder.",
                )
        return node, None
    file, process = found
    sources = [] if file is inside.file else library.sources_of(node.called)
    if len(sources) > 1:
        told = f"the process '{node.called}' that it calls stands in {', '.join(sources)}: the first one is taken."
        account.notes.append((node.id, told))
    key = (file.source, process.get("id") or "")
    if key in inside.chain:
        account.refuse(
            element,
            f"it calls '{node.called}', which is the process that it stands in: the call never ends.",
            source=inside.file.source,
            todo="Draw a loop instead.",
        )
        return node, None
    around = _Inside(process, file, node.id, f"{node.id}/", node.lane, inside.depth + 1, (*inside.chain, key))
    return replace(node, is_expanded=True), around


def _read_flow(
    element: etree._Element,
    inside: _Inside,
    here: dict[str, Node | None],
    defaults: set[tuple[str, str]],
    reading: _Reading,
) -> None:
    account, source = reading.account, inside.file.source
    account.honoured.add(element)
    ends = [inside.prefix + bare(element.get(side)) for side in ("sourceRef", "targetRef")]
    identity = inside.prefix + (element.get("id") or "")
    for end, side in zip(ends, ("source", "target"), strict=True):
        if end not in here:
            bare_end = end.removeprefix(inside.prefix)
            told = f"no element '{bare_end}' of this process or sub-process" if bare_end else "none"
            account.refuse(element, f"its {side} is {told}.", source=source, todo="Connect the flow again.")
        elif here[end] is None and reading.origin[end][0] in account.ignored_parts:
            account.refuse(
                element, f"its {side} is an event sub-process, which no flow touches.", source=source, todo="Remove it."
            )
    condition = None
    for child in model_children(element):
        if local_name(child) == "conditionExpression":
            condition = text_of(child)
            account.ignored.append(Ignored(identity, "conditionExpression", "the choice is free; data is not weighed"))
        else:
            account.ignore(child)
    reading.flows.append(
        Flow(
            id=identity,
            source=ends[0],
            target=ends[1],
            name=spaced(element.get("name")),
            is_conditional=condition is not None,
            is_default=(ends[0], identity) in defaults,
            scope=inside.scope,
            condition=condition or "",
        )
    )
