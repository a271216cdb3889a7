"""Sets of words, for languages too large to write out."""

from __future__ import annotations

from itertools import product


def shuffle(*words: str) -> set[str]:
    """Every interleaving that keeps the order within each word."""
    if not any(words):
        return {""}
    return {
        word[0] + rest
        for place, word in enumerate(words)
        if word
        for rest in shuffle(*words[:place], word[1:], *words[place + 1 :])
    }


def shuffles(*languages: set[str]) -> set[str]:
    """Interleavings of one word from each language."""
    return {word for choice in product(*languages) for word in shuffle(*choice)}


def then(*languages: set[str]) -> set[str]:
    """A word of the first language, then one of the second, and so on."""
    return {"".join(choice) for choice in product(*languages)}


def star(language: set[str], longest: int) -> set[str]:
    """Any number of words of the language one after another, none included, up to a length."""
    found, newest = {""}, {""}
    while newest:
        newest = up_to(longest, then(newest, language)) - found
        found |= newest
    return found


def up_to(longest: int, language: set[str]) -> set[str]:
    """The words that are not longer."""
    return {word for word in language if len(word) <= longest}


def prefixes(language: set[str]) -> set[str]:
    """All beginnings of all words, the words themselves included."""
    return {word[:length] for word in language for length in range(len(word) + 1)}
