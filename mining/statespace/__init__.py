"""Standards as state spaces: the token games of drawings and nets, explored once, and their soundness."""

from mining.statespace.drawing_game import explore_drawing
from mining.statespace.explore import MAX_STATES
from mining.statespace.net_game import explore_net
from mining.statespace.soundness import Flaw, Soundness, check_soundness, refuse_unsound
from mining.statespace.space import Element, StateSpace

__all__ = [
    "MAX_STATES",
    "Element",
    "Flaw",
    "Soundness",
    "StateSpace",
    "check_soundness",
    "explore_drawing",
    "explore_net",
    "refuse_unsound",
]
