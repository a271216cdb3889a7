"""What pm4py and r4pm say that alignments cost, kept in oracle/alignments/<log>_<model>.json.

    python -m tests.real.make_alignment_oracle [NAME ...]

r4pm aligns every variant; pm4py aligns them in an order by chance until its time is up, no variant longer than ten
seconds. A file holds the hash of the model and, by a hash of the variant, the cost: `both` where both peers say it,
`r4pm` where pm4py did not come to it or gave up. Where they differ the script stops.
"""

from __future__ import annotations

import json
import random
import sys
import warnings

from tests.real.judging import (
    HERE,
    JUDGED,
    Judged,
    model_key,
    net_of,
    pm4py_costs,
    r4pm_answers,
    variant_key,
    words_of,
)

ORACLE = HERE / "oracle" / "alignments"
SECONDS_EACH = 10
SECONDS = 900


def make_oracle(judged: Judged) -> None:
    words, net = words_of(judged), net_of(judged)
    optimal = {
        word: answer["Ok"]["cost"]
        for word, answer in zip(words, r4pm_answers(words, net), strict=True)
        if "Ok" in answer
    }
    shuffled = list(words)
    random.Random(judged.name).shuffle(shuffled)
    by_pm4py = dict(pm4py_costs(shuffled, net, seconds_each=SECONDS_EACH, seconds=SECONDS))
    gave_up = sum(cost is None for cost in by_pm4py.values())
    known = {word: cost for word, cost in by_pm4py.items() if cost is not None}
    different = [word for word, cost in known.items() if optimal.get(word, cost) != cost]
    if different:
        message = f"{judged.name}: r4pm and pm4py differ on {len(different)} variants"
        raise SystemExit(message)
    both = sorted((variant_key(word), cost) for word, cost in known.items())
    alone = sorted((variant_key(word), cost) for word, cost in optimal.items() if word not in known)
    told = {"model": model_key(judged), "variants": len(words), "both": dict(both), "r4pm": dict(alone)}
    ORACLE.mkdir(parents=True, exist_ok=True)
    path = ORACLE / f"{judged.name}.json"
    path.write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    print(
        f"{judged.name}: {len(words)} variants, {len(optimal)} by r4pm, {len(known)} by pm4py, {gave_up} beyond its"
        f" {SECONDS_EACH} s",
        flush=True,
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for name in sys.argv[1:] or list(JUDGED):
        make_oracle(JUDGED[name])
