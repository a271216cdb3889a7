"""The protect sections of process.yaml compiled for landing, with the salt from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pipelines.errors import BadInput, Problem
from pipelines.workspace.load import Process
from pipelines.workspace.process_file import Source
from pipelines.workspace.protection_section import ProtectColumns
from warehouse.landing.forgotten_keys import PeopleColumns
from warehouse.landing.protection import ColumnRule, Protection, pseudonym_key

SALT_VARIABLE = "ASRUN_SALT_"
SHORTEST_SALT = 16


def protection_of(process: Process, source: str, *, key: bytes | None = None) -> Protection | None:
    """What becomes of the columns of a source; None where nothing is protected. `key`: see `salt_key`."""
    file = process.file
    rules = (*_rules(file.sources[source].protect, is_required=True), *_rules(file.protect, is_required=False))
    if not rules:
        return None
    return Protection(rules=rules, salt_version=file.protect.salt_version, key=key)


def _rules(section: ProtectColumns, *, is_required: bool) -> tuple[ColumnRule, ...]:
    rules = [ColumnRule(column, "drop", is_required=is_required) for column in section.drop]
    rules += [ColumnRule(column, "hash", is_required=is_required) for column in section.hash]
    rules += [
        ColumnRule(
            column,
            "coarsen",
            unit=how.to,
            format=how.format,
            first=how.first,
            step=None if how.step is None else _decimal(format(how.step, "f")),
            is_required=is_required,
        )
        for column, how in section.coarsen.items()
    ]
    return tuple(rules)


def _decimal(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def needs_salt(process: Process) -> bool:
    """Whether any column of a process is hashed."""
    return bool(process.file.protect.hash or any(source.protect.hash for source in process.file.sources.values()))


def salt_variable(process: Process) -> str:
    """The environment variable that holds the salt of a process."""
    return process.file.protect.salt_env or f"{SALT_VARIABLE}{process.name.upper()}"


def salt_of(process: Process, *, environ: Mapping[str, str], workspace: Path) -> str | None:
    """The salt of a process; None where it hashes nothing. It is never printed and never stored.

    It stands in an environment variable, or in the file that <variable>_FILE names, outside the workspace. Raises
    `BadInput` where it is missing, too short, or lies in the workspace, whose copies would carry it along.
    """
    if not needs_salt(process):
        return None
    variable = salt_variable(process)
    where = process.document.where(("protect",)) or f"process {process.name}"
    salt = environ.get(variable, "")
    named = environ.get(f"{variable}_FILE", "")
    if not salt and named:
        path = Path(named)
        if path.resolve().is_relative_to(workspace.resolve()):
            raise BadInput(
                Problem(
                    f"{variable}_FILE names a file inside the workspace.",
                    where,
                    "Keep the salt apart from what it protects.",
                )
            )
        try:
            salt = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            told = error.strerror if isinstance(error, OSError) and error.strerror else "it is not text"
            raise BadInput(Problem(f"the file that {variable}_FILE names can't be read: {told}.", where)) from None
    if not salt:
        raise BadInput(
            Problem(
                f"columns are to be hashed, but the environment variable {variable} is not set. Nothing was landed.",
                where,
                f"Set it to a long random text, the same every night (or {variable}_FILE to a file that holds it).",
            )
        )
    if len(salt) < SHORTEST_SALT:
        raise BadInput(
            Problem(
                f"the salt in {variable} is shorter than {SHORTEST_SALT} characters, so that it can be guessed.",
                where,
                "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'",
            )
        )
    return salt


def salt_key(process: Process, *, workspace: Path, environ: Mapping[str, str] | None = None) -> bytes | None:
    """The key of a process's pseudonyms, from the environment of this program; None where it hashes nothing."""
    salt = salt_of(process, environ=os.environ if environ is None else environ, workspace=workspace)
    return None if salt is None else pseudonym_key(salt)


def people_columns(source: Source) -> PeopleColumns:
    """The columns of a source that name people."""
    mapping = source.mapping
    resources: list[tuple[str, str | None]] = []
    if source.kind == "wide":
        resources += [(each.resource, each.column) for each in mapping.milestones if each.resource is not None]
    elif source.kind == "events" and mapping.resource is not None:
        resources.append((mapping.resource, None))
    return PeopleColumns(case=mapping.case, resources=tuple(dict.fromkeys(resources)))
