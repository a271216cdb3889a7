"""Starting a workspace: a small commented example, or a mapping proposed from a file."""

from pipelines.starting.start import start_workspace

__all__ = ["start_workspace"]
