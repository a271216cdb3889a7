"""Columns whose names say that they are about a person: a proposal hints at protecting them, and decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = frozenset(
    {"email", "mail", "phone", "mobile", "telephone", "tel", "fax", "address", "street", "birthday", "birthdate", "dob"}
    | {"surname", "firstname", "lastname", "fullname", "passport", "ssn", "iban"}
)
_PAIRS = ("birth date", "date of birth", "first name", "last name", "full name", "customer name", "client name")
_CHINESE = ("姓名", "邮箱", "电话", "手机", "身份证", "地址", "出生日期", "生日")


def personal_columns(names: Iterable[str]) -> tuple[str, ...]:
    """The columns that look personal by their names, in order."""
    found = []
    for name in names:
        spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
        words = re.findall(r"[a-z]+", spaced.casefold().replace("e-mail", "email"))
        joined = " ".join(words)
        if _WORDS & set(words) or any(pair in joined for pair in _PAIRS) or any(part in name for part in _CHINESE):
            found.append(name)
    return tuple(found)


def hint(names: Iterable[str]) -> list[str]:
    """One line for the doubts of a proposal; none where nothing looks personal."""
    found = personal_columns(names)
    if not found:
        return []
    listed = ", ".join(f"'{name}'" for name in found[:8])
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return [f"{listed}{more} may be about people: see protect: (drop, hash, coarsen) before the first night."]
