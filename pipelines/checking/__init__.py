"""Checking a workspace without running it."""

from pipelines.checking.check import CheckReport, check_workspace
from pipelines.checking.drawing_report import DrawingReport, told

__all__ = ["CheckReport", "DrawingReport", "check_workspace", "told"]
