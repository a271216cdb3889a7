"""Addresses and tokens: read from the environment or a Prefect block, and kept out of every message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from pipelines.errors import BadInput, Problem

_HIDDEN = "***"
_SECRET_NAMES = re.compile(r"pass|pwd|secret|token|key", re.IGNORECASE)
_LONGEST_TOLD = 400


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret text; `name` says where it was found. Printing it shows only the name."""

    name: str
    value: str

    def __repr__(self) -> str:
        return f"Secret({self.name})"

    __str__ = __repr__


def read_secret(*, env: str | None, block: str | None, environ: Mapping[str, str], where: str) -> Secret:
    """The secret that a source names; `BadInput` where it isn't there."""
    if env is not None:
        value = environ.get(env, "").strip()
        if not value:
            raise BadInput(Problem(f"the environment variable {env} is not set.", where, f"Set it: export {env}=..."))
        return Secret(env, value)
    if block is None:
        message = "a secret needs a variable or a block"
        raise ValueError(message)
    from pipelines.flows.quiet import settle_prefect

    settle_prefect()
    from pipelines.flows.blocks import secret_block

    try:
        value = secret_block(block).strip()
    except Exception as error:  # noqa: BLE001  whatever Prefect says, the block can't be had
        raise BadInput(
            Problem(
                f"the Prefect block secret/{block} can't be read ({type(error).__name__}).",
                where,
                "Make a Secret block of this name on the Prefect server, or name an environment variable.",
            )
        ) from None
    if not value:
        raise BadInput(Problem(f"the Prefect block secret/{block} is empty.", where))
    return Secret(f"block {block}", value)


def hidden_parts(address: str) -> tuple[str, ...]:
    """What of a database address must not be told: it whole, its password, and parameters that sound like secrets.

    Also of an address that no driver can parse, whose parts its messages repeat.
    """
    parts = {address}
    rest = address.partition("://")[2] or address
    userinfo = rest.rpartition("@")[0]
    password = userinfo.partition(":")[2]
    # a password with signs that had to be escaped falls to pieces in a driver's message
    parts |= {password, unquote(password), *re.split(r"[:@/?#&]", password)}
    if password:
        parts.add(f"{password.rpartition('@')[2]}@{rest.rpartition('@')[2]}")
    query = rest.partition("?")[2]
    parts |= {value for name, value in parse_qsl(query) if _SECRET_NAMES.search(name)}
    parts |= {found[1] for found in re.finditer(r"(?i)password\s*=\s*'?([^'\s]+)", address)}
    return tuple(sorted((part for part in parts if len(part) >= 3), key=len, reverse=True))


def told_without(text: str, hidden: tuple[str, ...]) -> str:
    """A driver's message fit for a person: its telling line, without secrets, at most 400 signs."""
    text = re.sub(r"^[A-Z_]+: \[libpq\] |Failed to \w+( \w+)?: (?=ERROR)", "", text)
    server = re.search(r"(?:ERROR|FATAL):\s*([^\n]+)", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = server[1] if server else " ".join(lines[:2])
    line = re.sub(r"\s*\(Background on this error at: [^)]*\)|\[SQL: .*", "", line, flags=re.DOTALL)
    for part in hidden:
        line = line.replace(part, _HIDDEN)
    return "".join(sign for sign in line if sign.isprintable())[:_LONGEST_TOLD].rstrip(" .:")
