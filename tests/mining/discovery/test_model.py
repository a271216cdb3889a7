"""Found models: right on small logs, the same anywhere, scored by a stated rule, and always there in the end."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.discovery import Score, compare_models, discover_model
from mining.discovery import inductive as door
from mining.discovery.inductive import inductive_tree
from mining.discovery.sample import frequent_variants
from mining.discovery.scoring import state_bound
from mining.discovery.tree import activity, combine
from mining.errors import MiningError
from mining.events import VariantLog, variant_log_of


def log_of(**counts: int) -> VariantLog:
    return variant_log_of([tuple(word) for word in counts], case_counts=list(counts.values()))


@pytest.mark.parametrize(
    ("variants", "text"),
    [
        (["abc"], "sequence(1:a, 1:b, 1:c)"),
        (["abd", "acd"], "sequence(1:a, choice(1:b, 1:c), 1:d)"),
        (["abcd", "acbd"], "sequence(1:a, parallel(1:b, 1:c), 1:d)"),
        (["ab", "aba", "abab", "ababa"], None),
        (["abc", "abdbc", "abdbdbc"], "sequence(1:a, loop(1:b, 1:d), 1:c)"),
        (["ab", "b"], "sequence(choice(1:a, silent()), 1:b)"),
    ],
)
def test_small_logs_have_the_expected_tree(variants: list[str], text: str | None) -> None:
    tree = inductive_tree({tuple(word): 1 for word in variants}, noise=0.0)
    assert tree is not None
    if text is not None:
        assert tree.text == text
    model = discover_model(log_of(**dict.fromkeys(variants, 1)), thresholds=(0.0,), coverage=1.0)
    assert model.fitness == 1.0
    assert model.cases_covered == model.cases_scored == len(variants)


def test_noise_is_left_out_when_that_pays() -> None:
    log = log_of(abcdef=60, abcde=1, fedcba=3, bafecd=2, cdabef=2, efabcd=2)
    model = discover_model(log, coverage=1.0)
    assert model.noise > 0
    assert (model.cases_covered, model.cases_scored) == (60, 70)
    assert model.precision is not None
    assert model.precision > 0.7
    assert f"noise threshold {model.noise:g}" in model.method


letters = st.lists(st.sampled_from("abcde"), min_size=0, max_size=7).map(tuple)


@given(st.dictionaries(letters, st.integers(1, 50), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_log_gets_a_model_and_without_noise_it_fits(variants: dict[tuple[str, ...], int]) -> None:
    log = variant_log_of(list(variants), case_counts=list(variants.values()))
    model = discover_model(log, thresholds=(0.0, 0.3), coverage=1.0)
    assert 0 < model.simplicity <= 1
    if any(variants):
        plain = discover_model(log, thresholds=(0.0,), coverage=1.0)
        assert plain.fitness == 1.0
        assert plain.cases_covered == sum(variants.values())
    backwards = variant_log_of(list(variants)[::-1], case_counts=list(variants.values())[::-1])
    assert discover_model(backwards, thresholds=(0.0, 0.3), coverage=1.0) == model


PROGRAM = """
import sys
from mining.discovery import discover_model
from mining.events import variant_log_of
words = sys.argv[1].split()
counts = [len(words) - number for number in range(len(words))]
model = discover_model(variant_log_of([tuple(word) for word in words], case_counts=counts))
sys.stdout.write(model.method + model.bpmn_xml + model.pnml + model.fingerprint + repr(model.fitness))
"""


@pytest.mark.slow
def test_the_same_bytes_in_any_process() -> None:
    words = "abcdefgh abdcefgh acbdfegh abcdgh abcefcdegh bacdefhg abcdxyefgh abxcdyefgh aghb cdefghab ghgh abab"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        for seed in ("0", "4242", "random")
    ]
    outputs = set()
    for process in running:
        output, complaints = process.communicate()
        assert process.returncode == 0, complaints.decode()
        assert complaints == b""
        outputs.add(output)
    assert len(outputs) == 1


def scripted(scores: dict[int, Score | None]) -> tuple[list[str], object]:
    calls: list[str] = []

    def score(pnml: str, log: VariantLog) -> Score | None:
        calls.append(pnml)
        return scores[len(calls) - 1]

    return calls, score


NOISY = {"abc": 50, "acb": 12, "cab": 5, "abcabc": 3, "b": 2}


def test_each_distinct_tree_is_scored_once_and_equals_go_to_the_lower_threshold() -> None:
    level = Score(fitness=0.5, precision=0.5, cases_accepted=1)
    calls, score = scripted(dict.fromkeys(range(9), level))
    model = discover_model(log_of(**NOISY), coverage=1.0, score=score)  # type: ignore[arg-type]
    assert len(calls) == len(set(calls))
    assert model.noise == 0.0


def test_models_that_cannot_be_scored_are_passed_over() -> None:
    good = Score(fitness=0.4, precision=0.4, cases_accepted=7)
    calls, score = scripted({0: None, 1: good, 2: None, 3: None})
    model = discover_model(log_of(**NOISY), coverage=1.0, score=score)  # type: ignore[arg-type]
    assert len(calls) > 1
    assert model.noise > 0.0
    assert (model.fitness, model.precision, model.cases_covered) == (0.4, 0.4, 7)


def test_where_none_can_be_scored_the_highest_threshold_stays_unscored() -> None:
    model = discover_model(log_of(**NOISY), coverage=1.0, most_states=0)
    assert model.noise == 0.4
    assert (model.fitness, model.precision, model.cases_covered, model.cases_scored) == (None, None, 0, 0)
    assert model.bpmn_xml


def test_a_miner_that_gives_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*args: object, **options: object) -> None:
        raise RecursionError

    monkeypatch.setattr("pm4py.algo.discovery.inductive.variants.imf.IMFUVCL.apply", give_up)
    assert door.inductive_tree({("a",): 1}, noise=0.0) is None
    with pytest.raises(MiningError, match="nest too deeply"):
        discover_model(log_of(ab=1))


def test_bad_input_is_told() -> None:
    with pytest.raises(MiningError, match="no cases"):
        discover_model(variant_log_of([]))
    with pytest.raises(MiningError, match="no cases"):
        discover_model(variant_log_of(["ab"], case_counts=[0]))
    with pytest.raises(MiningError, match=r"from 0 to 1; found \[1.5\]"):
        discover_model(log_of(ab=1), thresholds=(0.0, 1.5))


def test_models_are_compared_by_their_fingerprint() -> None:
    one, other = discover_model(log_of(ab=1)), discover_model(log_of(ba=1))
    assert compare_models(None, one) == "first"
    assert compare_models(one.fingerprint, one) == "same"
    assert compare_models(one.fingerprint, other) == "changed"
    assert len(one.fingerprint) == 64


def sampled(log: VariantLog, **bounds: int) -> list[str]:
    limits = {"most_variants": 9, "most_events": 9, "most_activities": 9} | bounds
    sample = frequent_variants(log, coverage=0.9, **limits)
    assert [log.trace(place) for place in sample.places] == list(sample.variants)
    return ["".join(variant) for variant in sample.variants]


def test_the_sample_covers_what_it_should_within_its_bounds() -> None:
    log = log_of(ab=40, b=3, ac=40, abc=10, ba=7)
    assert sampled(log) == ["ab", "ac", "abc"]
    assert sampled(log, most_variants=2) == ["ab", "ac"]
    assert sampled(log, most_events=2) == ["ab", "ac", "ba", "b"]
    assert sampled(log, most_activities=2) == ["ab", "ba", "b"]
    assert sampled(log, most_events=0) == ["b"]


def test_the_state_bound_multiplies_branches_only() -> None:
    wide = combine("parallel", tuple(activity(name) for name in "abcdefghij"))
    assert 2**10 <= state_bound(wide) <= 2**10 + 2
    assert state_bound(combine("sequence", tuple(activity(name) for name in "abcdefghij"))) <= 22


REAL = Path(os.environ.get("ASRUN_REAL_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "least"),
    [("receipt/receipt.xes.gz", 0.9), ("bpic2012/BPI_Challenge_2012.xes.gz", 0.5), ("bpic2015_1/BPIC15_1.xes.gz", 0.0)],
)
def test_real_logs_take_seconds(path: str, least: float) -> None:
    file = REAL / path
    if not file.is_file():
        message = f"{file} is missing; set ASRUN_REAL_DATA"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    import rustxes

    with gzip.open(file) as opened:
        assert opened.read(1)
    frame, _ = rustxes.import_xes(str(file))
    traces = frame.group_by("case:concept:name", maintain_order=True).agg("concept:name")["concept:name"].to_list()
    counts: dict[tuple[str, ...], int] = {}
    for trace in traces:
        counts[tuple(trace)] = counts.get(tuple(trace), 0) + 1
    log = variant_log_of(list(counts), case_counts=list(counts.values()))
    begun = time.perf_counter()
    model = discover_model(log)
    assert time.perf_counter() - begun < 60
    assert model.fitness is None or model.fitness > 0.8
    assert model.precision is None or 2 / (1 / model.fitness + 1 / model.precision) > least  # type: ignore[operator]
