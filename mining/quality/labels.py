"""Names that a reader would take for one another."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from itertools import combinations

# letters of other scripts that look like Latin ones (the commonest of Unicode's confusables)
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһκοραευνΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХ", "aeopcyxijsdhkopaeuvABEZHIKMNOPTYXABEKMHOPCTYX"
)

SHORTEST = 6
MOST_LABELS = 2_000


def distorted_pairs(labels: Mapping[str, int]) -> list[tuple[str, str]]:
    """Pairs (rarer, commoner) of names that read the same, or that one slip of a letter tells apart.

    `labels` gives how often each stands in the log. Reading the same: after folding of compatibility forms, capitals,
    accents, look-alikes, blanks and signs. One slip (a letter more, less, other, or two swapped): in names of six
    letters or more, not in digits, and where the rarer is at most a tenth of the commoner. Sorted. O(n x length) by
    signatures with one letter left out; beyond 2,000 names only those that read the same are told.
    """
    names = sorted(labels)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(plain(name), []).append(name)
    found = {_ordered(one, other, labels) for group in groups.values() for one, other in combinations(group, 2)}
    if len(groups) <= MOST_LABELS:
        signatures: dict[str, list[str]] = {}
        for key in groups:
            if len(key) >= SHORTEST:
                for signature in {key, *(key[:i] + key[i + 1 :] for i in range(len(key)))}:
                    signatures.setdefault(signature, []).append(key)
        for keys in signatures.values():
            for one, other in combinations(keys, 2):
                if one != other and _one_slip(one, other):
                    for pair in ((a, b) for a in groups[one] for b in groups[other]):
                        rarer, commoner = _ordered(*pair, labels)
                        if labels[rarer] * 10 <= labels[commoner]:
                            found.add((rarer, commoner))
    return sorted(found)


def plain(name: str) -> str:
    """A name without what a hasty reader overlooks; the name itself where nothing else is left."""
    folded = unicodedata.normalize("NFKD", name).translate(_LOOK_ALIKES).casefold()
    # a sign between two digits stays: 1.1 is not 11
    kept = "".join(
        sign
        for place, sign in enumerate(folded)
        if sign.isalnum() or (folded[place - 1 : place].isdigit() and folded[place + 1 : place + 2].isdigit())
    )
    return kept or name


def _ordered(one: str, other: str, labels: Mapping[str, int]) -> tuple[str, str]:
    return (one, other) if (labels[one], one) <= (labels[other], other) else (other, one)


def _one_slip(one: str, other: str) -> bool:
    """Whether one edit (insert, drop, replace, swap of neighbours) leads from one to the other, none of a digit."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) == len(other):
        if one[start + 1 :] == other[start + 1 :]:
            touched = one[start] + other[start]
        elif one[start + 2 :] == other[start + 2 :] and one[start : start + 2] == other[start : start + 2][::-1]:
            touched = one[start : start + 2]
        else:
            return False
    elif len(other) == len(one) + 1 and one[start:] == other[start + 1 :]:
        touched = other[start]
    else:
        return False
    return not any(sign.isdigit() for sign in touched)
