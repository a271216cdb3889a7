"""Robust statistics and comparisons of names for the quality gates: small arrays in, small arrays out."""

from mining.quality.bands import Band, robust_bands
from mining.quality.labels import distorted_pairs
from mining.quality.shift import hour_shift

__all__ = ["Band", "distorted_pairs", "hour_shift", "robust_bands"]
