"""Secrets: where they come from, and that no message holds them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.errors import BadInput
from pipelines.live.secrets import hidden_parts, read_secret, told_without

ROOT = Path(__file__).parents[3]

FROM_BLOCK = """
from pipelines.flows.quiet import settle_prefect
settle_prefect()
from prefect import flow, task
from prefect.blocks.system import Secret
from pipelines.errors import BadInput
from pipelines.live.secrets import read_secret
Secret(value="postgresql://desk").save("desk-db")
def read(block):
    return read_secret(env=None, block=block, environ={}, where="source tickets")
@task
def reading():
    return read("desk-db").value
@flow
def night():
    return reading()
print(read("desk-db").value, night(), read("desk-db"))
try:
    read("nothing")
except BadInput as error:
    print(error)
"""


@given(password=st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=4, max_size=20))
@example(password="ge@he:im/x")
def test_no_part_of_a_password_is_told(password: str) -> None:
    address = f"postgresql://reader:{password}@db.example.org:5432/desk"
    for text in (
        f"can't connect with {password}",
        f"invalid port: {address}",
        f'missing "{password.rpartition("@")[2]}@db.example.org:5432"',
    ):
        assert password not in told_without(text, hidden_parts(address))


def test_what_is_no_secret_is_told() -> None:
    address = "postgresql://reader:geh3im@db.example.org/desk?sslpassword=g3heim"
    told = told_without('FATAL:  password for "reader" at db.example.org is geh3im, g3heim', hidden_parts(address))
    assert told == 'password for "reader" at db.example.org is ***, ***'


def test_a_secret_shows_only_its_name() -> None:
    secret = read_secret(env="DESK", block=None, environ={"DESK": "geh3im"}, where="x")
    assert f"{secret} {secret!r}" == "Secret(DESK) Secret(DESK)"
    with pytest.raises(BadInput, match="DESK is not set"):
        read_secret(env="DESK", block=None, environ={}, where="x")


@pytest.mark.slow
def test_a_secret_may_lie_in_a_prefect_block(tmp_path: Path) -> None:
    environ = {**os.environ, "PREFECT_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1"}
    environ.pop("PREFECT_API_URL", None)
    run = subprocess.run(  # noqa: PLW1510  its output says more than an exception
        [sys.executable, "-c", FROM_BLOCK], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert "postgresql://desk postgresql://desk Secret(block desk-db)" in run.stdout
    assert "the Prefect block secret/nothing can't be read" in run.stdout
