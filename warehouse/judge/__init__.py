"""Verdicts on variants spread over their cases, and time limits held against each case. All SQL."""
