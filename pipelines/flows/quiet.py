"""Prefect's own settings for a run that stays on this machine: quiet, and without telemetry."""

from __future__ import annotations

import os

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # the server keeps the whole story; on the terminal asrun tells it in its own words
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_CLI_COLORS": "false",
}


def settle_prefect() -> None:
    """Set what the user has not set; call it before prefect is imported."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
