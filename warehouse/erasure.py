"""Whom to forget, as the store must know it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["case", "resource", "name"]
"""By what somebody is forgotten, see `Erasure`."""

REPLACEMENT = "…"
KEPT_SIGNS = 2000  # values and raw rows that are quoted are kept up to so many signs
_LEAST_TOLD = 3  # a beginning of fewer signs tells nobody from others
_MOST_NESTED = 250


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
    def told_pattern(self) -> str:
        """As `pattern`, in sentences that quote the data: blanks made one, signs escaped, cut off before three dots."""
        cut = "|".join(_beginning(text) + r"\.\.\." for text in self._forms if len(text) > _LEAST_TOLD)
        whole = _words(self._forms)
        return f"(?:{whole}|{cut})" if cut else whole

    @property
    def end_pattern(self) -> str:
        """A text that was cut off within one of the texts."""
        cut = "|".join(_beginning(text) for text in self._forms if len(text) > _LEAST_TOLD)
        return f"(?:{cut})$" if cut else "[^\\s\\S]"

    @property
    def _forms(self) -> tuple[str, ...]:
        """The texts as other texts quote them: on one line, in JSON, in CSV."""
        found: dict[str, None] = {}
        for text in self.texts:
            line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
            found.update(
                dict.fromkeys((text, line, json.dumps(text, ensure_ascii=False)[1:-1], text.replace('"', '""')))
            )
        return tuple(form for form in found if form)

    @property
    def values(self) -> dict[str, object]:
        """What the statements bind."""
        return {
            "process": self.process,
            "texts": list(self.texts),
            "pattern": self.pattern,
            "told": self.told_pattern,
            "cut": self.end_pattern,
            "kept_signs": KEPT_SIGNS,
            "quoted": f"'(?:{'|'.join(re.escape(text) for text in self.texts)})'",
        }


def quotes(column: str) -> str:
    """The condition that a column with quoted data, cut off where it was long, holds one of the texts."""
    return f"(regexp_matches({column}, $told) OR length({column}) >= $kept_signs AND regexp_matches({column}, $cut))"


def _words(texts: Sequence[str]) -> str:
    parts = []
    for text in sorted(texts, key=len, reverse=True):
        start = r"\b" if _is_word(text[:1]) else ""
        end = r"\b" if _is_word(text[-1:]) else ""
        parts.append(f"{start}{re.escape(text)}{end}")
    return f"(?:{'|'.join(parts)})"


def _beginning(text: str) -> str:
    """A regular expression of a text's beginnings, from some signs on; RE2 nests no deeper than a thousand."""
    least, rest = text[:_LEAST_TOLD], text[_LEAST_TOLD:_MOST_NESTED]
    more = "[\\s\\S]*" if len(text) > _MOST_NESTED else ""
    for sign in reversed(rest):
        more = f"(?:{re.escape(sign)}{more})?"
    return (r"\b" if _is_word(text[:1]) else "") + re.escape(least) + more


def _is_word(sign: str) -> bool:
    # \b of RE2 knows the letters of ASCII alone; Chinese names stand within the text without blanks around them
    return sign.isascii() and (sign.isalnum() or sign == "_")
