"""What reports show of people: the team in place of the person, unless the workspace or the process says otherwise."""

from __future__ import annotations

from pipelines.workspace.load import Workspace
from pipelines.workspace.protection_section import NamesShown


def names_of(workspace: Workspace) -> dict[str, NamesShown]:
    """The processes whose process.yaml says something of its own, with what it says."""
    return {
        process.name: process.file.report.names
        for process in workspace.processes
        if process.file.report.names is not None
    }


def names_shown(workspace: Workspace, process: str) -> NamesShown:
    """What the pages of a process show of people."""
    return names_of(workspace).get(process, workspace.settings.report.names)
