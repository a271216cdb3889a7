"""Durations by place and period as exact counts per second, from which every figure of the hotspots is made."""
