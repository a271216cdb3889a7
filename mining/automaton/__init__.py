"""The visible language of a standard as its minimal deterministic automaton."""

from mining.automaton.automaton import Automaton, language
from mining.automaton.build import MAX_AUTOMATON_STATES, automaton_of

__all__ = ["MAX_AUTOMATON_STATES", "Automaton", "automaton_of", "language"]
