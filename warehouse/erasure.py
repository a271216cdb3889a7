"""Whom to forget, as the store must know it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.landing.forgotten_keys import Kind

REPLACEMENT = "…"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody to be forgotten in one process.

    `kind`: case (all rows of the cases), resource (the resource's events) or name (the events stay, without a name).
    `texts` are the forms in which they are landed: as given and, where the column is hashed, as the pseudonym. With
    `everywhere` the texts are blanked in all other columns, too.
    """

    process: str
    kind: Kind
    texts: tuple[str, ...]
    everywhere: bool = False

    @property
    def pattern(self) -> str:
        """A regular expression (RE2) that finds the texts as words: 12 is not in 2012, nor in a word of letters."""
        return _words(self.texts)

    @property
    def values(self) -> dict[str, object]:
        """What the statements bind."""
        return {
            "process": self.process,
            "texts": list(self.texts),
            "pattern": self.pattern,
            "quoted": f"'(?:{'|'.join(re.escape(text) for text in self.texts)})'",
        }


def _words(texts: Sequence[str]) -> str:
    parts = []
    for text in sorted(texts, key=len, reverse=True):
        start = r"\b" if _is_word(text[:1]) else ""
        end = r"\b" if _is_word(text[-1:]) else ""
        parts.append(f"{start}{re.escape(text)}{end}")
    return f"(?:{'|'.join(parts)})"


def _is_word(sign: str) -> bool:
    # \b of RE2 knows the letters of ASCII alone; Chinese names stand within the text without blanks around them
    return sign.isascii() and (sign.isalnum() or sign == "_")
