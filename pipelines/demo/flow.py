"""The designed flow of the demo's service desk: its steps, the words it allows and its time limits.

The flow is told twice: as a drawing in the template folder, and here as a regular expression over one
letter a step. The tests hold the two against each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STEPS: dict[str, str] = {
    "R": "Register ticket 登记工单",
    "C": "Classify ticket 工单分类",
    "F": "Send first response 首次响应",
    "E": "Check entitlement 核对服务权益",
    "D": "First-line diagnosis 一线诊断",
    "Q": "Request information 请求补充信息",
    "I": "Receive information 收到补充信息",
    "S": "Solve at first line 一线解决",
    "A": "Assign to second line 转派二线",
    "L": "Second-line analysis 二线分析",
    "X": "Apply fix 实施修复",
    "V": "Verify with customer 客户确认",
    "K": "Record solution 记录解决方案",
    "Z": "Close ticket 关闭工单",
}
"""Letter of a step -> its name, in the drawing and in the log alike."""

STRANGE_STEPS: dict[str, str] = {
    "h": "Call vendor hotline 致电厂商热线",
    "m": "Merge with another ticket 合并工单",
    "p": "Print paper form 打印纸质单",
    "t": "Ask team leader 请示组长",
}
"""Activities that people do although no step of the flow knows them."""

NAMES: dict[str, str] = STEPS | STRANGE_STEPS

LANGUAGE = re.compile("RC(?:FE|EF)D(?:QID)*(?:S|ALX)VKZ")
"""The words of the designed flow, a letter a step."""

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit on the wall clock: from the first completion of one step to the next one of another."""

    name: str
    source: str
    target: str
    seconds: int


LIMITS: tuple[Limit, ...] = (
    Limit(name="first_response", source="R", target="F", seconds=12 * HOUR),
    Limit(name="second_line", source="A", target="L", seconds=4 * DAY),
    Limit(name="resolution", source="R", target="Z", seconds=15 * DAY),
)
"""The limits of the template's standard.yaml, in seconds."""

BOTTLENECK_STEP = "L"


def is_conformant(word: str) -> bool:
    """Tell whether the designed flow allows the whole word."""
    return LANGUAGE.fullmatch(word) is not None


def breaches(completions: dict[str, list[int]], *, ended_at: int | None, as_of: int) -> tuple[Limit, ...]:
    """Name the limits that a case has breached by `as_of`.

    `completions` holds the completion instants of each step in ascending order, `ended_at` the end of the
    case (None while it is open), all in seconds of one clock. A limit is breached when its target came after
    the due instant, or has not come while the case was still going at that instant.
    """
    found = []
    for limit in LIMITS:
        if limit.source not in completions:
            continue
        begun = completions[limit.source][0]
        due = begun + limit.seconds
        reached = next((instant for instant in completions.get(limit.target, ()) if instant >= begun), None)
        stop = reached if reached is not None else (as_of if ended_at is None else ended_at)
        if stop > due or (reached is None and stop == due):
            found.append(limit)
    return tuple(found)
