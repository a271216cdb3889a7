"""Checking a workspace without running it."""

from pipelines.checking.check import CheckReport, check_workspace

__all__ = ["CheckReport", "check_workspace"]
