"""What a column's answers count for, item by item, under each of its seeds: what scores are summed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from xlt_core.records import Answer, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.metrics import classes_of, family_of, rows_of
from xlt_core.scoring.resampling import Array


@dataclass(frozen=True)
class ItemAnswers:
    """A column's answers under one seed, beside the gold answers. ids: name an item wherever it is asked again."""

    ids: tuple[str, ...]
    golds: tuple[Answer, ...]
    answers: tuple[Answer | None, ...]


def common_items(*runs: Run) -> tuple[ItemAnswers, ...]:
    """What can be scored in all of the runs: the items with a gold answer and a final prediction without an error.

    They are in the order of their ids: the same items are then resampled alike wherever they are scored.
    """
    found = [{p.id: p.answer for p in run.predictions if p.final and not p.error} for run in runs]
    examples = [e for e in runs[0].examples if e.answer is not None and all(e.id in answers for answers in found)]
    examples.sort(key=lambda example: example.id)
    ids, golds = tuple(e.id for e in examples), tuple(e.answer for e in examples)
    return tuple(ItemAnswers(ids, golds, tuple(answers[name] for name in ids)) for answers in found)


def rows_by_id(samples: Sequence[ItemAnswers]) -> dict[str, int]:
    """The rows of all items, by id: parallel data of several languages are drawn alike."""
    return {name: row for row, name in enumerate(sorted({name for sample in samples for name in sample.ids}))}


def classes_in(samples: Sequence[ItemAnswers]) -> list[str]:
    """Every label, or kind of entity, in any of them."""
    return sorted({name for sample in samples for name in _classes_in(sample.golds, sample.answers)})


# Each column stands in many pairs of a table: what its answers count for is worked out once.
@lru_cache(maxsize=160)
def _classes_in(golds: tuple[Answer, ...], answers: tuple[Answer | None, ...]) -> tuple[str, ...]:
    return tuple(classes_of(golds, answers))


@lru_cache(maxsize=160)
def _rows(
    name: str, golds: tuple[Answer, ...], answers: tuple[Answer | None, ...], classes: tuple[str, ...]
) -> tuple[Array, Sequence[str]]:
    """The statistics that a score needs of one sample, and their classes."""
    return metrics.reduced(name, rows_of(family_of(name), golds, answers, classes), classes)


def stacked(
    name: str, samples: Sequence[ItemAnswers], items: dict[str, int], classes: Sequence[str]
) -> tuple[Array, Sequence[str]]:
    """The items' statistics in each sample, (items, samples, d), zero where an item is not in it; and their classes."""
    made = [_rows(name, one.golds, one.answers, tuple(classes)) for one in samples]
    stack = np.zeros((len(items), len(made), made[0][0].shape[1]))
    for number, (sample, (rows, _)) in enumerate(zip(samples, made, strict=True)):
        stack[[items[i] for i in sample.ids], number] = rows
    return stack, made[0][1]
