"""Alignments: the cheapest account of a case in terms of the standard."""

from mining.alignment.align import align
from mining.alignment.alignments import LOG, MODEL, MOVE_NAMES, SYNCHRONOUS, Alignments
from mining.alignment.engine import Budget
from mining.alignment.fitness import log_fitness
from mining.alignment.precision import precision

__all__ = [
    "LOG",
    "MODEL",
    "MOVE_NAMES",
    "SYNCHRONOUS",
    "Alignments",
    "Budget",
    "align",
    "log_fitness",
    "precision",
]
