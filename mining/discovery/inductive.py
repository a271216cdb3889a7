"""The door to pm4py: its inductive miner on counted variants, its answer as a canonical tree.

Leemans, Fahland, van der Aalst: Discovering Block-Structured Process Models from Event Logs Containing
Infrequent Behaviour, 2014 (IMf).
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mining.discovery.tree import SILENT, Operator, Tree, activity, combine

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPERATORS: Final[dict[str, Operator]] = {
    "SEQUENCE": "sequence",
    "XOR": "choice",
    "PARALLEL": "parallel",
    "LOOP": "loop",
}


def inductive_tree(variants: Mapping[tuple[str, ...], int], *, noise: float) -> Tree | None:
    """Mine a process tree from variants with their case counts; None where the tree gets too deep for pm4py.

    The miner sees numbers in the place of names (their rank in sorted order), and variants in sorted order:
    hashes of numbers do not vary between processes, so neither does the order in which its sets are walked. `noise` in
    [0, 1] is the share of the strongest successor under which a directly-follows pair is left out.
    """
    load_miner()
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL

    names = sorted({name for variant in variants for name in variant})
    rank = {name: number for number, name in enumerate(names, start=1)}
    counted: Counter[tuple[int, ...]] = Counter()
    for coded, count in sorted((tuple(rank[name] for name in variant), n) for variant, n in variants.items()):
        counted[coded] = count
    options = {"noise_threshold": noise, "multiprocessing": False}
    try:
        found = IMFUVCL(options).apply(IMDataStructureUVCL(counted), options)
    except RecursionError:
        logging.getLogger(__name__).warning("the inductive miner gave up: %d activities nest too deeply", len(names))
        return None
    return _canonical(found, names)


def load_miner() -> None:
    """Load the miner, which takes most of a second, so that it is there when it is needed."""
    os.environ.setdefault("PM4PY_SHOW_PROGRESS_BAR", "False")
    import pm4py.algo.discovery.inductive.variants.imf  # noqa: F401


def _canonical(root: Any, names: list[str]) -> Tree:
    done: dict[int, Tree] = {}
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, has_children = stack.pop()
        if not node.children:
            done[id(node)] = SILENT if node.label is None else activity(names[node.label - 1])
        elif has_children:
            children = tuple(done[id(child)] for child in node.children)
            done[id(node)] = combine(_OPERATORS[node.operator.name], children)
        else:
            stack.append((node, True))
            stack.extend((child, False) for child in node.children)
    return done[id(root)]
