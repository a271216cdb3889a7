"""Columns that look personal are hinted at by their names, and only those."""

from __future__ import annotations

import pytest

from pipelines.propose.personal import hint, personal_columns


@pytest.mark.parametrize(
    "name",
    ["email", "E-Mail", "customerEmail", "Mobile no.", "date_of_birth", "LastName", "客户姓名", "手机号", "IBAN"],
)
def test_personal(name: str) -> None:
    assert personal_columns([name]) == (name,)


@pytest.mark.parametrize("name", ["ticket", "telemetry", "status", "mailing_list_id_x", "step name", "分公司"])
def test_not_personal(name: str) -> None:
    assert personal_columns([name]) == ()


def test_the_hint_names_them_and_what_to_do() -> None:
    assert hint(["ticket", "step"]) == []
    (line,) = hint(["ticket", *(f"phone {n}" for n in range(10))])
    assert "'phone 0'" in line
    assert "and 2 more" in line
    assert "protect:" in line
