"""Forgetting somebody: out of every file of the workspace, and never in again."""

from pipelines.forgetting.forget import Forgotten, forget
from pipelines.forgetting.look import Found, Whom, look_for

__all__ = ["Forgotten", "Found", "Whom", "forget", "look_for"]
