"""The nearest known name, for errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Advice that names what was probably meant, or the first few names where nothing is near."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if not names:
        return "There are none."
    more = ", ..." if len(names) > 5 else ""
    return f"Known are {', '.join(repr(each) for each in names[:5])}{more}."
