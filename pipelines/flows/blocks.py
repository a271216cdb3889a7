"""Secrets kept in Prefect blocks."""

from __future__ import annotations

from typing import Any

from prefect.blocks.system import Secret


def secret_block(name: str) -> str:
    """The value of the Secret block of this name, from the configured Prefect server.

    Raises ValueError where there is no such block. Without a server Prefect starts a temporary one: some seconds.
    """
    loaded: Any = Secret.load(name)
    value = loaded.get()
    return value if isinstance(value, str) else str(value)
