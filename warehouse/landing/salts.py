"""Telling a changed salt without keeping it: else one person would become two, from one night to the next."""

from __future__ import annotations

import hashlib
import secrets

from warehouse.errors import Problem, WarehouseError
from warehouse.sql_step import composed_step
from warehouse.store import Store

_ROUNDS = 200_000


def check_salt(store: Store, process: str, *, version: int, key: bytes, named: str) -> None:
    """Hold the key of a process's pseudonyms against the one used so far; the first one is noted.

    What is noted is a slow hash with random bytes. `named` says in the message where the salt came from. Raises
    `WarehouseError` for another salt under the same version. Cost: about a tenth of a second.
    """
    rows = store.fetch_sql(
        "landing/salt",
        "SELECT nonce, fingerprint FROM landing.main.salt_fingerprints WHERE process = $process AND salt_version = $v",
        process=process,
        v=version,
    )
    if rows:
        nonce, noted = bytes(rows[0][0]), str(rows[0][1])
        if not secrets.compare_digest(_fingerprint(key, nonce), noted):
            raise WarehouseError(
                Problem(
                    f"the salt in {named} is not the one that the rows landed so far were hashed with. Nothing was "
                    "landed.",
                    f"process {process}",
                    f"Bring the former salt back; or, for a new one, write protect: salt_version: {version + 1} in "
                    "process.yaml: all files are then landed anew.",
                )
            )
        return
    nonce = secrets.token_bytes(16)
    with store.transaction("landing"):
        store.run_step(
            composed_step(
                "landing/note_salt", "INSERT INTO salt_fingerprints VALUES ($process, $v, $nonce, $fingerprint)"
            ),
            {"process": process, "v": version, "nonce": nonce, "fingerprint": _fingerprint(key, nonce)},
        )


def _fingerprint(key: bytes, nonce: bytes) -> str:
    return hashlib.pbkdf2_hmac("sha256", key, nonce, _ROUNDS).hex()
