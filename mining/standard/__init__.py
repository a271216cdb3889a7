"""A designed flow, checked and ready to judge a log."""

from mining.standard.flow_standard import FlowStandard, Step
from mining.standard.from_bpmn import standard_from_bpmn
from mining.standard.from_pnml import standard_from_pnml
from mining.standard.match import ActivityMatch, match_activities

__all__ = [
    "ActivityMatch",
    "FlowStandard",
    "Step",
    "match_activities",
    "standard_from_bpmn",
    "standard_from_pnml",
]
