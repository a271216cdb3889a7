"""Cron lines of five fields, checked when they are read: a schedule that never fires is found at two in the morning."""

from __future__ import annotations

_MONTHS = dict(
    zip(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], range(1, 13), strict=True)
)
_DAYS = dict(zip(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], range(7), strict=True))
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)


def checked_cron(value: str) -> str:
    """The line itself; ValueError with every field that can't be.

    A field is a list, by commas, of *, a number or name, or a range a-b, each with an optional step /n (POSIX crontab,
    with steps and names as every cron has them).
    """
    parts = value.split()
    if len(parts) != 5:
        message = f"'{value}' is not a cron line of five fields; write for example '0 2 * * *'"
        raise ValueError(message)
    wrong = [
        f"'{value}': the {name} '{part}' is not a number from {least} to {most}, a range such as {least}-{most}, "
        f"a list of them, or *"
        for part, (name, least, most, names) in zip(parts, _FIELDS, strict=True)
        if not all(_fits(entry, least, most, names) for entry in part.split(","))
    ]
    if wrong:
        raise ValueError("\n".join(wrong))
    return value


def _fits(entry: str, least: int, most: int, names: dict[str, int]) -> bool:
    span, slash, step = entry.partition("/")
    if slash and not (step.isdecimal() and step.isascii() and 0 < int(step) <= most):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    ends = [_number(text, names) for text in ([first, last] if dash else [first])]
    if any(end is None or not least <= end <= most for end in ends):
        return False
    return not dash or (ends[0] or 0) <= (ends[1] or 0)


def _number(text: str, names: dict[str, int]) -> int | None:
    if text.isdecimal() and text.isascii() and len(text) <= 2:
        return int(text)
    return names.get(text.casefold())
