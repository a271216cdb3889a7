from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pipelines.live.servers import Postgres, mariadb_database, postgres_database


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with postgres_database() as database:
        yield database


@pytest.fixture(scope="module")
def mariadb() -> Iterator[str]:
    with mariadb_database() as address:
        yield address
