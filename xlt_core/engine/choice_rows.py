"""Scoring with choices as rows of a batch, for models that cannot tell packed choices apart.

A batch's items run together up to where the shortest prompt nearly ends; then each choice continues a copy of its
item's state, with the rest of the prompt before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlt_core.engine.batching import Item
from xlt_core.engine.readout import Readout

PASS = 64  # tokens; what another forward pass costs


@dataclass(frozen=True)
class ChoiceRows:
    """shared: the tokens of each item that run first, as many for all; rows: what continues them; items: the item of
    each row."""

    shared: list[list[int]]
    rows: list[list[int]]
    items: list[int]
    readout: Readout


def arrange(items: Sequence[Item], start: int, splits: bool) -> ChoiceRows:
    """The rows of a batch from token `start` on. splits: whether a first part of the prompts runs once for all choices;
    not where each has its only row."""
    rows = [_rows(item, start) for item in items]
    several = any(len(own) > 1 for own in rows)
    end = min(len(item.context) for item in items) - 1 if splits and several else start
    flat = [(index, row) for index, own in enumerate(rows) for row in own]
    wanted = [
        [_places(item, choice, index, end, flat, start) for choice in item.choices] for index, item in enumerate(items)
    ]
    return ChoiceRows(
        [item.context[start:end] for item in items],
        [row[end - start :] for _, row in flat],
        [index for index, _ in flat],
        Readout(wanted),
    )


def groups(items: Sequence[Item], start: int, max_rows: int, max_tokens: int) -> list[list[int]]:
    """Batches of items, longest first: one joins a batch unless what its choices repeat costs more than a pass."""
    found: list[list[int]] = []
    numbers = [len(_rows(item, start)) for item in items]
    for index in sorted(range(len(items)), key=lambda i: -len(items[i].context)):
        batch = found[-1] if found else []
        rows = sum(numbers[i] for i in batch) + numbers[index]
        longest = len(items[batch[0]].context) if batch else 0
        repeated = (rows - len(batch) - 1) * (longest - len(items[index].context))
        tokens = (len(batch) + 1) * (longest - start)
        if batch and rows <= max_rows and tokens <= max_tokens and repeated <= PASS:
            batch.append(index)
        else:
            found.append([index])
    return found


def _rows(item: Item, start: int) -> list[list[int]]:
    """The distinct rows of an item from token `start` on: a choice that another one's row begins with needs none."""
    own = item.context[start:]
    rows: list[list[int]] = []
    for row in sorted((own + choice[:-1] for choice in item.choices), key=len, reverse=True):
        if not any(other[: len(row)] == row for other in rows):
            rows.append(row)
    return rows


def _places(
    item: Item, choice: list[int], index: int, end: int, flat: list[tuple[int, list[int]]], start: int
) -> list[tuple[int, int, int]]:
    """(row, position, token) of each token of a choice."""
    whole = item.context[start:] + choice[:-1]
    row = next(i for i, (own, row) in enumerate(flat) if own == index and row[: len(whole)] == whole)
    first = len(item.context) - end - 1
    return [(row, first + i, token) for i, token in enumerate(choice)]
