"""Deviations from the designed flow: the moves of an alignment as findings that a person can read."""

from mining.deviations.find import find_deviations
from mining.deviations.finding import MESSAGES, WITH_PLACE, Arguments, Finding, findings_table

__all__ = ["MESSAGES", "WITH_PLACE", "Arguments", "Finding", "find_deviations", "findings_table"]
