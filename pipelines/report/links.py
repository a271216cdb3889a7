"""Links from a case to the system that it came from."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

PLACE = "{case_id}"


def case_link(template: str | None, case_id: str) -> str | None:
    """The address of a case, its id URL-encoded; None unless the template is an http or https address with {case_id}.

    The id may stand in the path, query or fragment, never in the host.
    """
    if not template or PLACE not in template:
        return None
    try:
        parts = urlsplit(template.strip())
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc or PLACE in parts.netloc:
        return None
    return template.strip().replace(PLACE, quote(case_id, safe="", errors="replace"))
