"""The version of what verdicts depend on in this room."""

CORE_VERSION = 2
"""Counts up with every change that can alter an alignment, a finding or a figure; stale verdicts are then redone."""

DISCOVERY_VERSION = 1
"""Counts up with every change that can alter a discovered model."""
