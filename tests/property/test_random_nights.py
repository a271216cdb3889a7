"""Whatever the nights brought and in which order, the warehouse is the one that a full rebuild makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.property.random_nights import run_round

ROUNDS = 20
ROUNDS_OF_THE_SOAK = 200


@pytest.mark.parametrize("seed", range(1))
def test_a_round_of_nights(tmp_path: Path, seed: int) -> None:
    assert run_round(tmp_path, seed) >= 1


@pytest.mark.slow
# 1024: the activity that ends a limit comes into the log after the limit was breached
@pytest.mark.parametrize("seed", [*range(1, ROUNDS), 1024])
def test_nights_end_as_a_full_rebuild(tmp_path: Path, seed: int) -> None:
    assert run_round(tmp_path, seed) >= 1


@pytest.mark.soak
def test_many_rounds_of_nights(tmp_path: Path) -> None:
    nights = [run_round(tmp_path / str(seed), 1000 + seed) for seed in range(ROUNDS_OF_THE_SOAK)]
    assert sum(nights) > 3 * ROUNDS_OF_THE_SOAK
