"""Shuffles examples by a seed, in proportion to their labels or in equal numbers of each."""

from __future__ import annotations

import random
from collections.abc import Iterable

from xlt_core.records import Example


def stratified_shuffle(examples: Iterable[Example], seed: int, balanced: bool = False) -> list[Example]:
    """The examples shuffled so that the first n, for every n, are a sample stratified by label.

    Each such sample has the labels in proportion, or (balanced) in equal numbers as far as they go; likewise, balanced,
    the sets of kinds of entities that texts hold.
    """
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(_held(example) if balanced else _label(example), []).append(example)
    rng = random.Random(f"{'demonstrations' if balanced else 'items'} {seed}")
    names = sorted(groups)
    rng.shuffle(names)
    keyed = []
    for rank, name in enumerate(names):
        rows = groups[name]
        rng.shuffle(rows)
        keyed += [((i if balanced else (i + 0.5) / len(rows), rank), row) for i, row in enumerate(rows)]
    return [row for _, row in sorted(keyed, key=lambda pair: pair[0])]


def _label(example: Example) -> str:
    return str(example.answer) if example.answer in example.choices else ""


def _held(example: Example) -> str:
    """The label, or the kinds of the entities."""
    answer = example.answer
    return _label(example) if not isinstance(answer, tuple) else ", ".join(sorted({span.kind for span in answer}))
