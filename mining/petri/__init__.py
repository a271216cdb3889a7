"""Petri nets and their exchange format, PNML."""

from mining.petri.net import Arc, Marking, Net, Place, Transition
from mining.petri.pnml import read_pnml

__all__ = ["Arc", "Marking", "Net", "Place", "Transition", "read_pnml"]
