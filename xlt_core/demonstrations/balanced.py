"""`balanced`: the same rows for all items, drawn by the seed with the labels in equal numbers."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.contracts import Picker
from xlt_core.demonstrations._shuffle import stratified_shuffle
from xlt_core.records import Example


class Balanced(Picker):
    """Drawn by the seed, class-balanced; fewer shots are among more."""

    title = "Balanced"
    summary = "The same rows for all items, drawn by the seed, with the labels in equal numbers."
    per_item = False

    def order(self, rows: Sequence[Example], seed: int) -> Sequence[Example]:
        return stratified_shuffle(rows, seed, balanced=True)
