"""BPMN 2.0 drawings: what is honoured is read exactly, everything else is refused by its id."""

from mining.bpmn.account import RefusedDrawing
from mining.bpmn.drawing import Bounds, Drawing, Edge, Flow, Ignored, Lane, Loop, Node, Pool, Shape, Trigger
from mining.bpmn.layout import layout
from mining.bpmn.reader import read_bpmn
from mining.bpmn.surroundings import Beside, Link, Surroundings, read_surroundings

__all__ = [
    "Beside",
    "Bounds",
    "Drawing",
    "Edge",
    "Flow",
    "Ignored",
    "Lane",
    "Link",
    "Loop",
    "Node",
    "Pool",
    "RefusedDrawing",
    "Shape",
    "Surroundings",
    "Trigger",
    "layout",
    "read_bpmn",
    "read_surroundings",
]
