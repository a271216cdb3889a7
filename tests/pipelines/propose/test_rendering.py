from __future__ import annotations

import dataclasses
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.propose.deciding import propose
from pipelines.propose.proposal import LeftOut, Proposal, ProposedColumn, ProposedEnd
from pipelines.propose.rendering import render_process_yaml

HOSTILE = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["yes", "null", "~", "1e3", "0x1F", "2026-01-01", "a: b", "# c", "- d", "&x", "*x", "!!python/object:os.system",
         "{a}", "[b]", "'q'", '"q"', "a\nb", "a\r\nowner: evil", "\u2028x", "\x00", "\x7f", "\ufeff", "% d", "@x",
         "`x`", "案例", "😀", "=", "<<", "a\\b", " lead", "trail ", "--- ", "...", "\x85nel"]
    ),
)  # fmt: skip


def base() -> Proposal:
    path = Path(__file__).with_name("sample_log.csv")
    return propose(path)


BASE = base()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(case=HOSTILE, activity=HOSTILE, end=HOSTILE, reason=HOSTILE, files=HOSTILE)
def test_hostile_names_come_back_as_they_are(case: str, activity: str, end: str, reason: str, files: str) -> None:
    proposal = dataclasses.replace(
        BASE,
        case=ProposedColumn(column=case, reason=reason, confidence="low"),
        activity=(ProposedColumn(column=activity, reason=reason, confidence="high"),) * 2,
        ends=ProposedEnd(activities=(end,), reason=reason, confidence="medium"),
        left_out=(LeftOut(column=case, reason=reason),),
        doubts=(reason,),
    )
    text = render_process_yaml(proposal, process="desk", files=files)
    read = yaml.safe_load(text)
    assert set(read) == {"title", "owner", "sources", "case", "segments"}
    source = read["sources"]["desk"]
    assert source["mapping"]["case"] == case
    assert source["mapping"]["activity"] == [activity, activity]
    assert source["files"] == files
    assert read["case"]["ends"] == {"activity": [end]}


def test_the_whole_text() -> None:
    text = render_process_yaml(BASE, process="service_desk", files="data/tickets-*.csv")
    assert text == Path(__file__).with_name("sample_process.yaml").read_text("utf-8")
