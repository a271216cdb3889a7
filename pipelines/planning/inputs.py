"""What each stage's results are made from, part by part: so that a plan can say which part changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from mining.version import CORE_VERSION, DISCOVERY_VERSION
from pipelines.compiling.process import process_spec
from pipelines.planning.stage import StageName, fingerprint
from pipelines.sentences.catalogue import LANGUAGES, catalogue
from pipelines.workspace.load import Process
from pipelines.workspace.standard_file import StandardFile
from warehouse.hotspots.collect import STEP_VERSION as HOTSPOTS_VERSION
from warehouse.judge.spread import STEP_VERSION as JUDGE_VERSION
from warehouse.log.touched import STEP_VERSION as SHAPE_VERSION

_TITLES = ("title_en", "title_zh", "owner", "case_url")


def shape_inputs(
    process: Process, current: Sequence[tuple[str, str, str]], *, as_of: datetime | None
) -> dict[str, object]:
    """The event log: the contents of each source (source, hash, reading), process.yaml by its parts, the instant."""
    spec = process_spec(process)
    inputs: dict[str, object] = {"as_of": as_of, "step": SHAPE_VERSION}
    for source in spec.sources:
        inputs[f"source/{source.name}"] = [content for content in current if content[0] == source.name]
        inputs[f"mapping/{source.name}"] = replace(source, attributes=())
        inputs[f"attributes/{source.name}"] = source.attributes
    inputs["process/titles"] = [getattr(spec, name) for name in _TITLES]
    for field in fields(spec):
        if field.name not in (*_TITLES, "name", "sources"):
            inputs[f"process/{field.name}"] = getattr(spec, field.name)
    return inputs


def judge_inputs(process: Process, log: str) -> dict[str, object]:
    """The verdicts: the log; each approved version by its drawing, its clauses and the rest; the words."""
    inputs: dict[str, object] = {
        "log": log,
        "step": (JUDGE_VERSION, CORE_VERSION),
        "words": [sorted(catalogue(language).items()) for language in LANGUAGES],
    }
    for version in process.approved_standards:
        name, file = version.version, version.file
        inputs[f"standard/{name}"] = _without_clauses(file)
        inputs[f"drawing/{name}"] = (version.flow_name, version.flow_text, version.called_flows)
        inputs.update({f"limit/{name}/{limit.id}": limit for limit in file.limits})
        inputs.update({f"step/{name}/{step}": details for step, details in file.steps.items()})
    return inputs


def _without_clauses(file: StandardFile) -> dict[str, object]:
    return file.model_dump(exclude={"limits", "steps"})


def stage_inputs(
    process: Process, current: Sequence[tuple[str, str, str]], *, as_of: datetime | None
) -> dict[StageName, str]:
    """The fingerprints of a process's derived stages, in order."""
    shape = fingerprint(shape_inputs(process, current, as_of=as_of))
    judge = fingerprint(judge_inputs(process, shape))
    return {
        "shape": shape,
        "discover": fingerprint({"log": shape, "step": (DISCOVERY_VERSION, CORE_VERSION)}),
        "judge": judge,
        "hotspots": fingerprint({"log": shape, "verdicts": judge, "step": (HOTSPOTS_VERSION, CORE_VERSION)}),
    }
