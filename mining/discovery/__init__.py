"""Models found in the log, for comparison with the designed flow."""

from mining.discovery.model import NOISE_THRESHOLDS, DiscoveredModel, compare_models, discover_model
from mining.discovery.scoring import Score, Scorer, alignment_score

__all__ = [
    "NOISE_THRESHOLDS",
    "DiscoveredModel",
    "Score",
    "Scorer",
    "alignment_score",
    "compare_models",
    "discover_model",
]
