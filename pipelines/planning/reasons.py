"""Why a stage is stale, in words: its former fingerprint held against the present one, part by part."""

from __future__ import annotations

from urllib.parse import unquote

_REASONS = {
    "as_of": "the instant of judgement changed",
    "step": "asrun's own step changed",
    "log": "the event log changed",
    "verdicts": "the verdicts changed",
    "facts": "the facts changed",
    "settings": "asrun.toml changed",
    "words": "the wording of findings changed",
    "process/titles": "process.yaml: title, owner or case_url changed",
    "process/ignored_activities": "process.yaml: ignore changed",
}
_MOST = 4


def stale_reason(former: str | None, present: str) -> str | None:
    """Why results with the former fingerprint don't stand for the present one; None where they do."""
    if former is None:
        return "never run"
    if former == present:
        return None
    old, new = _parts(former), _parts(present)
    changed = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    if old.get("step") != new.get("step"):
        # another version of asrun may name the other parts otherwise
        return _REASONS["step"]
    told = [_told(name, old, new) for name in changed]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return ", ".join(told[:_MOST]) + more


def _parts(fingerprint: str) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in fingerprint.split())
    return {unquote(name): digest for name, digest in pairs}


def _told(name: str, old: dict[str, str], new: dict[str, str]) -> str:
    """What became of one part."""
    if name in _REASONS:
        return _REASONS[name]
    became = "is new" if name not in old else "is gone" if name not in new else "changed"
    kind, _, about = name.partition("/")
    version, _, clause = about.partition("/")
    told = {
        "source": f"source {about} {became}" if became != "changed" else f"source {about} delivered something else",
        "mapping": f"process.yaml: the source {about} {became}",
        "attributes": f"process.yaml: the attributes of {about} changed",
        "process": f"process.yaml: {about} changed",
        "standard": f"standard {version} {became}",
        "drawing": f"standard {version}: the drawing {became}",
        "limit": f"standard {version}: the limit {clause} {became}",
        "step": f"standard {version}: the step '{clause}' {became}",
    }
    return told.get(kind, f"{name} {became}")
