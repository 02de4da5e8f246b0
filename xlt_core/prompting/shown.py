"""The demonstrations of each item: the same for all, or picked for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from xlt_core.contracts import Picked, Setting
from xlt_core.records import Example


def shown(setting: Setting, examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
    """Each example's index with its demonstrations, in any order."""
    if setting.pick is None:
        same = Picked(setting.demonstrations)
        return ((index, same) for index in range(len(examples)))
    return setting.pick(examples)


def reordered(setting: Setting, order: Callable[[Sequence[Example]], Sequence[Example]]) -> Setting:
    """The setting with its demonstrations in another order, those that are picked for each item too."""
    pick = setting.pick
    if pick is None:
        return replace(setting, demonstrations=tuple(order(setting.demonstrations)))

    def picked(examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
        for index, found in pick(examples):
            yield index, replace(found, rows=tuple(order(found.rows)))

    return replace(setting, pick=picked)


def shuffled(seed: int, rows: Sequence[Example]) -> list[Example]:
    """The rows in an order that hangs on the seed alone."""
    made = list(rows)
    random.Random(f"order {seed}").shuffle(made)
    return made
