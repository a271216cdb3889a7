"""Names taken for one another, against a twin that compares each with each."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from mining.quality import distorted_pairs
from mining.quality.labels import SHORTEST, plain


def distance(one: str, other: str) -> int:
    """Edits between two texts, a swap of neighbours counting as one (optimal string alignment)."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            best = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                best = min(best, table[i - 2, j - 2] + 1)
            table[i, j] = best
    return table[len(one), len(other)]


def naive_pairs(labels: dict[str, int]) -> set[tuple[str, str]]:
    found = set()
    for one, other in combinations(sorted(labels), 2):
        rarer, commoner = sorted((one, other), key=lambda name: (labels[name], name))
        a, b = plain(one), plain(other)
        near = min(len(a), len(b)) >= SHORTEST and distance(a, b) == 1 and labels[rarer] * 10 <= labels[commoner]
        if a == b or near:
            found.add((rarer, commoner))
    return found


@pytest.mark.parametrize("seed", range(15))
def test_pairs_are_those_of_the_twin(seed: int) -> None:
    dice = random.Random(seed)
    stems = ["approve", "approval", "resolve", "reslove", "closing", "check in"]
    labels = {}
    for _ in range(40):
        word = list(dice.choice(stems))
        for _ in range(dice.randrange(3)):
            word[dice.randrange(len(word))] = dice.choice("abe -")
        labels["".join(word)] = dice.choice([1, 2, 30, 400])
    assert set(distorted_pairs(labels)) == naive_pairs(labels)


def test_what_a_hasty_reader_overlooks() -> None:
    labels = {
        "Close": 50,
        "close ": 3,
        "Сlose": 2,  # the first letter is Cyrillic
        "Ｃｌｏｓｅ": 1,
        "Step 1.1": 5,
        "Step 11": 5,
        "Level 2 support": 90,
        "Level 3 support": 2,
        "Resolve": 90,
        "Reslove": 2,
        "审批": 4,
        "审 批": 1,
    }
    pairs = set(distorted_pairs(labels))
    assert ("close ", "Close") in pairs
    assert ("Сlose", "Close") in pairs
    assert ("Ｃｌｏｓｅ", "Close") in pairs
    assert ("Reslove", "Resolve") in pairs
    assert ("审 批", "审批") in pairs
    told = {name for pair in pairs for name in pair}
    assert not told & {"Step 1.1", "Step 11", "Level 2 support", "Level 3 support"}
