"""A dataset whose scored split has other gold answers: whatever an answer hangs on, it must not be those."""

from __future__ import annotations

from dataclasses import replace

from helpers.small_hosts import LABELS
from helpers.small_parts import Small

from xlt_core.records import Example

OTHER = dict(zip(LABELS, reversed(LABELS), strict=True))


class Flipped(Small):
    """The labels of the test split are swapped, those of the pivots too."""

    def load(self, task: str, language: str, split: str) -> list[Example]:
        rows = super().load(task, language, split)
        return [_flipped(row) for row in rows] if split == "test" else rows


def _flipped(row: Example) -> Example:
    pivot = row.pivot and replace(row.pivot, answer=OTHER[str(row.pivot.answer)])
    return replace(row, answer=OTHER[str(row.answer)], pivot=pivot)
